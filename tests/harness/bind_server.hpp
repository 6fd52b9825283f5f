#pragma once

#include "tests/harness/secondary.hpp"

namespace minidns::harness {

/// A view of BIND, for those who sign with a key.
struct BindView {
  std::string name;
  std::string key;
};

/// A real BIND (named): takes zones by rndc, tells them by its statistics channel.
class BindServer final : public Secondary {
 public:
  /// `transfer_keys` are the TSIG keys that its zones' primaries may name. With `views` there is nothing outside of
  /// them, and a folder for each one's zone files.
  explicit BindServer(std::vector<KeySpec> transfer_keys, std::string address = "127.0.0.1",
                      std::vector<BindView> views = {});

  void start() override;
  void add_zone(const std::string& zone, const std::vector<Primary>& primaries) override;
  void remove_zone(const std::string& zone) override;
  /// While it is stopped: throws all zones away, as a machine that was built anew has none.
  void forget_zones();
  /// Its own list of secondary zones, as it tells it: absolute names, sorted.
  [[nodiscard]] std::vector<std::string> zone_list() const;

  /// Makes it a consumer of this catalog zone (RFC 9432), whose members come from the same primaries.
  void consume_catalog(const std::string& catalog, const std::vector<Primary>& primaries);

  [[nodiscard]] std::uint16_t control_port() const { return control_port_; }
  [[nodiscard]] std::uint16_t statistics_port() const { return statistics_port_; }
  [[nodiscard]] const KeySpec& control_key() const { return control_key_; }

  /// Debian's own rndc, as an oracle.
  [[nodiscard]] CommandResult rndc(const std::vector<std::string>& command) const;

 private:
  void write_configuration() const;

  std::vector<BindView> views_;
  std::uint16_t control_port_, statistics_port_;
  KeySpec control_key_;
  std::string more_options_, more_zones_;  ///< of the configuration
};

}  // namespace minidns::harness
