-- How a nameserver gets into service, and deletions that wait for a person's word.

-- Of a nameserver that is bootstrapping: since it began to be worked for as such, its zones have been compared, and it
-- has caught up once everything up to this change is visible there. Null: not compared yet.
alter table nameserver_progress add column catch_up_through bigint;
grant update (catch_up_through) on nameserver_progress to minidns_central;  -- back to null

-- SHA-256 of the primaries and the transfer key that all its zones were last known to be configured with: they may have
-- become others while nobody worked for it. Null: not known.
alter table nameserver_progress add column content_upstream bytea;

-- Puts a nameserver in service that has caught up, if it is to be: nothing else lets a pool manager write to
-- nameservers. `lost`: the lease is another's; `unwanted`: its state is another by now; `behind`: not caught up.
create function enter_service(p_nameserver uuid, p_fence bigint, p_through bigint) returns text
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  -- As every writer of events does, before the epoch is read (0002).
  lock table versions, events in row exclusive mode;
  -- In the order in which a nameserver is deleted with its progress.
  perform from nameservers where id = p_nameserver for update;
  perform from nameserver_progress
    where nameserver_id = p_nameserver and fence = p_fence and holder is not null for update;
  if not found then
    return 'lost';
  end if;
  perform from nameservers where id = p_nameserver and state = 'bootstrapping' and enters_service;
  if not found then
    return 'unwanted';
  end if;
  perform from nameserver_progress
    where nameserver_id = p_nameserver and catch_up_through = p_through and visible_through >= p_through;
  if not found or exists (select from tasks where nameserver_id = p_nameserver and since_seq <= p_through) then
    return 'behind';
  end if;
  update nameservers set state = 'in_service', enters_service = false, revision = revision + 1, updated_at = now()
    where id = p_nameserver;
  insert into events (kind, subject) values ('nameserver', p_nameserver);
  return 'entered';
end $$;
revoke execute on function enter_service(uuid, bigint, bigint) from public;
grant execute on function enter_service(uuid, bigint, bigint) to minidns_pool_manager;

-- Deletions of unknown zones that a comparison found to be too many. One that a person has confirmed is made once, of
-- the zones that were told of and no others.
create table refused_deletions (
  nameserver_id uuid primary key references nameservers on delete cascade,
  unknown bigint not null,                         -- zones that would be deleted
  zones bigint not null,                           -- that the nameserver has
  names text[] not null,                           -- some of the unknown
  fingerprint bytea not null,                      -- SHA-256 of the names of all of them
  refused_at timestamptz not null default now(),   -- found so last
  confirmed_until timestamptz
);
grant select, update (confirmed_until) on refused_deletions to minidns_central;
grant select, insert, update, delete on refused_deletions to minidns_pool_manager;

-- Where a deleted zone may still be, when its row is gone. Null: not known.
alter table tombstones add column pool_id uuid;
update tombstones t set pool_id = z.pool_id from zones z where z.id = t.zone_id and z.type <> 'CATALOG';

-- As in 0005, but for nameservers in maintenance: nothing waits for them. When they are back they know a zone that is
-- gone by its tombstone, which therefore stays until they have been compared.
create or replace function remove_deleted_zone(p_age interval, p_rows integer) returns bigint
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
                      where s.pool_id = z.pool_id and s.state in ('bootstrapping', 'in_service')
                        and (g.visible_through is null or g.visible_through < c.seq))
     and not exists (select from tasks t join nameservers s on s.id = t.nameserver_id
                      where t.zone_id = z.id and s.state in ('bootstrapping', 'in_service'))
   order by z.deleted_at limit 1
     for update of z skip locked;
  if not found then
    delete from tombstones where name_key in (
      select name_key from tombstones t
       where t.deleted_at < now() - 2 * p_age and not exists (select from zones z where z.id = t.zone_id)
         and not exists (select from nameservers s
                           left join nameserver_progress g on g.nameserver_id = s.id
                          where s.pool_id = t.pool_id and s.state <> 'retired'
                            and (g.swept_at is null or g.swept_at < t.deleted_at + p_age))
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
