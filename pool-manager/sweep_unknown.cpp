// The part of a comparison that treats zones which the pool doesn't know.
#include "pool-manager/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_set>
#include <utility>

namespace minidns::pool {
namespace {

/// Zones per call of a driver: what can be in doubt when a connection breaks (drivers/driver.hpp).
constexpr std::size_t batch_zones = 200;
/// Names per question to the database.
constexpr std::size_t look_up_zones = 2000;
/// For commands that others have begun; a sweep is in no hurry.
constexpr std::chrono::seconds turn_wait{60};
/// Zones that are named in the log one by one; the rest is counted.
constexpr std::size_t logged_zones_max = 10;

struct DeletionAnswer {
  bool is_confirmed;
  bool is_refused;
};

std::vector<dns::Name> slice(const std::vector<dns::Name>& names, std::size_t begin, std::size_t size) {
  const auto first = names.begin() + static_cast<std::ptrdiff_t>(begin);
  return {first, first + static_cast<std::ptrdiff_t>(std::min(size, names.size() - begin))};
}

}  // namespace

boost::asio::awaitable<void> Sweep::treat_unknown(std::size_t observed_zones) {
  std::erase_if(unknown_, [this](const dns::Name& name) { return window_.contains(name); });
  // What a consumer has beside its catalog's members is a person's. A database that lacks versions may lack zones, too:
  // once its new epoch is open, it says what must stay.
  const bool can_remove = access_.control && !is_database_behind_;
  if (can_remove) {
    co_await remove_deleted();
  }
  const bool deletes = can_remove && settings_.unknown_zones == storage::UnknownZones::remove;
  const bool too_many = unknown_.size() > unknown_deletions_max(observed_zones);
  if (!deletes || !too_many) {
    co_await end_refusal();
  }
  if (unknown_.empty() || settings_.unknown_zones == storage::UnknownZones::ignore) {
    co_return;
  }
  if (deletes && too_many) {
    const bool may_delete = co_await may_delete_so_many(observed_zones);
    if (!may_delete) {
      co_return;
    }
  }
  for (std::size_t i = 0; i < std::min(unknown_.size(), logged_zones_max); ++i) {
    context_.log.warning(
        "unknown zone on a nameserver",
        {{"nameserver", settings_.name}, {"zone", unknown_[i].to_text()}, {"policy", deletes ? "delete" : "warn"}});
  }
  if (deletes) {
    std::vector<dns::Name> names = unknown_;
    const std::size_t left = co_await remove_zones(std::move(names));
    (void)left;  // the next comparison finds them again
  }
}

/// Zones of the pool that were deleted while the nameserver was out of work, so long ago that their rows are gone. They
/// are no strangers: whatever the pool does with those, and however many they are, they go.
boost::asio::awaitable<void> Sweep::remove_deleted() {
  std::vector<dns::Name> deleted;
  for (std::size_t begin = 0; begin < unknown_.size(); begin += look_up_zones) {
    auto look_up = [pool = settings_.pool, names = slice(unknown_, begin, look_up_zones)](
                       storage::NameserverWork& work) { return work.deleted_of_pool(pool, names); };
    std::vector<dns::Name> found = co_await ask_database(context_, look_up);
    std::ranges::move(found, std::back_inserter(deleted));
  }
  if (deleted.empty()) {
    co_return;
  }
  const std::unordered_set<dns::Name> known(deleted.begin(), deleted.end());
  std::erase_if(unknown_, [&known](const dns::Name& name) { return known.contains(name); });
  context_.log.info("zones that were deleted are still on a nameserver",
                    {{"nameserver", settings_.name}, {"zones", deleted.size()}});
  deleted_left_ = co_await remove_zones(std::move(deleted));
}

/// Whether a person has confirmed it; otherwise the person gets to see it.
boost::asio::awaitable<bool> Sweep::may_delete_so_many(std::size_t observed_zones) {
  storage::UnknownOnNameserver found{unknown_, observed_zones};
  auto ask = [lease = lease_.lease(), found = std::move(found)](storage::NameserverWork& work) {
    // Without the lease it isn't confirmed to us, and the next holder refuses it.
    const bool is_confirmed = work.take_confirmed_deletion(lease, found);
    return DeletionAnswer{is_confirmed, !is_confirmed && work.refuse_deletion(lease, found)};
  };
  const DeletionAnswer answer = co_await ask_database(context_, ask);
  state_.may_be_refused = answer.is_refused;
  if (answer.is_confirmed) {
    context_.log.warning("many unknown zones are deleted, as a person has confirmed",
                         {{"nameserver", settings_.name}, {"unknown", unknown_.size()}, {"zones", observed_zones}});
    co_return true;
  }
  metrics_.bulk_deletions_refused.increment();
  context_.log.error("too many unknown zones on a nameserver: none is deleted",
                     {{"nameserver", settings_.name},
                      {"unknown", unknown_.size()},
                      {"zones", observed_zones},
                      {"allowed", unknown_deletions_max(observed_zones)},
                      {"hint", "check the nameserver and the database, then confirm the deletion"}});
  co_return false;
}

boost::asio::awaitable<void> Sweep::end_refusal() {
  if (!state_.may_be_refused) {
    co_return;
  }
  auto forget = [lease = lease_.lease()](storage::NameserverWork& work) { return work.forget_refused_deletion(lease); };
  const bool is_forgotten = co_await ask_database(context_, forget);
  state_.may_be_refused = !is_forgotten;
}

/// Returns how many of them could not be removed.
boost::asio::awaitable<std::size_t> Sweep::remove_zones(std::vector<dns::Name> names) {
  std::size_t left = 0;
  for (std::size_t begin = 0; begin < names.size(); begin += batch_zones) {
    std::vector<dns::Name> batch = slice(names, begin, batch_zones);
    std::size_t left_of_batch = batch.size();
    if (!must_stop()) {
      left_of_batch = co_await remove_batch(std::move(batch));
    }
    left += left_of_batch;
  }
  co_return left;
}

/// The last check is made under the turn: a zone that is created after it is added after the removal. Returns how many
/// are still there.
boost::asio::awaitable<std::size_t> Sweep::remove_batch(std::vector<dns::Name> names) {
  const auto turn = co_await turn_.wait_turn(turn_wait);
  if (!turn) {
    co_return names.size();  // the next sweep finds them again
  }
  // Known after all, or perhaps lost by the database.
  auto look_up = [pool = settings_.pool, grace = context_.settings.unknown_kept_after_restore,
                  names](storage::NameserverWork& work) {
    std::vector<dns::Name> staying = work.must_stay(names, grace);
    for (const storage::ZoneNow& known : work.look_up(pool, names)) {
      staying.push_back(known.desired.name);
    }
    return staying;
  };
  const std::vector<dns::Name> staying = co_await ask_database(context_, look_up);
  for (const dns::Name& name : staying) {
    std::erase(names, name);
  }
  std::erase_if(names, [this](const dns::Name& name) { return window_.contains(name); });
  if (names.empty() || must_stop()) {
    co_return names.size();
  }
  const ZoneResults results = co_await access_.control->driver->remove_zones(names);
  std::size_t left = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool is_gone = results[i].has_value() || results[i].error().code == DriverErrc::no_such_zone;
    metrics_.count_command(Step::remove, is_gone);
    if (is_gone) {
      context_.log.info("unknown zone deleted", {{"nameserver", settings_.name}, {"zone", names[i].to_text()}});
    } else {
      ++left;
      context_.log.warning(
          "unknown zone can't be deleted",
          {{"nameserver", settings_.name}, {"zone", names[i].to_text()}, {"reason", results[i].error().detail}});
    }
  }
  co_return left;
}

}  // namespace minidns::pool
