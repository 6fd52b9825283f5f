#pragma once

#include "pool-manager/drivers/driver.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What NSD's control channel is told and what it answers, as text. Pure.
namespace minidns::pool {

/// Lower case, with a dot at the end.
[[nodiscard]] std::string nsd_name(const dns::Name& name);

/// Input of `addzones`: a line for each zone with the pattern, and the end.
[[nodiscard]] std::string nsd_zones_to_add(const std::vector<dns::Name>& zones, const std::string& pattern);
/// Input of `delzones`.
[[nodiscard]] std::string nsd_zones_to_remove(const std::vector<dns::Name>& zones);
/// Reads the answer to either: for each zone reasons, then `added: Z` or `removed: Z` (the word is `done`) or `error
/// for input line 'Z'`. A zone that is there already is `added` all the same, with a reason.
[[nodiscard]] ZoneResults nsd_results(std::string_view answer, const std::string& done,
                                      const std::vector<dns::Name>& zones);

/// Of a command that says `ok`.
[[nodiscard]] DriverResult<void> nsd_result(std::string_view answer);

/// The pattern of the zone in the answer to `zonestatus Z`: no_such_zone if there is none.
[[nodiscard]] DriverResult<std::string> nsd_pattern_of(std::string_view answer);

/// Whether `print_tsig` has a key of this name.
[[nodiscard]] bool nsd_has_key(std::string_view answer, const dns::Name& key);
/// rejected if it hasn't this key, with its algorithm and secret.
[[nodiscard]] DriverResult<void> nsd_check_key(std::string_view answer, const tsig::Key& key);

/// Whether a pattern's name can be sent: 1 to 100 printable octets without spaces.
[[nodiscard]] bool is_nsd_pattern(std::string_view name);

/// Reads the answer to `zonestatus` while it arrives. Keeps zones that have a primary.
class NsdListReader {
 public:
  static constexpr std::size_t line_octets_max = 4096;  ///< a name's text has 1016 at most

  /// An error (always `protocol`) ends it.
  [[nodiscard]] std::optional<DriverError> add(std::string_view piece);
  /// In canonical order, each once.
  [[nodiscard]] DriverResult<std::vector<ListedZone>> finish() &&;

 private:
  [[nodiscard]] std::optional<DriverError> add_line(std::string_view line);
  void keep_current();

  std::string rest_;                   ///< of a line that isn't whole yet
  std::optional<ListedZone> current_;  ///< whose lines arrive
  bool is_secondary_ = false;          ///< it
  std::vector<ListedZone> zones_;
};

}  // namespace minidns::pool
