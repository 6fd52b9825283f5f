-- Epochs and the numbering of changes after commit (DESIGN.md §3, "The change feed" and "Epoch").

-- Opens a new epoch if the database's identity is another than the newest epoch's, or if p_force says so (after a disk
-- snapshot was put back, identity doesn't tell). Returns the epoch in force. Waits for running writers of versions and
-- events, so that none of them carries an older epoch and is missed by numbering: a writer takes `lock table versions
-- in row exclusive mode` before it reads the epoch.
create function open_epoch(p_force boolean default false) returns bigint
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  v_system bigint := (select system_identifier from pg_control_system());
  v_timeline integer := ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer;
  v_epoch epochs;
  v_seq bigint;
  v_fresh bigint;
begin
  select * into v_epoch from epochs order by epoch desc limit 1;
  if found and not p_force and v_epoch.system_identifier = v_system and v_epoch.timeline = v_timeline then
    return v_epoch.epoch;
  end if;
  lock table versions, events in share mode;
  perform 1 from feed_head for update;
  -- Somebody else may have opened it while we waited.
  select * into v_epoch from epochs order by epoch desc limit 1;
  if found and not p_force and v_epoch.system_identifier = v_system and v_epoch.timeline = v_timeline then
    return v_epoch.epoch;
  end if;

  insert into epochs (epoch, system_identifier, timeline)
    values (coalesce(v_epoch.epoch, 0) + 1, v_system, v_timeline) returning * into v_epoch;

  if not exists (select from feed_head) then
    insert into feed_head (seq, epoch, snapshot) values (0, v_epoch.epoch, pg_current_snapshot());
  end if;
  -- Transaction ids of the rows before mean nothing under another identity: number by what has no number yet. (A
  -- change is pruned only with its version.) Events have no such mark: those kept are announced again, which only makes
  -- readers read keys and nameservers once more.
  v_seq := greatest((select seq from feed_head), (select max(seq) from changes));
  with unnumbered as (
    select ordinal, kind, zone_id, version, null::uuid as subject from versions v
      where not exists (select from changes c where c.zone_id = v.zone_id and c.version = v.version)
    union all
    select ordinal, kind, null, null, subject from events
  )
  insert into changes (seq, epoch, kind, zone_id, version, subject)
    select v_seq + row_number() over (order by ordinal), v_epoch.epoch, kind, zone_id, version, subject from unnumbered;
  get diagnostics v_fresh = row_count;
  update feed_head set epoch = v_epoch.epoch, snapshot = pg_current_snapshot(), seq = v_seq + v_fresh;
  -- What nameservers confirmed was confirmed to another database: compare everything anew, by managers that know.
  update nameserver_progress set visible_through = null, holder = null, lease_until = null, fence = fence + 1;
  delete from events;
  return v_epoch.epoch;
end $$;

-- Numbers every version and event that is visible now and was not at the last call. Returns the head. Short: it locks
-- one row, and the work is O(new rows). The caller commits synchronously, and writes nothing else in its transaction: a
-- crash must not number again. Its settings: after a bulk load many rows share one transaction id, so that the planner
-- takes a look at few ids for a look at all rows; and its cost estimates without sequential scans would start JIT.
create function number_changes() returns bigint
  language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off set jit = off
as $$
declare
  v_head feed_head;
  v_seq bigint;
begin
  select * into v_head from feed_head for update;
  -- One statement, so that what it sees and the snapshot that it stores are the same.
  with fresh as (
    select ordinal, kind, zone_id, version, null::uuid as subject from versions
      where epoch = v_head.epoch and xid >= pg_snapshot_xmax(v_head.snapshot)
    union all
    select ordinal, kind, zone_id, version, null::uuid from versions
      where epoch = v_head.epoch and xid = any (array(select pg_snapshot_xip(v_head.snapshot)))
    union all
    select ordinal, kind, null, null, subject from events
      where epoch = v_head.epoch and xid >= pg_snapshot_xmax(v_head.snapshot)
    union all
    select ordinal, kind, null, null, subject from events
      where epoch = v_head.epoch and xid = any (array(select pg_snapshot_xip(v_head.snapshot)))
  ), numbered as (
    insert into changes (seq, epoch, kind, zone_id, version, subject)
      select v_head.seq + row_number() over (order by ordinal), v_head.epoch, kind, zone_id, version, subject from fresh
      returning seq
  )
  update feed_head set seq = v_head.seq + (select count(*) from numbered), snapshot = pg_current_snapshot()
    returning seq into v_seq;
  return v_seq;
end $$;

select open_epoch();
