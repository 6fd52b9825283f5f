#pragma once

#include "pool-manager/drivers/knot.hpp"
#include "pool-manager/drivers/knot_wire.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What knotd is told and how its answers are read. Pure.
namespace minidns::pool {

/// Lower case, with a dot at the end.
[[nodiscard]] std::string knot_name(const dns::Name& name);

[[nodiscard]] KnotCommand knot_new_zone(const dns::Name& zone);
/// Fails where the zone isn't there (with an item of its own it wouldn't).
[[nodiscard]] KnotCommand knot_look_at_zone(const dns::Name& zone);
[[nodiscard]] KnotCommand knot_remove_zone(const dns::Name& zone);
/// Of a zone that isn't configured any more: its journal and timers.
[[nodiscard]] KnotCommand knot_purge_zone(const dns::Name& zone);
/// All zones, with role and serial.
[[nodiscard]] KnotCommand knot_list_zones();

/// Makes the remotes and ACLs of an upstream; those that are there answer `duplicate identifier`. Begins with a look at
/// the key.
[[nodiscard]] std::vector<KnotCommand> knot_upstream_commands(const Upstream& upstream, const KnotSettings& settings);
/// Gives a zone its template, primaries and ACLs, `anew` instead of those that it has.
void append_knot_zone_settings(std::vector<KnotCommand>& commands, const dns::Name& zone, const Upstream& upstream,
                               const KnotSettings& settings, bool anew);
/// That what should be taken away isn't there.
[[nodiscard]] bool is_knot_absence(const KnotUnit& error);

/// zone-refresh, zone-retransfer.
[[nodiscard]] KnotCommand knot_zone_command(std::string_view name, const dns::Name& zone);
[[nodiscard]] KnotCommand knot_read_key(const dns::Name& key);
/// Makes a key, or gives it this algorithm and secret.
[[nodiscard]] std::vector<KnotCommand> knot_key_commands(const tsig::Key& key);
/// Whether the answer to conf-read is this key.
[[nodiscard]] bool is_knot_key(const KnotAnswer& answer, const tsig::Key& key);

/// Reads the answer to `knot_list_zones` while it arrives. Keeps zones that have a primary.
class KnotListReader {
 public:
  /// An error (always `protocol`) ends it.
  [[nodiscard]] std::optional<DriverError> add(const KnotUnit& unit);
  /// In canonical order, each once.
  [[nodiscard]] DriverResult<std::vector<ListedZone>> finish() &&;

 private:
  std::vector<ListedZone> zones_;
  std::string current_;        ///< the zone whose units arrive
  bool is_secondary_ = false;  ///< it
};

}  // namespace minidns::pool
