-- Rolls of every kind of key, of the algorithm, and a zone's way into DNSSEC and out of it (storage/key_rolls.hpp).

alter table key_rolls
  add column kind text not null default 'ZSK'
    check (kind in ('ZSK', 'KSK', 'CSK', 'ALGORITHM', 'FIRST_SIGNING', 'UNSIGNING')),
  add column old_keys uuid[] not null default '{}',
  add column new_keys uuid[] not null default '{}',
  -- In the CSK's and the algorithm's: the policy before, to which a cancelled roll returns.
  add column policy_before uuid references dnssec_policies,
  add column ds_ttl_s integer check (ds_ttl_s >= 0),     -- of the DS set that the parent had
  add column paused boolean not null default false,
  add column note text;                                  -- what it waits for, for people
update key_rolls set old_keys = array[old_key], new_keys = array[new_key];
alter table key_rolls drop column old_key, drop column new_key, alter column kind drop default;
alter table key_rolls drop constraint key_rolls_phase_check;
alter table key_rolls add constraint key_rolls_phase_check check (phase in
  ('presigning', 'presigned', 'publishing', 'submitting', 'retracting', 'ds_caching', 'activating', 'draining', 'withdrawing'));
create index key_rolls_policy_before on key_rolls (policy_before) where policy_before is not null;

-- generated: signs, but isn't in the DNSKEY set yet (an algorithm's roll) or any more.
alter table dnssec_keys drop constraint dnssec_keys_state_check;
alter table dnssec_keys add constraint dnssec_keys_state_check
  check (state in ('generated', 'published', 'active', 'retired', 'removed'));

-- Whose signatures the key set's own RRsets have: KSKs and CSKs. None: a CSK's key set from before this table, which
-- mdns signs.
create table key_set_signers (
  key_set_id uuid not null references key_sets on delete cascade,
  key_id uuid not null references dnssec_keys on delete cascade,
  primary key (key_set_id, key_id)
);
create index key_set_signers_key on key_set_signers (key_id);
insert into key_set_signers select distinct key_set_id, key_id from apex_signatures;

-- DNSKEYs of other providers who sign the zone too (RFC 8901, model 2). In every key set while they are here.
create table foreign_dnskeys (
  zone_id uuid not null references zones on delete cascade,
  dnskey bytea not null,                                 -- RDATA
  added_at timestamptz not null default now(),
  primary key (zone_id, dnskey)
);

grant select, insert, delete on key_set_signers, foreign_dnskeys to minidns_central;

-- By what policy a new zone is signed from its first version on: a project's goes before its pool's.
create table dnssec_defaults (
  scope text not null check (scope in ('POOL', 'PROJECT')),
  subject text not null,                                 -- a pool's id, or a project
  policy_id uuid not null references dnssec_policies,
  primary key (scope, subject)
);
grant select, insert, update, delete on dnssec_defaults to minidns_central;

-- A ZONEMD record (RFC 8976): every version costs as much as the zone is large.
alter table dnssec_policies add column zonemd boolean not null default false;
alter table key_sets add column zonemd boolean not null default false;
