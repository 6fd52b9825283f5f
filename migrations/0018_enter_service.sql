-- A pool manager asks for a nameserver to be put in service as soon as it has caught up: for `minidns sync`, which works
-- with the pool manager's role, and with no other right to write nameservers.

-- True if the nameserver is on its way or there already; false if its state is another one, null if there is none.
create function request_service(p_nameserver uuid) returns boolean
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  v_state text;
begin
  lock table versions in row exclusive mode;           -- a new epoch waits for this transaction
  select state into v_state from nameservers where id = p_nameserver for update;
  if v_state = 'bootstrapping' then
    update nameservers set enters_service = true, revision = revision + 1, updated_at = now()
     where id = p_nameserver and not enters_service;
    if found then
      insert into events (kind, subject) values ('nameserver', p_nameserver);
    end if;
  end if;
  return v_state in ('bootstrapping', 'in_service');
end $$;

revoke execute on function request_service(uuid) from public;
grant execute on function request_service(uuid) to minidns_pool_manager;
