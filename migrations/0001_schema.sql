-- The data model of DESIGN.md §3. Rows of one zone carry ranges of versions: content and journal are the same rows.

-- Identity of the database. A promotion or a restore opens a new epoch; the first commit to a zone in it skips versions
-- and serials, so that neither is ever reused with other content.
create table epochs (
  epoch bigint primary key,
  system_identifier bigint not null,
  timeline integer not null,
  opened_at timestamptz not null default now()
);

-- One row. seq: number of the last change; snapshot: what numbering has seen so far.
create table feed_head (
  one boolean primary key default true check (one),
  seq bigint not null,
  epoch bigint not null references epochs,
  snapshot pg_snapshot not null,
  pruned_through bigint not null default 0         -- a reader whose position is below this must resync
) with (fillfactor = 50);

create function current_epoch() returns bigint
  language plpgsql volatile
as $$ begin return (select epoch from feed_head); end $$;

-- Orders the rows of versions and events within a numbering batch; drawn under the zone's lock, so it follows the order
-- of commits to one zone. Never ordered by transaction id: that isn't commit order.
create sequence change_ordinal cache 1;

create table pools (
  id uuid primary key,
  name text not null unique check (length(name) between 1 and 50),
  description text,
  threshold integer check (threshold >= 1),        -- nameservers that must serve a version; null: all in service
  unknown_zones text not null default 'delete' check (unknown_zones in ('delete', 'warn', 'ignore')),
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz,
  revision integer not null default 1
);
create unique index pools_default on pools (is_default) where is_default;

-- NS names of the apex of every zone of the pool.
create table pool_ns_records (
  pool_id uuid not null references pools on delete cascade,
  hostname text not null,
  priority integer not null default 1,
  primary key (pool_id, hostname)
);

-- Where the pool's nameservers transfer from: the mdns addresses.
create table pool_primaries (
  pool_id uuid not null references pools on delete cascade,
  address inet not null,
  port integer not null check (port between 1 and 65535),
  position integer not null,
  primary key (pool_id, address, port)
);

create table tsig_keys (
  id uuid primary key,
  name text not null,
  name_key bytea not null unique,                  -- canonical sort key of the name (dns::OwnerKey below the root)
  algorithm text not null,
  secret_sealed bytea not null,                    -- base/secret_box.hpp, context 'tsig-key:' || id
  scope text not null check (scope in ('POOL', 'ZONE')),
  resource_id uuid not null,                       -- the pool's or the zone's id
  created_at timestamptz not null default now(),
  updated_at timestamptz
);

create table nameservers (
  id uuid primary key,
  pool_id uuid not null references pools,
  name text not null unique check (length(name) between 1 and 255),
  driver text not null check (driver in ('bind', 'powerdns', 'none')),
  address inet not null,
  port integer not null default 53 check (port between 1 and 65535),
  state text not null default 'in_service' check (state in ('bootstrapping', 'in_service', 'maintenance', 'retired')),
  transfer_key_id uuid references tsig_keys,       -- what the nameserver signs its requests with
  notify_key_id uuid references tsig_keys,         -- null: NOTIFY goes unsigned
  allow_unsigned_soa boolean not null default false,
  settings jsonb not null default '{}',            -- the driver's: control address and port, statistics URL, API URL
  secret_sealed bytea,                             -- rndc key or API key, context 'nameserver:' || id
  created_at timestamptz not null default now(),
  updated_at timestamptz,
  revision integer not null default 1
);
create index nameservers_pool on nameservers (pool_id);

create table zones (
  id uuid primary key,
  name text not null,                              -- as given, with a trailing dot
  name_key bytea not null,                         -- canonical sort key (dns::OwnerKey below the root)
  project_id text not null,
  pool_id uuid not null references pools,
  type text not null default 'PRIMARY' check (type in ('PRIMARY', 'SECONDARY')),
  email text not null,
  description text,
  ttl integer not null check (ttl >= 0),
  attributes jsonb not null default '{}',
  masters text[] not null default '{}',
  version bigint not null check (version >= 1),    -- head of versions
  serial bigint not null check (serial between 0 and 4294967295),
  epoch bigint not null,                           -- of the head version
  revision integer not null default 1,             -- writes to this row, what the API calls version
  created_at timestamptz not null default now(),
  updated_at timestamptz,
  deleted_at timestamptz                           -- set by DELETE; the row stays until every nameserver has confirmed
) with (fillfactor = 70);
create unique index zones_name on zones (name_key) where deleted_at is null;
create index zones_project on zones (project_id, created_at, id);
create index zones_pool_name on zones (pool_id, name_key);
create index zones_deleted on zones (deleted_at) where deleted_at is not null;

