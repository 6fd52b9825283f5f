-- How far the proof of a nameserver's zones has come, so that another manager goes on from there.
create table proof_rounds (
  nameserver_id uuid not null references nameservers on delete cascade,
  kind text not null check (kind in ('serials', 'contents')),
  after_key bytea,                                 -- name_key of the zone that was looked at last; null: none yet
  began_at timestamptz not null,
  complete_since timestamptz,                      -- when the last complete round began: all zones were seen since
  primary key (nameserver_id, kind)
);
grant select on proof_rounds to minidns_central;
grant select, insert, update, delete on proof_rounds to minidns_pool_manager;

-- Forced transfers that were made to mend a fault; there is a limit.
alter table content_faults add column repairs integer not null default 0 check (repairs >= 0);

-- What a nameserver transfers is compared with them. They are hashes with a key, and say nothing without it.
grant select on version_digests to minidns_pool_manager;
