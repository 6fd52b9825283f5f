-- Zones that are transferred in: their primary is the customer's own server (zones.type SECONDARY). mdns does the work
-- and writes by the functions below, which touch nothing but zones of that type: it has no right on rrsets, versions
-- or zones of its own.

create table inbound_zones (
  zone_id uuid primary key references zones on delete cascade,
  -- TSIG with the primaries; no key of ours, so it has no place among tsig_keys, whose names are unique.
  key_name text,                                   -- with a trailing dot
  key_algorithm text,
  key_secret_sealed bytea,                         -- base/secret_box.hpp, context 'inbound-key:' || zone_id
  has_content boolean not null default false,      -- something was transferred: before that the zone isn't served
  due_at timestamptz not null default now(),       -- when a primary is asked next
  forced boolean not null default false,           -- transfer, whatever the serial is
  accepted_serial bigint,                          -- an operator's word: take it, though it isn't newer than ours
  touched_at timestamptz,                          -- when the API wanted something last
  checked_at timestamptz,                          -- a primary was asked
  refreshed_at timestamptz,                        -- a primary said that we are up to date, or made us so
  transferred_at timestamptz,                      -- content was committed
  expires_at timestamptz,                          -- after it the zone isn't served any more (RFC 1035 §3.3.13)
  failures integer not null default 0,             -- since the last success
  last_error text,
  alarm text check (alarm in ('serial_went_back', 'content_changed')),
  alarm_serial bigint,                             -- what the primary has and we keep out
  alarm_at timestamptz,
  holder uuid,                                     -- the mdns that works on it
  lease_until timestamptz,
  claimed_at timestamptz,
  fence bigint not null default 0,                 -- goes up with every claim; checked by every write of the holder
  changed_at timestamptz not null default clock_timestamp(),  -- for readers that follow
  check ((key_name is null) = (key_algorithm is null) and (key_name is null) = (key_secret_sealed is null)),
  check ((alarm is null) = (alarm_serial is null) and (alarm is null) = (alarm_at is null))
) with (fillfactor = 50);
create index inbound_zones_changed on inbound_zones (changed_at);

-- What a transfer brings, before it is all there; a crash empties both, and the transfer is then tried again.
create unlogged table inbound_records (
  zone_id uuid not null,
  fence bigint not null,
  n bigint not null,                               -- order of arrival
  owner bytea not null,
  owner_case bytea,
  type integer not null,
  ttl integer not null,
  rdata bytea not null
);
create index inbound_records_zone on inbound_records (zone_id);
create unlogged table inbound_sets (
  zone_id uuid not null,
  fence bigint not null,
  owner bytea not null,
  type integer not null,
  ttl integer not null,
  owner_case bytea,
  rdata bytea not null,
  primary key (zone_id, owner, type)
);

-- Lets one mdns work on a zone; the fence of its writes, or null: another one does, or there is no such zone.
create function claim_inbound(p_zone uuid, p_holder uuid, p_lease interval) returns bigint
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  v_fence bigint;
begin
  update inbound_zones
     set holder = p_holder, lease_until = now() + least(p_lease, interval '5 min'), claimed_at = clock_timestamp(),
         fence = fence + 1, changed_at = clock_timestamp()
   where zone_id = p_zone and (lease_until is null or lease_until <= now() or holder = p_holder)
     and exists (select from zones where id = p_zone and type = 'SECONDARY' and deleted_at is null)
  returning fence into v_fence;
  if v_fence is not null then
    delete from inbound_records where zone_id = p_zone;
    delete from inbound_sets where zone_id = p_zone;
  end if;
  return v_fence;
end $$;

create function renew_inbound(p_zone uuid, p_fence bigint, p_lease interval) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  update inbound_zones set lease_until = now() + least(p_lease, interval '5 min')
   where zone_id = p_zone and fence = p_fence;
  return found;
end $$;

-- Ends the work. p_expires: from now on, where a primary was reached. What the API wanted meanwhile is due at once.
create function settle_inbound(p_zone uuid, p_fence bigint, p_ok boolean, p_due interval, p_expires interval,
                               p_error text, p_alarm text, p_alarm_serial bigint) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  v_settled boolean;
