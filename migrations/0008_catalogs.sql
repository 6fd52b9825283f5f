-- Catalog zones (RFC 9432): one for each pool and family of nameservers that consume it. The zone is one as any other,
-- with versions of its own, but for its type; its content is made from the feed (DESIGN.md §5).

alter table zones drop constraint zones_type_check;
alter table zones add constraint zones_type_check check (type in ('PRIMARY', 'SECONDARY', 'CATALOG'));
alter table nameservers drop constraint nameservers_driver_check;
alter table nameservers add constraint nameservers_driver_check
  check (driver in ('bind', 'powerdns', 'catalog', 'none'));

create table catalogs (
  zone_id uuid primary key references zones,       -- locked by whoever makes its next version
  pool_id uuid not null references pools,
  family text not null check (family in ('bind', 'knot')),
  member_group text check (octet_length(member_group) between 1 and 255),
  -- Members are as these changes of the feed want them; written in the transaction of the version. Null: all members
  -- are to be compared with the pool's zones.
  feed_seq bigint,
  feed_epoch bigint,
  compare_after uuid,                              -- a comparison is under way, and has come so far; null: none is
  unique (pool_id, family)
) with (fillfactor = 50);

-- The owner (rrsets.owner) of a zone's member record: its id in 32 digits below `zones`.
create function catalog_member_owner(zone uuid) returns bytea
  language sql immutable parallel safe
as $$ select '\x7a6f6e657300'::bytea || replace(zone::text, '-', '')::bytea || '\x00'::bytea $$;

grant select on catalogs to minidns_central, minidns_mdns, minidns_pool_manager;
grant insert, update, delete on catalogs to minidns_central;
