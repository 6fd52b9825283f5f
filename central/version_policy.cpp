#include "central/version_policy.hpp"

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

}  // namespace minidns::central