begin
  update inbound_zones
     set holder = null, lease_until = null, checked_at = now(), changed_at = clock_timestamp(),
         due_at = case when touched_at > claimed_at then now() else now() + p_due end,
         forced = forced and (touched_at > claimed_at or not p_ok) and p_alarm is null,
         refreshed_at = case when p_ok then now() else refreshed_at end,
         expires_at = coalesce(now() + p_expires, expires_at),
         failures = case when p_ok then 0 else failures + 1 end,
         last_error = p_error,
         alarm = p_alarm, alarm_serial = p_alarm_serial,
         alarm_at = case when p_alarm is null then null
                         when alarm = p_alarm and alarm_serial = p_alarm_serial then alarm_at
                         else now() end
   where zone_id = p_zone and fence = p_fence;
  v_settled := found;
  delete from inbound_records where zone_id = p_zone and fence = p_fence;
  delete from inbound_sets where zone_id = p_zone and fence = p_fence;
  return v_settled;
end $$;

-- Puts the p_records records of a transfer together to RRsets; returns their number. No lock of the zone is held. The
-- TTL of a set is its lowest (RFC 2181 §5.2 wants them equal), that of RRSIGs follows from their first.
create function group_inbound(p_zone uuid, p_fence bigint, p_records bigint) returns bigint
  language plpgsql security definer set search_path = public, pg_temp set work_mem = '256MB'
as $$
declare
  v_sets bigint;
begin
  if (select count(*) from inbound_records where zone_id = p_zone and fence = p_fence) <> p_records then
    raise exception 'records of the transfer are missing: the database server was restarted';
  end if;
  delete from inbound_sets where zone_id = p_zone;
  insert into inbound_sets (zone_id, fence, owner, type, ttl, owner_case, rdata)
    select p_zone, p_fence, owner, type,
           case when type = 46 then (array_agg(ttl order by rdata))[1] else min(ttl) end,
           (array_agg(owner_case order by n))[1],
           string_agg(substring(int4send(length(rdata)) from 3) || rdata, ''::bytea order by rdata)
      from (select distinct on (owner, type, rdata) owner, type, rdata, n, ttl, owner_case
              from inbound_records where zone_id = p_zone and fence = p_fence
             order by owner, type, rdata, n) as r
     group by owner, type;
  get diagnostics v_sets = row_count;
  return v_sets;
end $$;

-- How many RRsets of a grouped transfer are not what the zone has.
create function count_inbound_differences(p_zone uuid, p_fence bigint) returns bigint
  language sql security definer set search_path = public, pg_temp set enable_nestloop = off
as $$
  select count(*) from (
    select owner, type from inbound_sets s
     where zone_id = p_zone and fence = p_fence
       and not exists (select from rrsets r where r.zone_id = p_zone and r.until is null and r.owner = s.owner
                          and r.type = s.type and r.ttl = s.ttl and r.rdata = s.rdata
                          and r.owner_case is not distinct from s.owner_case)
    union
    select owner, type from rrsets r
     where zone_id = p_zone and until is null
       and not exists (select from inbound_sets s where s.zone_id = p_zone and s.fence = p_fence and s.owner = r.owner
                          and s.type = r.type)) as d
$$;

-- The first half of a commit: locks, and says which version it makes; null if the zone isn't what the work was begun
-- for. A serial that isn't newer needs the operator's word (DESIGN.md invariant 1). Not for programs.
create function begin_inbound_commit(p_zone uuid, p_fence bigint, p_base bigint, p_serial bigint) returns bigint
  language plpgsql set search_path = public, pg_temp
as $$
declare
  v_epoch bigint;
  v_zone record;
begin
  lock table versions in row exclusive mode;
  v_epoch := open_epoch();
  perform 1 from zones where id = p_zone for no key update;
  perform 1 from inbound_zones where zone_id = p_zone for update;
  select z.version, z.serial, z.epoch, i.has_content, i.accepted_serial into v_zone
    from zones z join inbound_zones i on i.zone_id = z.id
   where z.id = p_zone and z.type = 'SECONDARY' and z.deleted_at is null and z.version = p_base and i.fence = p_fence;
  if not found then
    return null;
  end if;
  if v_zone.has_content and p_serial is distinct from v_zone.accepted_serial
     and (p_serial - v_zone.serial + 4294967296) % 4294967296 not between 1 and 2147483647 then
    raise exception 'serial % is not newer than %, and nobody has accepted it', p_serial, v_zone.serial;
  end if;
  return v_zone.version + case when v_zone.epoch = v_epoch then 1 else 1048576 end;
end $$;

create function finish_inbound_commit(p_zone uuid, p_version bigint, p_serial bigint, p_author text) returns void
  language plpgsql set search_path = public, pg_temp
