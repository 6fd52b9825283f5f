#pragma once

#include "base/clock.hpp"
#include "dns/name.hpp"
#include "pool-manager/backoff.hpp"
#include "pool-manager/decision.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/unsaved.hpp"
#include "pool-manager/work_item.hpp"
#include "storage/nameserver_work.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace minidns::pool {

struct WindowSettings {
  std::chrono::milliseconds confirm_within{5000};  ///< what isn't seen by then is an exception
  RetryPolicy retry;
  Abilities abilities;
};

/// The work in hand for one nameserver: changes of the feed, collapsed per name to the newest wish, and tasks that are
/// tried again. A state machine without I/O: changes, sights and outcomes of commands go in; commands, questions and
/// what is to be saved come out. On one strand. Bounded; whoever feeds it asks for room first.
///
/// The prefix: `visible_through` stands just before the oldest change that is neither visible nor kept as an exception.
class Window {
 public:
  /// Names in hand. At 5 s for each a slow nameserver still gets 800 zones per second, and memory stays near 2 MB.
  static constexpr std::size_t items_max = 4096;
  /// Of these, tasks: so that a nameserver with a million of them still hears of new changes.
  static constexpr std::size_t tasks_max = items_max / 2;
  /// Changes in hand: one zone may have many.
  static constexpr std::size_t marks_max = 4 * items_max;

  /// `random` draws the jitter of retries.
  Window(WindowSettings settings, std::function<std::uint64_t()> random);

  /// From now on the feed is read from here; what was in hand of it is forgotten (its tasks are not).
  void set_position(std::int64_t seq);
  /// Nothing before the first `set_position`: then nothing can be said of what is visible.
  [[nodiscard]] std::optional<std::int64_t> visible_through() const;
  [[nodiscard]] std::int64_t read_through() const { return read_through_.value_or(0); }

  /// How many more changes, or tasks, may come in.
  [[nodiscard]] std::size_t room_for_changes() const;
  [[nodiscard]] std::size_t room_for_tasks() const;
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool contains(const dns::Name& name) const { return items_.contains(name); }

  /// What one read of the feed gave.
  void add(const storage::FeedPage& page, SteadyTime now);
  /// A task that is due. Ignored if the name has newer work.
  void add(const storage::Task& task, SteadyTime now);

  /// A name that is to be asked for, or commanded; to be given back with the outcome.
  struct Ticket {
    dns::Name name;
    std::uint64_t generation;
    dns::Serial serial;  ///< wanted when it was taken
  };
  [[nodiscard]] std::vector<Ticket> take_looks(SteadyTime now, std::size_t limit);
  [[nodiscard]] std::optional<SteadyTime> next_look() const;

  /// Up to `limit` names that want the same command; none: nothing is queued.
  struct Commands {
    Step step;
    std::vector<Ticket> tickets;
  };
  [[nodiscard]] Commands take_commands(std::size_t limit);
  [[nodiscard]] bool has_commands() const { return !queue_.empty(); }

  /// What a look brought about.
  struct Outcome {
    std::vector<Mark> visible;       ///< changes that can be seen now
    bool went_back = false;          ///< the nameserver shows an older serial than it did
    bool is_exception = false;       ///< the time was up
    std::optional<ZoneId> renotify;  ///< a NOTIFY should be sent again
  };
  /// `all_have`: whether every live mdns can transfer what is wanted.
  using AllHave = std::function<bool(const storage::ZoneChange&)>;
  Outcome see(const Ticket& ticket, const Sight& sight, const AllHave& all_have, SteadyTime now);
  /// The outcome of a command. `failure`: nothing if the nameserver did it.
  void commanded(const Ticket& ticket, Step step, const std::optional<DriverError>& failure, SteadyTime now);
  /// What was taken and could not be asked, or commanded, for reasons of our own.
  void look_again(const std::vector<Ticket>& tickets, SteadyTime at);
  void put_back(const Ticket& ticket, Step step);
  /// A command that must not be given any more, since the name lives again: its newer change is about to come.
  void withdrawn(const Ticket& ticket, SteadyTime now);
  /// Looks again now at what waits to be transferable everywhere (for nameservers that must be forced).
  void look_at_waiting(const AllHave& all_have, SteadyTime now);
  /// What the next save is to say of the nameserver itself.
  void set_reachable(bool reachable, std::string last_error) {
    unsaved_.set_reachable(reachable, std::move(last_error));
  }
  void set_swept(const std::optional<storage::ContentMark>& content, const std::optional<Bytes>& upstream) {
    unsaved_.set_swept(content, upstream);
  }
  void set_catch_up(std::int64_t through) { unsaved_.set_catch_up(through); }

  /// Keeps what has waited for its command for too long as exceptions, so that it doesn't hold up the prefix; it stays
  /// in hand.
  void record_late(SteadyTime now);
  /// The worker ends: what came as a task is put back, due at once for whoever is next. The rest is in the feed.
  void hand_back();
  /// The nameserver can't be reached: everything in hand becomes an exception, to be tried when it is back.
  void record_all(const std::string& reason);

  [[nodiscard]] bool has_unsaved() const;
  /// All that is to be saved; give it back with `restore` if that fails.
  [[nodiscard]] storage::ProgressUpdate take_update();
  void restore(storage::ProgressUpdate update);

 private:
  using Items = std::unordered_map<dns::Name, WorkItem>;

  void add_change(const storage::ZoneChange& change, SteadyTime now);
  void take_newer(WorkItem& item, const storage::ZoneChange& change, SteadyTime now);
  void start(WorkItem& item, SteadyTime now);
  void enqueue(WorkItem& item, Step step);
  void watch(WorkItem& item, SteadyTime now);
  void schedule_look(WorkItem& item, SteadyTime at);
  void cancel_look(WorkItem& item);
  [[nodiscard]] WorkItem* find(const Ticket& ticket);
  void after_command(WorkItem& item, const Ticket& ticket, Step step, const std::optional<DriverError>& failure,
                     SteadyTime now);

  /// Takes the marks that `serial` shows; all of them without one.
  std::vector<Mark> take_marks(WorkItem& item, const std::optional<dns::Serial>& serial);
  [[nodiscard]] bool is_overdue(const WorkItem& item, SteadyTime now) const;
  void confirm(WorkItem& item);
  /// Ends the attempt: the item leaves as an exception. `counts`: it was a try that failed.
  void give_up(WorkItem& item, bool counts);
  [[nodiscard]] storage::Task task_of(const WorkItem& item) const;
  void record(WorkItem& item, storage::Task task, std::chrono::milliseconds delay);
  void erase(WorkItem& item);

  const WindowSettings settings_;
  const std::function<std::uint64_t()> random_;
  std::optional<std::int64_t> read_through_;
  Items items_;
  std::size_t tasks_ = 0;                             ///< items that came as tasks
  std::set<std::int64_t> open_;                       ///< changes that hold up the prefix
  std::size_t marks_ = 0;                             ///< in all items
  std::set<std::pair<SteadyTime, WorkItem*>> looks_;  ///< nodes of items_ stay where they are
  std::deque<dns::Name> queue_;                       ///< in order; entries whose item isn't queued are void
  Unsaved unsaved_;
  std::optional<std::int64_t> saved_through_;
};

}  // namespace minidns::pool
