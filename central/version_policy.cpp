#include "central/version_policy.hpp"

#include <algorithm>
#include <chrono>

namespace minidns::central {
namespace {

// The low 32 bits: from 2106 on the number goes round, as serials may.
dns::Serial serial_of(WallTime now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return dns::Serial(static_cast<std::uint32_t>(seconds));
}

dns::Serial next_serial(dns::Serial last, bool is_new_epoch, WallTime now) {
  const auto next = last.advanced(is_new_epoch ? epoch_skip : 1);
  const auto time = serial_of(now);
  // Newer than both: a secondary that has `last` must take it for newer, so the step must stay below 2^31.
  const bool use_time = time.value() != 0 && time.is_newer_than(next) && time.is_newer_than(last);
  return use_time ? time : next;
}

using Sight = storage::ReportedZone::Sight;

// Whoever has what was seen takes the head for newer, or has the head itself.
bool is_superseded(const Sight& sight, const storage::VersionStamp& head) {
  const bool is_newer = head.serial.is_newer_than(sight.serial);
  if (!sight.version) {
    return is_newer || head.serial == sight.serial;
  }
  return (is_newer && head.version > *sight.version) || (head.version == *sight.version && head.serial == sight.serial);
}

}  // namespace

storage::VersionStamp next_stamp(const storage::VersionStamp& head, bool is_new_epoch, WallTime now) {
  return {dns::Version(head.version.value() + (is_new_epoch ? epoch_skip : 1)),
          next_serial(head.serial, is_new_epoch, now)};
}

storage::VersionStamp first_stamp(const std::optional<dns::Serial>& floor, bool is_new_epoch, WallTime now) {
  const auto time = serial_of(now);
  const auto serial = floor ? next_serial(*floor, is_new_epoch, now) : (time.value() == 0 ? dns::Serial(1) : time);
  return {dns::Version(1), serial};
}

RecoveryDecision decide_recovery(const storage::ReportedZone& zone, WallTime now) {
  if (std::ranges::all_of(zone.seen, [&](const Sight& sight) { return is_superseded(sight, zone.head); })) {
    return {RecoveryDecision::Kind::none, std::nullopt};
  }
  storage::VersionStamp stamp = next_stamp(zone.head, true, now);
  for (const Sight& sight : zone.seen) {
    if (sight.version && stamp.version <= *sight.version) {
      stamp.version = dns::Version(sight.version->value() + epoch_skip);
    }
    if (!stamp.serial.is_newer_than(sight.serial)) {
      stamp.serial = sight.serial.advanced(epoch_skip);
    }
  }
  const bool is_newest =
      std::ranges::all_of(zone.seen, [&](const Sight& sight) { return stamp.serial.is_newer_than(sight.serial); });
  if (!is_newest || !stamp.serial.is_newer_than(zone.head.serial)) {
    return {RecoveryDecision::Kind::impossible, std::nullopt};
  }
  return {RecoveryDecision::Kind::recover, stamp};
}

}  // namespace minidns::central