as $$
begin
  insert into versions (zone_id, version, serial, kind, author) values (p_zone, p_version, p_serial, 'update', p_author);
  update zones set version = p_version, serial = p_serial, epoch = current_epoch(), revision = revision + 1,
                   updated_at = now() where id = p_zone;
  update inbound_zones set has_content = true, transferred_at = now(), accepted_serial = null,
                           changed_at = clock_timestamp() where zone_id = p_zone;
end $$;

-- Makes a grouped transfer of p_sets RRsets the zone's content: writes what differs. The new version; null: see above.
create function commit_inbound_zone(p_zone uuid, p_fence bigint, p_base bigint, p_serial bigint, p_sets bigint,
                                    p_author text) returns bigint
  language plpgsql security definer set search_path = public, pg_temp set enable_nestloop = off
as $$
declare
  v_version bigint := begin_inbound_commit(p_zone, p_fence, p_base, p_serial);
begin
  if v_version is null then
    return null;
  end if;
  if (select count(*) from inbound_sets where zone_id = p_zone and fence = p_fence) <> p_sets then
    raise exception 'sets of the transfer are missing: the database server was restarted';
  end if;
  update rrsets r set until = v_version
   where zone_id = p_zone and until is null
     and not exists (select from inbound_sets s
                      where s.zone_id = p_zone and s.fence = p_fence and s.owner = r.owner and s.type = r.type
                        and s.ttl = r.ttl and s.rdata = r.rdata and s.owner_case is not distinct from r.owner_case);
  insert into rrsets (zone_id, owner, type, ttl, since, owner_case, rdata)
    select p_zone, owner, type, ttl, v_version, owner_case, rdata from inbound_sets s
     where zone_id = p_zone and fence = p_fence
       and not exists (select from rrsets r where r.zone_id = p_zone and r.until is null and r.owner = s.owner
                          and r.type = s.type)
     order by owner, type;
  perform finish_inbound_commit(p_zone, v_version, p_serial, p_author);
  return v_version;
end $$;

-- The same for what an incremental transfer changed: RRsets as they are from now on, rdata null: gone.
create function commit_inbound_changes(p_zone uuid, p_fence bigint, p_base bigint, p_serial bigint, p_owners bytea[],
                                       p_types integer[], p_ttls integer[], p_cases bytea[], p_rdata bytea[],
                                       p_author text) returns bigint
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  v_version bigint := begin_inbound_commit(p_zone, p_fence, p_base, p_serial);
begin
  if v_version is null then
    return null;
  end if;
  update rrsets r set until = v_version from unnest(p_owners, p_types) as w (owner, type)
   where r.zone_id = p_zone and r.owner = w.owner and r.type = w.type and r.until is null;
  insert into rrsets (zone_id, owner, type, ttl, since, owner_case, rdata)
    select p_zone, w.owner, w.type, w.ttl, v_version, w.owner_case, w.rdata
      from unnest(p_owners, p_types, p_ttls, p_cases, p_rdata) as w (owner, type, ttl, owner_case, rdata)
     where w.rdata is not null;
  perform finish_inbound_commit(p_zone, v_version, p_serial, p_author);
  return v_version;
end $$;

revoke execute on function claim_inbound(uuid, uuid, interval), renew_inbound(uuid, bigint, interval),
  settle_inbound(uuid, bigint, boolean, interval, interval, text, text, bigint), group_inbound(uuid, bigint, bigint),
  count_inbound_differences(uuid, bigint), begin_inbound_commit(uuid, bigint, bigint, bigint),
  finish_inbound_commit(uuid, bigint, bigint, text), commit_inbound_zone(uuid, bigint, bigint, bigint, bigint, text),
  commit_inbound_changes(uuid, bigint, bigint, bigint, bytea[], integer[], integer[], bytea[], bytea[], text)
  from public;
grant execute on function claim_inbound(uuid, uuid, interval), renew_inbound(uuid, bigint, interval),
  settle_inbound(uuid, bigint, boolean, interval, interval, text, text, bigint), group_inbound(uuid, bigint, bigint),
  count_inbound_differences(uuid, bigint), commit_inbound_zone(uuid, bigint, bigint, bigint, bigint, text),
  commit_inbound_changes(uuid, bigint, bigint, bigint, bytea[], integer[], integer[], bytea[], bytea[], text)
  to minidns_mdns;
-- A version that mdns commits needs its number in the feed like any other.
grant execute on function number_changes() to minidns_mdns;
grant select, insert on inbound_records to minidns_mdns;
grant select on inbound_zones to minidns_mdns, minidns_central;
grant insert, update on inbound_zones to minidns_central;
