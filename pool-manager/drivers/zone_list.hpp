#pragma once

#include "pool-manager/drivers/driver.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::pool {

/// In canonical order, each name once: the first of equal ones.
[[nodiscard]] std::vector<ListedZone> in_canonical_order(std::vector<ListedZone> zones);

/// Which JSON it is that holds the zones.
struct ZoneListFormat {
  enum class Kind {
    bind,      ///< named's statistics channel, /json/v1/zones: views → view → zones → {name, class, type, serial}
    powerdns,  ///< …/zones: [{name, kind, serial}]
  };
  Kind kind;
  std::string view;  ///< for bind, `_default` where there are no views
};

/// Reads a nameserver's zone list while it arrives. Only secondary zones of class IN (and of the view) are kept; the
/// memory is that of the result. Input is hostile: depth, string lengths and the number of zones are limited.
class ZoneListParser {
 public:
  static constexpr std::size_t zones_max = 4'000'000;      ///< a platform's million, four times
  static constexpr std::size_t depth_max = 16;             ///< BIND's has 5 levels
  static constexpr std::size_t string_octets_max = 65536;  ///< longer than any name or comment

  explicit ZoneListParser(ZoneListFormat format);
  ~ZoneListParser();
  ZoneListParser(const ZoneListParser&) = delete;
  ZoneListParser& operator=(const ZoneListParser&) = delete;

  /// The next piece; an error (always `protocol`) ends it.
  [[nodiscard]] std::optional<DriverError> add(std::string_view piece);
  /// The zones in canonical order, each once.
  [[nodiscard]] DriverResult<std::vector<ListedZone>> finish() &&;

 private:
  class Handler;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace minidns::pool
