#pragma once

#include "base/bytes.hpp"
#include "pool-manager/drivers/driver.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::pool {

/// A command to knotd's control socket; items that are empty are not sent.
struct KnotCommand {
  std::string name;          ///< conf-set, zone-status …
  std::string flags = {};    ///< `F`: forced
  std::string section = {};  ///< of the configuration: zone, remote …
  std::string item = {};
  std::string id = {};
  std::string zone = {};
  std::string data = {};
  std::string filter = {};  ///< letters, by command
};

/// A command without items. (gcc 12 destroys a braced temporary in a co_await expression twice, so those don't have
/// any.)
[[nodiscard]] KnotCommand knot_command(std::string_view name);

/// One unit of an answer, as far as we need it.
struct KnotUnit {
  std::string error = {};
  std::string section = {};
  std::string item = {};
  std::string id = {};
  std::string zone = {};
  std::string type = {};
  std::string data = {};
  friend bool operator==(const KnotUnit&, const KnotUnit&) = default;
};

/// An item is counted in two octets.
inline constexpr std::size_t knot_item_octets_max = 65'535;

/// The command and the end of its block. All items must be within knot_item_octets_max.
[[nodiscard]] Bytes encode_knot_command(const KnotCommand& command);
/// What is sent before hanging up.
inline constexpr std::uint8_t knot_end = 0;

/// Takes answers apart while they arrive:
///
///     answer = *unit block
///     unit   = data|extra *(code length16 octets)
///
/// A unit is known to be whole when the next octet is no item's code. The memory is that of one unit.
class KnotAnswerParser {
 public:
  struct Event {
    enum class Kind { unit, block };
    Kind kind;
    KnotUnit unit = {};
  };

  void add(ByteView octets);
  /// The next event in what was added; nothing: more is needed. `protocol`: it is no answer of a knotd.
  [[nodiscard]] DriverResult<std::optional<Event>> next();

 private:
  [[nodiscard]] std::optional<Event> take_unit();

  Bytes buffer_;
  std::size_t read_ = 0;
  std::optional<KnotUnit> unit_;
};

// Limitations: written after libknot 3.2 and tried on 3.2.6. Of an answer's items owner, TTL, filter, flags and the
// command's name are passed over.

}  // namespace minidns::pool
