#include "pool-manager/window.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace minidns::pool {
namespace {

/// For a task that is kept while its item is still in hand: the database should not give it out meanwhile.
constexpr std::chrono::seconds late_hold{60};
/// Until a name's newer change is there; the feed is read at least once a second.
constexpr std::chrono::milliseconds withdrawn_look_delay{500};

/// Whether the newer change wants the opposite, or another incarnation of the zone.
bool turns_around(const WorkItem& item, const storage::ZoneChange& change) {
  const bool wants_zone = change.action != storage::ZoneAction::remove;
  return item.wants_zone() != wants_zone || (wants_zone && item.wanted.zone != change.zone);
}

/// Steps that are made once in an attempt, and without which its time is no trial.
bool begins_attempt(Step step) {
  return step == Step::add || step == Step::remove || step == Step::change;
}

Step first_step(storage::ZoneAction action) {
  switch (action) {
    case storage::ZoneAction::create:
      return Step::add;
    case storage::ZoneAction::update:
      return Step::none;
    case storage::ZoneAction::remove:
      return Step::remove;
  }
  return Step::none;
}

}  // namespace

Window::Window(WindowSettings settings, std::function<std::uint64_t()> random)
    : settings_(std::move(settings)), random_(std::move(random)) {}

void Window::set_position(std::int64_t seq) {
  for (auto it = items_.begin(); it != items_.end();) {
    WorkItem& item = (it++)->second;  // erase leaves the others where they are
    (void)take_marks(item, std::nullopt);
    if (!item.task) {
      erase(item);
    }
  }
  read_through_ = seq;
  saved_through_.reset();
}

std::optional<std::int64_t> Window::visible_through() const {
  return !read_through_ || open_.empty() ? read_through_ : *open_.begin() - 1;
}

std::size_t Window::room_for_changes() const {
  return std::min(items_max - std::min(items_max, items_.size()), marks_max - std::min(marks_max, marks_));
}

std::size_t Window::room_for_tasks() const {
  return std::min(tasks_max - std::min(tasks_max, tasks_), items_max - std::min(items_max, items_.size()));
}

void Window::add(const storage::FeedPage& page, SteadyTime now) {
  for (const storage::ZoneChange& change : page.changes) {
    add_change(change, now);
  }
  read_through_ = page.read_through;
}

void Window::add_change(const storage::ZoneChange& change, SteadyTime now) {
  const auto [it, is_new] = items_.try_emplace(change.name, change);
  WorkItem& item = it->second;
  if (!is_new && change.seq <= item.wanted.seq) {
    return;  // a task stands for it already
  }
  item.marks.push_back({change.seq, change.serial, change.committed_at, now});
  open_.insert(change.seq);
  ++marks_;
  if (is_new) {
    start(item, now);
  } else {
    take_newer(item, change, now);
  }
}

void Window::take_newer(WorkItem& item, const storage::ZoneChange& change, SteadyTime now) {
  const bool is_opposite = turns_around(item, change);
  item.wanted = change;
  if (is_opposite) {
    ++item.generation;
    start(item, now);
  } else if (item.stage == WorkItem::Stage::watching) {
    item.looks = 0;
    if (!item.is_looking) {
      schedule_look(item, now);
    }
  }
}

void Window::add(const storage::Task& task, SteadyTime now) {
  const WorkItem::Origin origin{task.since_seq, task.attempts};
  const auto [it, is_new] = items_.try_emplace(
      task.name, storage::ZoneChange{task.action, task.zone, task.name, task.version, task.serial, task.seq, {}});
  WorkItem& item = it->second;
  if (!item.task) {
    item.task = origin;
    ++tasks_;
  }
  if (is_new) {
    watch(item, now);  // what it needs shows at the first look
  }
}

std::vector<Window::Ticket> Window::take_looks(SteadyTime now, std::size_t limit) {
  std::vector<Ticket> tickets;
  while (tickets.size() < limit && !looks_.empty() && looks_.begin()->first <= now) {
    WorkItem& item = *looks_.begin()->second;
    looks_.erase(looks_.begin());
    item.is_looking = true;
    tickets.push_back({item.wanted.name, item.generation, item.wanted.serial});
  }
  return tickets;
}

std::optional<SteadyTime> Window::next_look() const {
  return looks_.empty() ? std::nullopt : std::optional(looks_.begin()->first);
}

Window::Commands Window::take_commands(std::size_t limit) {
  Commands commands{Step::none, {}};
  std::deque<dns::Name> others;
  for (dns::Name& name : std::exchange(queue_, {})) {
    const auto found = items_.find(name);
    if (found == items_.end() || found->second.stage != WorkItem::Stage::queued) {
      continue;
    }
    WorkItem& item = found->second;
    if (commands.tickets.empty()) {
      commands.step = item.step;
    }
    if (item.step != commands.step || commands.tickets.size() == limit) {
      others.push_back(std::move(name));
      continue;
    }
    item.stage = WorkItem::Stage::commanding;
    commands.tickets.push_back({std::move(name), item.generation, item.wanted.serial});
  }
  queue_ = std::move(others);
  return commands;
}

