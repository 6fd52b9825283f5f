-- Retention: what no reader needs any more goes, in small steps that central calls one after another.

create index tombstones_deleted on tombstones (deleted_at);

-- Prunes the history of the zones that the next p_limit changes after p_after are about: versions that are neither
-- among the p_versions newest of their zone nor younger than p_age, content that only they had, and their changes; and
-- changes, older than that, that are about no zone or one that is gone. next_after: where to go on; null: nothing old is
-- left. Deletes at most p_rows rows of content; where there were more, next_after is p_after.
create function prune_history(p_after bigint, p_limit integer, p_versions integer, p_age interval, p_rows integer,
                              out next_after bigint, out pruned bigint)
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  v_before timestamptz := now() - p_age;
  v_zones uuid[];
  v_through bigint[];                                  -- of each of v_zones: versions up to this one go
  v_kept bigint[];                                     -- the first that stays
  v_count bigint;
  v_highest bigint;
begin
  pruned := 0;
  -- Numbered in order of time: the first change that is too young ends the search.
  select max(c.seq) into next_after
    from (select seq, numbered_at from changes where seq > p_after order by seq limit p_limit) c
   where c.numbered_at < v_before;
  if next_after is null then
    return;
  end if;

  select array_agg(p.id), array_agg(p.through), array_agg(k.version) into v_zones, v_through, v_kept
    from (select z.id,
                 least((select version from versions v where v.zone_id = z.id
                         order by version desc offset p_versions limit 1),
                       (select version from versions v where v.zone_id = z.id and created_at < v_before
                         order by version desc limit 1)) as through
            from zones z
           where z.id in (select zone_id from changes where seq > p_after and seq <= next_after)) p
    cross join lateral (select version from versions v where v.zone_id = p.id and v.version > p.through
                         order by version limit 1) k
   where p.through is not null
     -- least() ignores nulls: both reasons to keep a version must let it go. The head is always among the newest.
     and exists (select from versions v where v.zone_id = p.id order by version desc offset p_versions limit 1)
     and exists (select from versions v where v.zone_id = p.id and v.version <= p.through and created_at < v_before);

  delete from rrsets where ctid in (
    select r.ctid from unnest(v_zones, v_kept) as p (zone_id, kept)
      join rrsets r on r.zone_id = p.zone_id and r.until is not null and r.until <= p.kept
     limit p_rows);
  get diagnostics pruned = row_count;
  if pruned >= p_rows then
    next_after := p_after;
    return;
  end if;

  with gone as (
    delete from versions v using unnest(v_zones, v_through) as p (zone_id, through)
     where v.zone_id = p.zone_id and v.version <= p.through
    returning v.zone_id, v.version
  ), of_versions as (
    delete from changes c using gone g where c.zone_id = g.zone_id and c.version = g.version returning c.seq
  ), of_others as (
    delete from changes c
     where c.seq > p_after and c.seq <= next_after
       and (c.zone_id is null or not exists (select from zones z where z.id = c.zone_id))
    returning c.seq
  )
  select count(*), max(seq) into v_count, v_highest
    from (select seq from of_versions union all select seq from of_others) as removed;
  pruned := pruned + v_count;
  if v_highest is not null then
    update feed_head set pruned_through = greatest(pruned_through, v_highest);
  end if;
end $$;

-- Removes up to p_rows rows of one zone that was deleted longer than p_age ago and that every nameserver of its pool
-- has let go of; the zone itself comes last. Its tombstone goes p_age later than the zone. Returns the number of rows;
-- 0: nothing is left to do.
create function remove_deleted_zone(p_age interval, p_rows integer) returns bigint
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  v_zone uuid;
  v_rows bigint;
begin
  select z.id into v_zone
    from zones z
    join changes c on c.zone_id = z.id and c.version = z.version
   where z.deleted_at < now() - p_age
     and not exists (select from nameservers s
                       left join nameserver_progress g on g.nameserver_id = s.id
                      where s.pool_id = z.pool_id and s.state <> 'retired'
                        and (g.visible_through is null or g.visible_through < c.seq))
     and not exists (select from tasks t where t.zone_id = z.id)
   order by z.deleted_at limit 1
     for update of z skip locked;
  if not found then
    delete from tombstones where name_key in (
      select name_key from tombstones t
       where t.deleted_at < now() - 2 * p_age and not exists (select from zones z where z.id = t.zone_id)
       limit p_rows);
    get diagnostics v_rows = row_count;
    return v_rows;
  end if;
  delete from rrsets where ctid in (select ctid from rrsets where zone_id = v_zone limit p_rows);
  get diagnostics v_rows = row_count;
  if v_rows > 0 then
    return v_rows;
  end if;
  delete from recordsets where id in (select id from recordsets where zone_id = v_zone limit p_rows);
  get diagnostics v_rows = row_count;
  if v_rows > 0 then
    return v_rows;
  end if;
  delete from versions where zone_id = v_zone;
  delete from zones where id = v_zone;
  return 1;
end $$;

revoke execute on function prune_history(bigint, integer, integer, interval, integer),
  remove_deleted_zone(interval, integer) from public;
grant execute on function prune_history(bigint, integer, integer, interval, integer),
  remove_deleted_zone(interval, integer) to minidns_central;
