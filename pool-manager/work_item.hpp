#pragma once

#include "base/clock.hpp"
#include "dns/serial.hpp"
#include "storage/nameserver_work.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace minidns::pool {

/// A command for the nameserver's control channel (drivers/driver.hpp).
enum class Step { none, add, change, remove, fetch, force };

/// A change that is not visible yet.
struct Mark {
  std::int64_t seq;
  dns::Serial serial;
  WallTime committed_at;
  SteadyTime since;  ///< we know of it
};

/// All the work that there is for one name on one nameserver.
///
///     queued ──taken──▶ commanding ──done──▶ watching ──seen──▶ gone, confirmed
///       ▲                  │                    │  │
///       └── other wish ────┴────── step ────────┘  └──time is up──▶ gone, an exception
///
/// An update starts as watching: the nameserver hears of it by NOTIFY.
struct WorkItem {
  enum class Stage { queued, commanding, watching };

  /// The row that it has among the exceptions.
  struct Origin {
    std::int64_t since_seq;
    int attempts;
  };

  /// The last forced transfer of this attempt.
  struct Forced {
    dns::Serial serial;  ///< wanted then
    SteadyTime at;
  };

  explicit WorkItem(storage::ZoneChange change) : wanted(std::move(change)) {}

  storage::ZoneChange wanted;  ///< the newest
  std::deque<Mark> marks;      ///< changes up to it that aren't visible, by seq; none for a task without newer change
  std::optional<Origin> task;

  Stage stage = Stage::watching;
  Step step = Step::none;        ///< when queued or commanding
  std::uint64_t generation = 0;  ///< rises when the wish turns around; what was begun before says nothing then
  bool is_looking = false;       ///< a question is under way

  // Of this attempt:
  bool added = false;
  bool added_again = false;  ///< or to be: it was added, and gone at the next command
  bool changed = false;
  bool removed = false;
  std::optional<Forced> forced;
  int nudges = 0;
  int looks = 0;
  SteadyTime watched_since{};
  SteadyTime next_look{};
  std::optional<dns::Serial> seen;  ///< last
  std::string reason;               ///< why it isn't confirmed, as far as we know

  [[nodiscard]] bool wants_zone() const { return wanted.action != storage::ZoneAction::remove; }
};

}  // namespace minidns::pool
