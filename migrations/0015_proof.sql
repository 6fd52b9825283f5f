-- What is known of a nameserver beyond its zone list and serials, and how one gets into service.

-- Faults of content, found by looking at it; exceptions only. A serial that lags is a task.
create table content_faults (
  nameserver_id uuid not null references nameservers on delete cascade,
  zone_id uuid not null,
  zone_name text not null,
  fault text not null check (fault in ('diverged', 'expiring')),
  serial bigint not null,                          -- that the nameserver showed
  detail text not null,                            -- for a person
  found_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),      -- last
  primary key (nameserver_id, zone_id, fault)
);
create index content_faults_zone on content_faults (zone_id);
grant select on content_faults to minidns_central;
grant select, insert, update, delete on content_faults to minidns_pool_manager;

-- A nameserver that is bootstrapping is put in service as soon as it has caught up, if it is to be.
alter table nameservers add column enters_service boolean not null default false;
alter table nameservers add constraint nameservers_enters_service check (not enters_service or state = 'bootstrapping');
