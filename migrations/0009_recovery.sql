-- Recovery after a failover or a restore (DESIGN.md §3, "Epoch").

-- What was served and the database lacks or has older: an mdns writes what it has when it meets a new epoch, or a feed
-- behind its position; a pool manager writes what a nameserver shows. central makes versions above all of it and takes
-- the rows away.
create table recovery_reports (
  id bigint generated always as identity primary key,
  zone_id uuid not null,
  zone_name text not null,
  name_key bytea not null,
  version bigint not null default 0,               -- 0: seen on a nameserver, which knows serials only
  serial bigint not null check (serial between 0 and 4294967295),
  set_back_epoch bigint,                           -- the feed fell behind its reader without a new epoch, in this one
  reporter text not null,                          -- for people
  reported_at timestamptz not null default now()
);
-- The same is found again by every comparison, and by every instance.
create unique index recovery_reports_once on recovery_reports (zone_id, version, serial);

-- A zone that nobody deleted and that the database lost all the same. Its name keeps the serial as a floor, as with any
-- tombstone, until somebody makes the zone again or says that it is to go; so retention must not remove it: its
-- deleted_at is infinity.
alter table tombstones add column lost boolean not null default false;
create index tombstones_lost on tombstones (name_key) where lost;

grant insert on recovery_reports to minidns_mdns, minidns_pool_manager;
grant select, update, insert, delete on recovery_reports to minidns_central;
