-- Status is derived, not stored: what the pool's nameservers have confirmed, against the feed.

-- One row per zone. served: nameservers in service that have its head version; needed: how many must. A nameserver has
-- it if everything up to the version's change is visible there and no exception is kept for the zone.
create view zone_states as
  select z.id as zone_id, z.version,
         case when n.in_service = 0 and z.deleted_at is not null then 'ACTIVE'
              when n.in_service > 0 and n.served >= least(coalesce(p.threshold, n.in_service), n.in_service) then 'ACTIVE'
              when n.failed then 'ERROR'
              else 'PENDING' end as status,
         n.reason
    from zones z
    join pools p on p.id = z.pool_id
    left join changes c on c.zone_id = z.id and c.version = z.version
    cross join lateral (
      select count(*) as in_service,
             count(*) filter (where g.visible_through >= c.seq and t.zone_id is null) as served,
             coalesce(bool_or(t.state = 'error'), false) as failed,
             string_agg(s.name || ': ' || t.reason, '; ' order by s.name) filter (where t.state = 'error') as reason
        from nameservers s
        left join nameserver_progress g on g.nameserver_id = s.id
        left join tasks t on t.nameserver_id = s.id and t.name_key = z.name_key and t.zone_id = z.id
       where s.pool_id = z.pool_id and s.state = 'in_service'
    ) n;

-- One row per recordset, by the version that changed it last. Its change may have been pruned, which is done only long
-- after every nameserver has had it.
create view recordset_states as
  select r.id as recordset_id,
         case when cardinality(r.records) = 0 then 'ACTIVE'
              when n.in_service > 0 and n.served >= least(coalesce(p.threshold, n.in_service), n.in_service) then 'ACTIVE'
              when n.failed then 'ERROR'
              else 'PENDING' end as status
    from recordsets r
    join zones z on z.id = r.zone_id
    join pools p on p.id = z.pool_id
    left join changes c on c.zone_id = r.zone_id and c.version = r.changed_in
    cross join lateral (
      select coalesce(c.seq, case when exists (select from versions v
                                                where v.zone_id = r.zone_id and v.version = r.changed_in)
                                  then null else 0 end) as seq
    ) m
    cross join lateral (
      select count(*) as in_service,
             count(*) filter (where g.visible_through >= m.seq and (t.zone_id is null or t.since_seq > m.seq)) as served,
             coalesce(bool_or(t.state = 'error' and t.since_seq <= m.seq), false) as failed
        from nameservers s
        left join nameserver_progress g on g.nameserver_id = s.id
        left join tasks t on t.nameserver_id = s.id and t.name_key = z.name_key and t.zone_id = z.id
       where s.pool_id = z.pool_id and s.state = 'in_service'
    ) n;

grant select on zone_states, recordset_states to minidns_central;