Window::Outcome Window::see(const Ticket& ticket, const Sight& sight, const AllHave& all_have, SteadyTime now) {
  Outcome outcome;
  WorkItem* const item = find(ticket);
  if (item == nullptr || item->stage != WorkItem::Stage::watching) {
    return outcome;
  }
  item->is_looking = false;
  ++item->looks;
  if (sight.serial && item->wants_zone()) {
    outcome.went_back = item->seen && item->seen->is_newer_than(*sight.serial);
    item->seen = sight.serial;
    if (outcome.went_back) {
      item->forced.reset();  // repaired at once where it may be
    }
    outcome.visible = take_marks(*item, sight.serial);
  }
  const bool can_force = settings_.abilities.forces && item->wants_zone() && all_have(item->wanted);
  const Decision decision = decide(*item, sight, settings_.abilities, can_force, now);
  if (decision.kind == Decision::Kind::confirmed) {
    std::ranges::move(take_marks(*item, std::nullopt), std::back_inserter(outcome.visible));
    confirm(*item);
  } else if (is_overdue(*item, now) && !begins_attempt(decision.step)) {
    item->reason = describe(sight, *item) + (item->reason.empty() ? "" : "; " + item->reason);
    outcome.is_exception = true;
    give_up(*item, true);
  } else if (decision.kind == Decision::Kind::act) {
    enqueue(*item, decision.step);
  } else {
    if (decision.renotify) {
      ++item->nudges;
      outcome.renotify = item->wanted.zone;
    }
    schedule_look(*item, now + look_delay(item->looks));
  }
  return outcome;
}

void Window::commanded(const Ticket& ticket, Step step, const std::optional<DriverError>& failure, SteadyTime now) {
  WorkItem* const item = find(ticket);
  if (item == nullptr || item->stage != WorkItem::Stage::commanding) {
    return;  // the wish turned around: its own command follows
  }
  if (failure && (failure->code == DriverErrc::unreachable || failure->code == DriverErrc::withheld)) {
    put_back(ticket, step);
    return;
  }
  if (failure) {
    item->reason = std::string(to_text(failure->code)) + ": " + failure->detail;
  }
  after_command(*item, ticket, step, failure, now);
}

void Window::after_command(WorkItem& item, const Ticket& ticket, Step step, const std::optional<DriverError>& failure,
                           SteadyTime now) {
  const auto failed_with = [&](DriverErrc code) { return failure && failure->code == code; };
  const bool is_missing = failed_with(DriverErrc::no_such_zone);
  const bool may_be_done = !failure || failed_with(DriverErrc::timeout);
  switch (step) {
    case Step::none:
      return;
    case Step::add:
      item.added = true;
      if (failed_with(DriverErrc::already_exists) && !item.changed) {
        item.reason.clear();
        enqueue(item, Step::change);  // it may be there with other primaries
      } else if (may_be_done || failed_with(DriverErrc::already_exists)) {
        watch(item, now);
      } else {
        give_up(item, true);
      }
      return;
    case Step::remove:
      item.removed = !failure || is_missing;
      if (may_be_done || is_missing) {
        watch(item, now);
      } else {
        give_up(item, true);
      }
      return;
    case Step::change:
      item.changed = true;
      break;
    case Step::fetch:
      ++item.nudges;
      break;
    case Step::force:
      item.forced = {ticket.serial, now};
      break;
  }
  if (is_missing && !item.added_again) {
    item.added = false;  // added again if it turns out to be absent; once, or a nameserver that lies never fails
    item.added_again = true;
  }
  if (item.watched_since == SteadyTime{}) {
    item.watched_since = now;
  }
  item.stage = WorkItem::Stage::watching;
  item.looks = 0;
  schedule_look(item, now);
}

void Window::look_again(const std::vector<Ticket>& tickets, SteadyTime at) {
  for (const Ticket& ticket : tickets) {
    WorkItem* const item = find(ticket);
    if (item != nullptr && item->is_looking) {
      item->is_looking = false;
      schedule_look(*item, at);
    }
  }
}

void Window::put_back(const Ticket& ticket, Step step) {
  WorkItem* const item = find(ticket);
  if (item != nullptr && item->stage == WorkItem::Stage::commanding) {
    enqueue(*item, step);
  }
}

void Window::withdrawn(const Ticket& ticket, SteadyTime now) {
  WorkItem* const item = find(ticket);
  if (item != nullptr && item->stage == WorkItem::Stage::commanding) {
    watch(*item, now);
    schedule_look(*item, now + withdrawn_look_delay);
  }
}

void Window::look_at_waiting(const AllHave& all_have, SteadyTime now) {
  for (auto& [name, item] : items_) {
    const bool waits =
        item.stage == WorkItem::Stage::watching && !item.is_looking && item.wants_zone() && may_force(item, now);
    if (waits && all_have(item.wanted)) {
      schedule_look(item, now);
    }
  }
}

