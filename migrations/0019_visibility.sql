-- How far the versions of zones have come, for those who wait for them or ask why: derived, like status (0004).

-- One row per zone and nameserver of its pool. counts: it takes part in what makes a zone ACTIVE. served_through: all
-- of the zone that is numbered up to here is served there; null: not known. failed_from: from this number on it was
-- tried too often.
create view zone_positions as
  select z.id as zone_id, s.id as nameserver_id, s.state = 'in_service' as counts,
         case when g.visible_through is null or t.zone_id is null then g.visible_through
              else least(g.visible_through, t.since_seq - 1) end as served_through,
         case when t.state = 'error' then t.since_seq end as failed_from
    from zones z
    join nameservers s on s.pool_id = z.pool_id
    left join nameserver_progress g on g.nameserver_id = s.id
    left join tasks t on t.nameserver_id = s.id and t.name_key = z.name_key and t.zone_id = z.id;

-- One row per zone. What is numbered up to served_through is served by enough nameservers; what is numbered from
-- failed_from on can't be, unless one that failed recovers. Both are the needed-th best of the nameservers; null: there
-- is none.
create view zone_horizons as
  select z.id as zone_id,
         n.served[m.needed] as served_through,
         n.failed[m.needed] as failed_from
    from zones z
    join pools p on p.id = z.pool_id
    cross join lateral (
      select count(*)::integer as nameservers,
             array_agg(y.served_through order by y.served_through desc nulls last) as served,
             array_agg(y.failed_from order by y.failed_from desc nulls first) as failed
        from zone_positions y
       where y.zone_id = z.id and y.counts
    ) n
    cross join lateral (select least(coalesce(p.threshold, n.nameservers), n.nameservers) as needed) m;

-- The number of a zone's version in the feed. Null: it has none yet; 0: it was pruned, which is done only long after
-- every nameserver has had it. A number that was skipped stands for the next version.
create function version_seq(p_zone uuid, p_version bigint) returns bigint
  language sql stable
as $$
  select coalesce(
    (select c.seq from changes c where c.zone_id = p_zone and c.version = p_version),
    case when exists (select from versions v where v.zone_id = p_zone and v.version = p_version) then null
         when exists (select from versions v where v.zone_id = p_zone and v.version < p_version)
           then (select c.seq from changes c where c.zone_id = p_zone and c.version > p_version
                  order by c.version limit 1)
         else 0 end)
$$;

-- Of a zone's version, or newer: how many of the nameservers that count serve it, failed to, and must.
create function version_visibility(p_zone uuid, p_version bigint)
  returns table (served bigint, failed bigint, needed bigint, nameservers bigint)
  language sql stable
as $$
  select count(*) filter (where y.served_through >= m.seq),
         count(*) filter (where y.failed_from <= m.seq),
         least(coalesce((select p.threshold from zones z join pools p on p.id = z.pool_id where z.id = p_zone),
                        count(*)), count(*)),
         count(*)
    from (select version_seq(p_zone, p_version) as seq) m
    join zone_positions y on y.zone_id = p_zone and y.counts
$$;

grant select on zone_positions, zone_horizons to minidns_central;
