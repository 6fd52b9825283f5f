#include "mdns/follow/lost_versions.hpp"

namespace minidns::mdns {
namespace {

/// Zones that are named in the log one by one; the rest is counted.
constexpr std::size_t listed_max = 20;

}  // namespace

void LostVersions::begin(std::optional<std::int64_t> set_back_epoch) {
  set_back_epoch_ = set_back_epoch;
  missing_before_.clear();
  for (const auto& [zone, lost] : lost_) {
    if (lost.missing) {
      missing_before_.insert(zone);
    }
  }
  lost_.clear();
  unreported_.clear();
  behind_ = 0;
  missing_ = 0;
}

void LostVersions::compare(const ZoneEntry& ours, const storage::ZoneHead& theirs) {
  const bool is_same = ours.version == theirs.version && ours.serial == theirs.serial;
  const bool is_passed = theirs.version > ours.version && theirs.serial.is_newer_than(ours.serial);
  if (is_same || is_passed) {
    return;
  }
  if (++behind_ <= listed_max) {
    log_.error("version missing in the database: ours is kept", {{"zone", ours.name.to_text()},
                                                                 {"version", ours.version.value()},
                                                                 {"serial", ours.serial.value()},
                                                                 {"version_in_database", theirs.version.value()},
                                                                 {"serial_in_database", theirs.serial.value()}});
  }
  add(ours, false);
}

void LostVersions::missing(const ZoneEntry& ours) {
  if (++missing_ <= listed_max) {
    log_.error("zone missing in the database: served on",
               {{"zone", ours.name.to_text()}, {"serial", ours.serial.value()}});
  }
  add(ours, true);
}

void LostVersions::add(const ZoneEntry& ours, bool missing) {
  lost_.insert_or_assign(ours.id, Lost{ours.version, missing});
  unreported_.push_back({ours.id, ours.name, ours.version, ours.serial});
}

void LostVersions::end() {
  if (behind_ > 0 || missing_ > 0) {
    log_.error("the database lacks what is served", {{"zones_behind", behind_}, {"zones_missing", missing_}});
  }
}

void LostVersions::report() {
  if (unreported_.empty()) {
    return;
  }
  reports_.report(unreported_, set_back_epoch_);
  log_.info("versions that the database lacks were reported", {{"zones", unreported_.size()}});
  unreported_.clear();
}

void LostVersions::publish() {
  std::erase_if(lost_, [this](const auto& entry) {
    const ZonePointer present = index_.find(entry.first);
    return !present || present->version > entry.second.version;
  });
  std::size_t missing = 0;
  for (const auto& [zone, lost] : lost_) {
    missing += lost.missing ? 1 : 0;
  }
  metrics_.versions_lost.set(static_cast<double>(lost_.size() - missing));
  metrics_.zones_lost.set(static_cast<double>(missing));
}

}  // namespace minidns::mdns
