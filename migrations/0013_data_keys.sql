-- Envelope encryption (docs/decisions/0008): what is sealed in other tables is sealed under these keys, which are wrapped
-- under a master key that the database never sees (base/envelope.hpp). Another master key changes only these rows. They
-- are made by central, which has the master keys. What was sealed before, under the master key itself, can still be
-- opened.

create table data_keys (                           -- of what all programs read: TSIG secrets, credentials, ZSKs, CSKs
  id uuid primary key,
  purpose text not null check (purpose in ('seal', 'derive')),
  wrapped bytea not null,                          -- context 'data-key:' || purpose || ':' || id
  created_at timestamptz not null default now(),
  wrapped_at timestamptz not null default now()    -- under the master key that it is under
);
-- What is derived of it (the key of the zones' digests) must be the same everywhere and always.
create unique index data_keys_derive on data_keys (purpose) where purpose = 'derive';

create table ksk_data_keys (                       -- of ksk_secrets; under the master key that only central has
  id uuid primary key,
  purpose text not null default 'ksk' check (purpose = 'ksk'),
  wrapped bytea not null,
  created_at timestamptz not null default now(),
  wrapped_at timestamptz not null default now()
);

-- What retention looks for: keys that can be destroyed once no version of the history needs them.
create index dnssec_keys_removed on dnssec_keys (removed_at) where state = 'removed';

grant select on data_keys to minidns_central, minidns_mdns, minidns_pool_manager;
grant select on ksk_data_keys to minidns_central;
grant insert, update (wrapped, wrapped_at) on data_keys, ksk_data_keys to minidns_central;
