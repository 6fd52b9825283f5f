-- Views: several contents of one zone (DESIGN.md §3). What is of view k: the rows of every view (rrsets.view 0), and
-- those of k alone. All views of a zone have its version and serial.

-- Numbers are never used again: rows of history keep them.
create sequence view_number as smallint start 2;

create table views (
  id smallint primary key default nextval('view_number') check (id >= 1),
  name text not null unique check (name ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
  description text,
  created_at timestamptz not null default now(),
  updated_at timestamptz
);
-- Of keys and nameservers that name none, and of those who ask without a key.
insert into views (id, name, description) values (1, 'default', 'Of all that names no other view');

alter table tsig_keys add column view smallint not null default 1 references views;
alter table tsig_keys add constraint tsig_keys_view_key unique (id, view);

-- The view of a nameserver is that of the key with which it transfers.
alter table nameservers add column view smallint not null default 1 references views;
alter table nameservers add constraint nameservers_transfer_key_view_fkey
  foreign key (transfer_key_id, view) references tsig_keys (id, view);

-- Null: every view. A foreign key that is null costs nothing, whereas a row for "every view" would be locked by each
-- commit.
alter table recordsets add column view smallint references views;
alter table recordsets drop constraint recordsets_zone_id_owner_type_key;
alter table recordsets add constraint recordsets_place unique nulls not distinct (zone_id, owner, type, view);
create index recordsets_view on recordsets (view, zone_id) where view is not null;

-- What the content on the nameserver was transferred as, when all its zones were last known to be such: another view
-- or pool has other content at an equal serial. Null: not known.
alter table nameserver_progress add column content_pool uuid, add column content_view smallint;
update nameserver_progress g set content_pool = n.pool_id, content_view = n.view from nameservers n
 where n.id = g.nameserver_id and g.swept_at is not null;

grant select on views to minidns_central, minidns_mdns, minidns_pool_manager;
grant insert, update, delete on views to minidns_central;
grant usage on sequence view_number to minidns_central;
