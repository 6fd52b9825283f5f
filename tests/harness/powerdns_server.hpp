#pragma once

#include "tests/harness/secondary.hpp"

namespace minidns::harness {

/// A real PowerDNS authoritative server with an SQLite database and its HTTP API. Its packet and query caches are off,
/// so that an answer is what the database holds. Zones and keys come by its API, or by `add_zone`.
class PowerdnsServer final : public Secondary {
 public:
  explicit PowerdnsServer(std::string address = "127.0.0.1");
  explicit PowerdnsServer(std::vector<KeySpec> transfer_keys, std::string address = "127.0.0.1");

  void start() override;
  /// One key for all primaries: PowerDNS has it per zone.
  void add_zone(const std::string& zone, const std::vector<Primary>& primaries) override;
  void remove_zone(const std::string& zone) override;
  /// While it is stopped: a new, empty database: neither zones nor keys.
  void forget_zones();
  /// Its own list of zones, as it tells it: absolute names, sorted.
  [[nodiscard]] std::vector<std::string> zone_list() const;

  [[nodiscard]] std::uint16_t api_port() const { return api_port_; }
  [[nodiscard]] std::string api_url() const { return "http://" + address_ + ":" + std::to_string(api_port_); }
  [[nodiscard]] const std::string& api_key() const { return api_key_; }

  /// Debian's own pdnsutil and pdns_control, as oracles.
  [[nodiscard]] CommandResult pdnsutil(std::vector<std::string> command) const;
  [[nodiscard]] CommandResult pdns_control(std::vector<std::string> command) const;

 private:
  void make_database() const;

  std::uint16_t api_port_;
  std::string api_key_;
};

}  // namespace minidns::harness
