-- DNSSEC signing (DESIGN.md §3, "key sets"; §4, "Signature times"): policies, keys, and what a version was signed with.

-- What an operator chooses, by name. What a version is signed with is in its key set: a policy isn't read for it.
create table dnssec_policies (
  id uuid primary key,
  name text not null unique check (name ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
  description text,
  algorithm smallint not null default 13 check (algorithm in (8, 13, 14, 15, 16)),
  key_model text not null default 'KSK_ZSK' check (key_model in ('KSK_ZSK', 'CSK')),
  denial text not null default 'NSEC' check (denial in ('NSEC', 'NSEC3')),   -- NSEC3 as RFC 9276 has it
  opt_out boolean not null default false check (denial = 'NSEC3' or not opt_out),
  refresh_period_s integer not null default 604800 check (refresh_period_s between 3600 and 2592000),
  signature_lifetime_s integer not null default 1814400 check (signature_lifetime_s between 7200 and 7776000),
  skew_s integer not null default 86400 check (skew_s between 0 and 604800),
  dnskey_ttl_s integer not null default 3600 check (dnskey_ttl_s between 60 and 86400),
  ksk_lifetime_s integer check (ksk_lifetime_s > 0),          -- null: rolled when somebody says so; a CSK's too
  zsk_lifetime_s integer check (zsk_lifetime_s > 0),
  publish_cds boolean not null default true,                  -- CDS and CDNSKEY (RFC 7344)
  created_at timestamptz not null default now(),
  updated_at timestamptz,
  revision integer not null default 1,
  check (signature_lifetime_s > refresh_period_s)
);
insert into dnssec_policies (id, name, description)
  values (gen_random_uuid(), 'default', 'ECDSA P-256, KSK and ZSK, NSEC');

create table dnssec_keys (
  id uuid primary key,
  zone_id uuid not null references zones on delete cascade,
  role text not null check (role in ('KSK', 'ZSK', 'CSK')),
  algorithm smallint not null,
  key_tag integer not null check (key_tag between 0 and 65535),
  dnskey bytea not null,                           -- RDATA
  -- published: in the DNSKEY set, signs nothing yet; retired: signs nothing new; removed: in no current set
  state text not null check (state in ('published', 'active', 'retired', 'removed')),
  created_at timestamptz not null default now(),
  active_at timestamptz,
  retired_at timestamptz,
  removed_at timestamptz,
  ds text not null default 'unknown' check (ds in ('unknown', 'present', 'absent')),   -- at the parent, of KSK and CSK
  ds_at timestamptz                                -- when somebody said so
);
-- Two keys of one tag would have validators try both, and our own signatures name either.
create unique index dnssec_keys_tag on dnssec_keys (zone_id, key_tag) where state <> 'removed';
create index dnssec_keys_zone on dnssec_keys (zone_id);

-- Private parts, sealed (base/secret_box.hpp, context 'dnssec-key:' || id), in two tables since two programs may read
-- them: what signs zones under the master key that all programs have; KSKs under one that only central has.
create table zsk_secrets (                         -- ZSK and CSK
  key_id uuid primary key references dnssec_keys on delete cascade,
  sealed bytea not null
);
create table ksk_secrets (
  key_id uuid primary key references dnssec_keys on delete cascade,
  sealed bytea not null
);

-- Immutable: with content, T and view, all that a signed version is made of.
create table key_sets (
  id uuid primary key,
  zone_id uuid not null references zones on delete cascade,
  denial text not null check (denial in ('NSEC', 'NSEC3')),
  opt_out boolean not null,
  refresh_period_s integer not null,
  signature_lifetime_s integer not null,
  skew_s integer not null,
  ttl integer not null,                            -- of DNSKEY, CDS and CDNSKEY
  dnskey bytea not null,                           -- RDATA of the published records, dns::pack_rdata
  cds bytea,
  cdnskey bytea,
  created_at timestamptz not null default now()
);
create index key_sets_zone on key_sets (zone_id);

-- Which keys sign the zone: an RRset's is the newest with active_from <= the start of its slot.
create table key_set_zsks (
  key_set_id uuid not null references key_sets on delete cascade,
  key_id uuid not null references dnssec_keys on delete cascade,
  active_from bigint not null,                     -- Unix seconds
  primary key (key_set_id, key_id)
);
create index key_set_zsks_key on key_set_zsks (key_id);

-- RRSIGs of the key set's own RRsets, made by central ahead of the slot that they are for. Of a CSK there are none.
create table apex_signatures (
  key_set_id uuid not null references key_sets on delete cascade,
  type integer not null check (type in (48, 59, 60)),
  inception bigint not null,                       -- Unix seconds; with the key set's times it says which slot
  expiration bigint not null,
  key_id uuid not null references dnssec_keys on delete cascade,
  rrsig bytea not null,                            -- RDATA
  primary key (key_set_id, type, inception, key_id)
);
create index apex_signatures_key on apex_signatures (key_id);

-- Rolls of ZSKs that are under way (storage/key_rolls.hpp).
create table key_rolls (
  zone_id uuid primary key references zones on delete cascade,
  old_key uuid not null references dnssec_keys on delete cascade,
  new_key uuid not null references dnssec_keys on delete cascade,
  phase text not null check (phase in ('publishing', 'activating', 'draining')),
  version bigint,                                  -- that every nameserver must have before it goes on
  visible_at timestamptz,                          -- when they were seen to have it
  active_from bigint,                              -- of the new key; Unix seconds
  next_at timestamptz not null,
  started_at timestamptz not null default now()
);
create index key_rolls_next on key_rolls (next_at);

-- Null: unsigned. T (signing_time, Unix seconds) and buckets are DESIGN.md §4's. No foreign key: a commit would lock the
-- key set's row.
alter table versions add column key_set_id uuid, add column signing_time bigint, add column buckets smallint;
alter table versions add constraint versions_signing_check
  check (num_nulls(key_set_id, signing_time, buckets) in (0, 3)) not valid;

-- As the head version has it: the next one inherits it from here. refresh_due: when the first bucket after T is.
alter table zones
  add column dnssec_policy_id uuid references dnssec_policies,
  add column key_set_id uuid,
  add column signing_time bigint,
  add column buckets smallint,
  add column rules smallint not null default 1,
  add column refresh_due timestamptz;
alter table zones add constraint zones_signing_check
  check (num_nulls(dnssec_policy_id, key_set_id, signing_time, buckets, refresh_due) in (0, 5)
         and (key_set_id is null or type = 'PRIMARY')) not valid;
create index zones_refresh_due on zones (refresh_due) where refresh_due is not null and deleted_at is null;
create index zones_dnssec_policy on zones (dnssec_policy_id) where dnssec_policy_id is not null;

-- The newest time that was taken for T. Where now() is far beyond it the clock leapt, and a person must say that it is
-- right. Null: none was.
create table signing_clock (
  one boolean primary key default true check (one),
  seen_at timestamptz
);
insert into signing_clock default values;

grant select, update on signing_clock to minidns_central;
grant select, insert, update, delete on dnssec_policies to minidns_central;
grant select, insert, update, delete on key_rolls to minidns_central;
grant select, insert, delete on zsk_secrets, ksk_secrets, key_sets, key_set_zsks, apex_signatures to minidns_central;
-- To put them under another master key.
grant update (sealed) on zsk_secrets, ksk_secrets to minidns_central;
grant select, insert, delete, update (state, active_at, retired_at, removed_at, ds, ds_at) on dnssec_keys to minidns_central;
grant select on dnssec_keys, zsk_secrets, key_sets, key_set_zsks, apex_signatures to minidns_mdns;
