-- What each program may do (least privilege). The roles are groups without a login, shared by the databases of a
-- cluster; an operator makes logins in them. The schema's owner runs migrations only.
do $$
declare
  v_role text;
begin
  foreach v_role in array array['minidns_central', 'minidns_mdns', 'minidns_pool_manager'] loop
    if not exists (select from pg_roles where rolname = v_role) then
      begin
        execute format('create role %I nologin', v_role);
      exception when duplicate_object or unique_violation then
        null;                                          -- another database of the cluster was migrated meanwhile
      end;
    end if;
  end loop;
end $$;

revoke execute on function open_epoch(boolean), number_changes() from public;
grant usage on schema public to minidns_central, minidns_mdns, minidns_pool_manager;
grant select on epochs, feed_head, changes, pools, pool_ns_records, pool_primaries, nameservers, tsig_keys, zones,
  versions, tombstones to minidns_central, minidns_mdns, minidns_pool_manager;
grant select, insert, update, delete on instances to minidns_central, minidns_mdns, minidns_pool_manager;
grant execute on function open_epoch(boolean), number_changes() to minidns_central, minidns_pool_manager;

grant insert, update, delete on pools, pool_ns_records, pool_primaries, nameservers, tsig_keys, zones to minidns_central;
grant select, insert, update, delete on recordsets, tokens, tombstones to minidns_central;
-- Versions and events are immutable, content is closed but never rewritten.
grant insert on versions, events to minidns_central;
grant select, insert, update (until) on rrsets to minidns_central;
grant usage on sequence change_ordinal to minidns_central;
grant select on nameserver_progress, tasks to minidns_central;

grant select on rrsets to minidns_mdns;

grant select, insert, update on nameserver_progress to minidns_pool_manager;
grant select, insert, update, delete on tasks to minidns_pool_manager;
