-- The digest of a signed version in a view (DESIGN.md, invariant 9): stored by the first instance that built it, compared
-- by the others. A keyed hash; key_id says under which key, since others can't be compared with it.
create table version_digests (
  zone_id uuid not null,
  version bigint not null,
  view smallint not null,
  key_id bytea not null check (octet_length(key_id) = 4),
  digest bytea not null check (octet_length(digest) = 32),
  instance uuid not null,                              -- who built it
  build text not null,                                 -- of which release
  created_at timestamptz not null default now(),
  primary key (zone_id, version, view, key_id)
);

-- Who arrived at another digest, twice, and doesn't serve the version.
create table digest_reports (
  zone_id uuid not null,
  version bigint not null,
  view smallint not null,
  key_id bytea not null,
  digest bytea not null check (octet_length(digest) = 32),
  instance uuid not null,
  build text not null,
  reported_at timestamptz not null default now(),
  primary key (zone_id, version, view, key_id, instance)
);

-- Releases that differ from an older one in many zones. They are not the first to build a version unless nobody else did
-- so within a minute: an older release is to be first, and zones never stop.
create table stopped_builds (
  build text primary key,
  zones bigint not null,                               -- in which it differed, when it was stopped
  stopped_at timestamptz not null default now()
);

-- They go with their versions, whoever removes those.
create function remove_digests() returns trigger language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  delete from version_digests d using gone g where d.zone_id = g.zone_id and d.version = g.version;
  delete from digest_reports r using gone g where r.zone_id = g.zone_id and r.version = g.version;
  return null;
end $$;
create trigger versions_digests after delete on versions referencing old table as gone
  for each statement execute function remove_digests();

-- Stores p_digest unless there is one already; returns the one that is there. A null one: there is none, and p_build is
-- stopped. No row: there is no such version.
create function agree_digest(p_zone uuid, p_version bigint, p_view integer, p_key_id bytea, p_digest bytea,
                             p_instance uuid, p_build text)
  returns table (digest bytea, instance uuid, build text, is_new boolean)
  language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
  return query select d.digest, d.instance, d.build, false from version_digests d
    where d.zone_id = p_zone and d.version = p_version and d.view = p_view and d.key_id = p_key_id;
  if found then
    return;
  end if;
  return query insert into version_digests as d (zone_id, version, view, key_id, digest, instance, build)
    select p_zone, p_version, p_view, p_key_id, p_digest, p_instance, p_build
     where exists (select from versions v where v.zone_id = p_zone and v.version = p_version
                    and (v.created_at < now() - interval '1 minute'
                         or not exists (select from stopped_builds b where b.build = p_build)))
    on conflict do nothing returning d.digest, d.instance, d.build, true;
  if found then
    return;
  end if;
  -- Another was faster: its row is committed by now.
  return query select d.digest, d.instance, d.build, false from version_digests d
    where d.zone_id = p_zone and d.version = p_version and d.view = p_view and d.key_id = p_key_id;
  if not found then
    return query select null::bytea, p_instance, p_build, false
      from versions v where v.zone_id = p_zone and v.version = p_version;
  end if;
end $$;

create function report_digest(p_zone uuid, p_version bigint, p_view integer, p_key_id bytea, p_digest bytea,
                              p_instance uuid, p_build text) returns void
  language sql security definer set search_path = public, pg_temp
as $$
  insert into digest_reports (zone_id, version, view, key_id, digest, instance, build)
  select p_zone, p_version, p_view, p_key_id, p_digest, p_instance, p_build
   where exists (select from versions v where v.zone_id = p_zone and v.version = p_version)
  on conflict do nothing
$$;

revoke execute on function remove_digests(), agree_digest(uuid, bigint, integer, bytea, bytea, uuid, text),
  report_digest(uuid, bigint, integer, bytea, bytea, uuid, text) from public;
grant execute on function agree_digest(uuid, bigint, integer, bytea, bytea, uuid, text),
  report_digest(uuid, bigint, integer, bytea, bytea, uuid, text) to minidns_mdns;
grant select on version_digests to minidns_central;
grant select on digest_reports to minidns_central;
grant select, insert on stopped_builds to minidns_central;