void Window::record_late(SteadyTime now) {
  for (auto& [name, item] : items_) {
    if (item.stage != WorkItem::Stage::watching && !item.marks.empty() &&
        item.marks.front().since + settings_.confirm_within <= now && open_.contains(item.marks.front().seq)) {
      storage::Task task = task_of(item);
      task.reason = "waits for its turn";
      record(item, std::move(task), late_hold);
    }
  }
}

void Window::hand_back() {
  for (auto it = items_.begin(); it != items_.end();) {
    WorkItem& item = (it++)->second;
    if (item.task) {
      give_up(item, false);
    }
  }
}

void Window::record_all(const std::string& reason) {
  for (auto it = items_.begin(); it != items_.end();) {
    WorkItem& item = (it++)->second;
    item.reason = reason;
    give_up(item, false);
  }
}

bool Window::has_unsaved() const {
  return !unsaved_.empty() || (read_through_ && visible_through() != saved_through_);
}

storage::ProgressUpdate Window::take_update() {
  storage::ProgressUpdate update = unsaved_.take();
  update.visible_through = visible_through();
  saved_through_ = update.visible_through;
  return update;
}

void Window::restore(storage::ProgressUpdate update) {
  saved_through_.reset();
  unsaved_.restore(std::move(update));
}

void Window::start(WorkItem& item, SteadyTime now) {
  cancel_look(item);
  item.is_looking = item.added = item.added_again = item.changed = item.removed = false;
  item.forced.reset();
  item.seen.reset();
  item.nudges = 0;
  item.reason.clear();
  const Step step = settings_.abilities.commands ? first_step(item.wanted.action) : Step::none;
  if (step == Step::none) {
    watch(item, now);
  } else {
    enqueue(item, step);
  }
}

void Window::enqueue(WorkItem& item, Step step) {
  cancel_look(item);
  item.stage = WorkItem::Stage::queued;
  item.step = step;
  queue_.push_back(item.wanted.name);
}

void Window::watch(WorkItem& item, SteadyTime now) {
  item.stage = WorkItem::Stage::watching;
  item.watched_since = now;
  item.looks = 0;
  schedule_look(item, now);
}

void Window::schedule_look(WorkItem& item, SteadyTime at) {
  cancel_look(item);
  item.next_look = at;
  looks_.emplace(at, &item);
}

void Window::cancel_look(WorkItem& item) {
  looks_.erase({item.next_look, &item});
}

WorkItem* Window::find(const Ticket& ticket) {
  const auto found = items_.find(ticket.name);
  return found != items_.end() && found->second.generation == ticket.generation ? &found->second : nullptr;
}

std::vector<Mark> Window::take_marks(WorkItem& item, const std::optional<dns::Serial>& serial) {
  std::vector<Mark> taken;
  while (!item.marks.empty() && (!serial || reaches(*serial, item.marks.front().serial))) {
    open_.erase(item.marks.front().seq);
    --marks_;
    taken.push_back(item.marks.front());
    item.marks.pop_front();
  }
  return taken;
}

bool Window::is_overdue(const WorkItem& item, SteadyTime now) const {
  const SteadyTime since =
      item.marks.empty() ? item.watched_since : std::max(item.watched_since, item.marks.front().since);
  return since + settings_.confirm_within <= now;
}

void Window::confirm(WorkItem& item) {
  unsaved_.confirm(item.wanted.name, item.wanted.seq);
  erase(item);
}

void Window::give_up(WorkItem& item, bool counts) {
  storage::Task task = task_of(item);
  task.attempts += counts ? 1 : 0;
  task.is_error = task.attempts >= settings_.retry.error_after_attempts;
  const auto delay = counts ? retry_delay(settings_.retry, task.attempts, random_()) : std::chrono::milliseconds(0);
  record(item, std::move(task), delay);
  (void)take_marks(item, std::nullopt);
  erase(item);
}

storage::Task Window::task_of(const WorkItem& item) const {
  const std::int64_t oldest = item.marks.empty() ? item.wanted.seq : item.marks.front().seq;
  return {.action = item.wanted.action,
          .zone = item.wanted.zone,
          .name = item.wanted.name,
          .version = item.wanted.version,
          .serial = item.wanted.serial,
          .since_seq = item.task ? std::min(item.task->since_seq, oldest) : oldest,
          .seq = item.wanted.seq,
          .attempts = item.task ? item.task->attempts : 0,
          .is_error = false,
          .reason = item.reason};
}

void Window::record(WorkItem& item, storage::Task task, std::chrono::milliseconds delay) {
  if (!item.task) {
    ++tasks_;
  }
  item.task = {task.since_seq, task.attempts};
  for (const Mark& mark : item.marks) {
    open_.erase(mark.seq);
  }
  unsaved_.except({std::move(task), delay});
}

void Window::erase(WorkItem& item) {
  cancel_look(item);
  if (item.task) {
    --tasks_;
  }
  const dns::Name name = item.wanted.name;  // erase needs a key that outlives the node
  items_.erase(name);
}

}  // namespace minidns::pool
