// What the follower has to do with the local store.
#include "mdns/follow/follower.hpp"
#include "storage/postgres/errors.hpp"

#include <chrono>
#include <optional>

namespace minidns::mdns {

/// What an mdns had here before, while the database isn't there yet.
void Follower::restore() {
  const SteadyTime begin = c_.clock.steady();
  const auto restored = c_.store->restore([this](const storage::ZoneHead& head) { (void)c_.index.publish(head); });
  if (!restored) {
    return;
  }
  epoch_min_ = restored->position.epoch;
  c_.state.heard_before(restored->age);
  if (restored->is_too_old) {
    c_.log.error("local store too old: nothing is served before the database is heard",
                 {{"age_s", restored->age.count()}});
    return;
  }
  publish_restored(*restored);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(c_.clock.steady() - begin);
  c_.log.info("local store read", {{"zones", c_.index.size()},
                                   {"seq", position_->seq},
                                   {"epoch", position_->epoch},
                                   {"age_s", restored->age.count()},
                                   {"ms", took.count()}});
}

void Follower::publish_restored(const LocalStore::Restored& restored) {
  publish_peers(restored.peers);
  behind_ = restored.behind;
  // Without a number all will be compared.
  position_ =
      storage::FeedPosition{restored.position.seq.value_or(-1), restored.position.epoch, 0, restored.position.system};
  head_seq_ = position_->seq;
  c_.state.loaded.store(true);
  notify_first_of_each_pool();
}

/// Versions that were known before the last stop, and whose contents had not been stored; as far as there is room.
void Follower::catch_up() {
  while (!behind_.empty() && c_.updates.want(behind_.back().first, behind_.back().second, std::nullopt)) {
    behind_.pop_back();
  }
}

/// An old database came back beside the new one (DESIGN.md §3, Epoch): nothing from it is believed.
void Follower::refuse_older_epoch(storage::FeedReader& feed) const {
  if (epoch_min_ > 0 && feed.read_after(0, 1).head.epoch < epoch_min_) {
    throw storage::postgres::Unavailable("the database has an older epoch than was seen: refused");
  }
}

/// That the database is there, and how far we are.
void Follower::tell_store() {
  if (c_.store != nullptr) {
    c_.store->heard({c_.updates.applied_through(position_->seq), position_->epoch, position_->system});
  }
}

}  // namespace minidns::mdns
