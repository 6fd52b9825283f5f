#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <cstdint>
#include <string>

namespace minidns::harness {

/// A real PowerDNS authoritative server on loopback with an SQLite database and its HTTP API, acting as a secondary.
/// Its packet and query caches are off, so that an answer is what the database holds. Zones and keys come by its API.
class PowerdnsServer {
 public:
  explicit PowerdnsServer(std::string address = "127.0.0.1");
  ~PowerdnsServer();

  void start();
  void stop() { server_.stop(); }
  void kill() { server_.kill(); }
  void freeze() { server_.signal(19); }
  void thaw() { server_.signal(18); }

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t api_port() const { return api_port_; }
  [[nodiscard]] std::string api_url() const { return "http://" + address_ + ":" + std::to_string(api_port_); }
  [[nodiscard]] const std::string& api_key() const { return api_key_; }
  [[nodiscard]] std::string log() const { return read_file(folder_ / "log"); }
  [[nodiscard]] std::string folder() const { return folder_.path().string(); }

  /// Debian's own pdnsutil, as an oracle.
  [[nodiscard]] CommandResult pdnsutil(std::vector<std::string> command) const;

 private:
  TempDir folder_;
  std::string address_;
  std::uint16_t port_, api_port_;
  std::string api_key_;
  Process server_;
};

}  // namespace minidns::harness
