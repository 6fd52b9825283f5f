#pragma once

#include "tests/harness/secondary.hpp"

namespace minidns::harness {

/// A real Knot with a configuration database, so that zones, remotes and catalogs come by `knotc` while it runs.
class KnotServer final : public Secondary {
 public:
  explicit KnotServer(std::vector<KeySpec> transfer_keys, std::string address = "127.0.0.1");

  void start() override;
  void add_zone(const std::string& zone, const std::vector<Primary>& primaries) override;
  void remove_zone(const std::string& zone) override;
  /// While it is stopped: throws away all but its first configuration.
  void forget_zones();
  /// Its own list of zones, as it tells it: absolute names, sorted.
  [[nodiscard]] std::vector<std::string> zone_list() const;

  /// Where `knotc` reaches it.
  [[nodiscard]] std::string control_socket() const { return folder_ / "knot.sock"; }
  /// Debian's own knotc, as an oracle.
  [[nodiscard]] CommandResult knotc(std::vector<std::string> command) const;
  /// Settings as `knotc conf-set` takes them ("zone[z.example.].master", "r1"), in one transaction.
  void configure(const std::vector<std::vector<std::string>>& settings);
  /// Makes the primaries known as remotes; their ids.
  std::vector<std::string> add_remotes(const std::vector<Primary>& primaries);

 private:
  int remotes_ = 0;
};

}  // namespace minidns::harness
