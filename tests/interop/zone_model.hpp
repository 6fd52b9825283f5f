#pragma once

#include "tests/interop/mdns_world.hpp"

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace minidns::mdns::test {

/// What a test has written to a zone, to compare with what a secondary serves.
class ZoneModel {
 public:
  /// As `World::create_zone` makes it: SOA, two NS and `sets`.
  ZoneModel(World& world, const std::string& name, const std::vector<Set>& sets, std::uint32_t serial = 1);

  /// In the database too.
  void change(const std::vector<Set>& sets);
  /// Adds, replaces, removes and re-times a few RRsets of names that it makes up; never the same twice in a row.
  void change_at_random(std::mt19937& random);

  [[nodiscard]] const WrittenZone& zone() const { return zone_; }
  [[nodiscard]] const std::string& name() const { return zone_.name; }
  [[nodiscard]] std::uint32_t serial() const { return zone_.serial; }
  /// One record per line as compare_zone.py reads them.
  [[nodiscard]] std::string text() const;

 private:
  void remember(const std::vector<Set>& sets);
  [[nodiscard]] Set random_set(std::mt19937& random) const;

  World& world_;
  WrittenZone zone_;
  std::map<std::pair<std::string, std::string>, Set> sets_;  ///< by owner and type
};

/// What `World::create_zone` adds to each zone beside the SOA.
[[nodiscard]] Set apex_ns(const std::string& zone);

/// SOA and `sets`: one record per line, `klass` between TTL and type.
[[nodiscard]] std::string zone_text(const std::string& zone, const std::vector<Set>& sets, std::uint32_t serial,
                                    const std::string& klass = " ");

/// Every type that people use, names that need escapes, wildcards, empty non-terminals, cuts with glue, DNAME, unknown
/// types: below `zone`, which ends with a dot.
[[nodiscard]] std::vector<Set> every_common_type(const std::string& zone);
[[nodiscard]] std::vector<Set> hard_names(const std::string& zone);
[[nodiscard]] std::vector<Set> cuts_and_wildcards(const std::string& zone);
/// The largest RDATA that we take, and an RRset of 76 kB.
[[nodiscard]] Set largest_record(const std::string& zone);
[[nodiscard]] Set large_rrset(const std::string& zone);

/// What differs between the zone that a server transfers without a key and the model; empty if nothing does. `options`
/// are compare_zone.py's.
[[nodiscard]] std::string differences(const std::string& address, std::uint16_t port, const ZoneModel& model,
                                      const std::vector<std::string>& options = {});

}  // namespace minidns::mdns::test
