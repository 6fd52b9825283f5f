#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "dns/serial.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// What is known of a zone that is transferred in (type SECONDARY), beside its content.
namespace minidns::storage {

/// The TSIG key that the zone's primaries know.
struct InboundKey {
  std::string name;  ///< with a trailing dot
  std::string algorithm;
  Bytes secret_sealed;  ///< base/envelope.hpp, context `inbound-key:` and the zone's id
};

/// A primary has something that isn't taken until an operator says so.
struct InboundAlarm {
  enum class Kind {
    serial_went_back,  ///< its serial isn't newer than ours
    content_changed    ///< its serial is ours, its content isn't
  };
  Kind kind;
  dns::Serial serial;  ///< the primary's
  WallTime since;
};

/// How the transfers go.
struct InboundState {
  std::optional<std::string> key_name;
  std::optional<std::string> key_algorithm;
  bool has_content;  ///< false: nothing was transferred yet, and the zone isn't served
  std::optional<WallTime> checked_at;
  std::optional<WallTime> refreshed_at;  ///< the last success
  std::optional<WallTime> transferred_at;
  std::optional<WallTime> expires_at;
  bool expired;
  std::int64_t failures;  ///< since the last success
  std::optional<std::string> last_error;
  std::optional<InboundAlarm> alarm;
};

/// What the API wants of the transfers.
struct InboundOrder {
  std::optional<std::optional<InboundKey>> key = {};  ///< nothing: as it is; a key of nothing: none from now on
  bool transfer_now = false;                          ///< the whole zone, whatever the serial is
  bool accept_alarm = false;                          ///< take what the alarm is about
};

}  // namespace minidns::storage