-- Immutable.
create table versions (
  zone_id uuid not null,
  version bigint not null,
  serial bigint not null check (serial between 0 and 4294967295),
  kind text not null check (kind in ('create', 'update', 'delete')),
  epoch bigint not null default current_epoch(),
  rules smallint not null default 1,               -- of rendering (and later signing): DESIGN.md invariant 3
  ordinal bigint not null default nextval('change_ordinal'),
  xid xid8 not null default pg_current_xact_id(),
  author text,                                     -- token id and request id, for history
  created_at timestamptz not null default now(),
  primary key (zone_id, version)
);
create index versions_xid on versions (xid);

-- Content. Row valid for versions since <= v < until; until is null: current (also in a deleted zone, whose rows are
-- never read again: deleting a large zone is not a large write). The SOA's serial is kept as 0 here: it
-- comes from versions, so that a commit that leaves the SOA alone writes no SOA row.
create table rrsets (
  zone_id uuid not null,
  owner bytea not null,                            -- dns::OwnerKey: canonical order, relative to the apex
  type integer not null check (type between 1 and 65535),
  view smallint not null default 0,                -- 0: every view
  ttl integer not null check (ttl >= 0),
  since bigint not null,
  until bigint check (until > since),
  owner_case bytea,                                -- relative owner in wire form where it has capitals, else null
  rdata bytea not null                             -- dns::pack_rdata
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
create unique index rrsets_current on rrsets (zone_id, owner, type, view) where until is null;
create index rrsets_since on rrsets (zone_id, since);
create index rrsets_until on rrsets (zone_id, until) where until is not null;

-- What only the API needs of a current RRset: text and order as given. mdns never reads it.
create table recordsets (
  id uuid primary key,
  zone_id uuid not null references zones on delete cascade,
  owner bytea not null,
  type integer not null,
  name text not null,                              -- as given, absolute
  ttl integer,                                     -- null: the zone's
  records text[] not null,
  description text,
  managed boolean not null default false,          -- SOA and apex NS: made from the zone and its pool
  changed_in bigint not null,                      -- zone version that last changed what it serves
  revision integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz,
  unique (zone_id, owner, type)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
create index recordsets_listed on recordsets (zone_id, created_at, id);

-- Changes that are no zone version: keys, nameservers, pools.
create table events (
  ordinal bigint primary key default nextval('change_ordinal'),
  xid xid8 not null default pg_current_xact_id(),
  epoch bigint not null default current_epoch(),
  kind text not null check (kind in ('key', 'nameserver', 'pool')),
  subject uuid not null
);
create index events_xid on events (xid);

-- The feed: append-only, numbered after commit, gapless, the same on every replica.
create table changes (
  seq bigint primary key,
  epoch bigint not null,
  kind text not null check (kind in ('create', 'update', 'delete', 'key', 'nameserver', 'pool')),
  zone_id uuid,
  version bigint,
  subject uuid,
  numbered_at timestamptz not null default now(),
  check ((zone_id is null) = (version is null) and (zone_id is null) <> (subject is null))
);
create unique index changes_zone on changes (zone_id, version) where zone_id is not null;

-- The last serial of a name that was deleted: floor for its next incarnation.
create table tombstones (
  name_key bytea primary key,
  zone_id uuid not null,
  serial bigint not null,
  epoch bigint not null default current_epoch(),
  deleted_at timestamptz not null default now()
);

-- What the pool manager knows per nameserver. visible_through: everything committed up to this seq is served there,
-- but for the rows of tasks. Null: never swept.
create table nameserver_progress (
  nameserver_id uuid primary key references nameservers on delete cascade,
  visible_through bigint,
  holder uuid,                                     -- the pool manager that has the lease
  lease_until timestamptz,
  fence bigint not null default 0,                 -- goes up with every lease; checked by every write of the holder
  swept_at timestamptz,
  reachable boolean,
  last_error text
) with (fillfactor = 50);

-- Exceptions only: what a nameserver did not confirm in time.
create table tasks (
  nameserver_id uuid not null references nameservers on delete cascade,
  name_key bytea not null,
  zone_name text not null,
  zone_id uuid not null,
  action text not null check (action in ('create', 'update', 'delete')),
  since_seq bigint not null,                       -- oldest change that it stands for
  seq bigint not null,                             -- newest
  version bigint not null,
  serial bigint not null,
  attempts integer not null default 0,
  state text not null default 'pending' check (state in ('pending', 'error')),
  reason text,
  next_try_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  primary key (nameserver_id, name_key)
);
create index tasks_zone on tasks (zone_id);
create index tasks_due on tasks (nameserver_id, next_try_at);

-- Liveness only.
create table instances (
  id uuid primary key,
  program text not null,
  address text,                                    -- mdns: host:port that it serves on
  started_at timestamptz not null default now(),
  heartbeated_at timestamptz not null default now(),
  feed_seq bigint not null default 0,
  ready boolean not null default false
) with (fillfactor = 50);

-- API tokens; the token itself is never stored.
create table tokens (
  id uuid primary key,
  hash bytea not null unique,                      -- SHA-256 of 256 random bits
  project_id text not null,
  role text not null check (role in ('member', 'admin')),
  description text,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
