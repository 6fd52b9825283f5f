#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace minidns::harness {

/// A TSIG key as configuration files spell it.
struct KeySpec {
  std::string name;       ///< with a trailing dot
  std::string algorithm;  ///< hmac-sha256 …
  std::string secret;     ///< base64
};

/// A real BIND (named) on loopback: takes zones by rndc, tells them by its statistics channel, accepts NOTIFY from any
/// loopback address. What it knows survives `stop` and `start`.
class BindServer {
 public:
  /// `transfer_keys` are the TSIG keys that its zones' primaries may name.
  explicit BindServer(std::vector<KeySpec> transfer_keys, std::string address = "127.0.0.1");
  ~BindServer();

  void start();
  void stop() { server_.stop(); }
  void kill() { server_.kill(); }
  /// A server that hangs: SIGSTOP.
  void freeze() { server_.signal(19); }
  void thaw() { server_.signal(18); }

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t control_port() const { return control_port_; }
  [[nodiscard]] std::uint16_t statistics_port() const { return statistics_port_; }
  [[nodiscard]] const KeySpec& control_key() const { return control_key_; }
  [[nodiscard]] std::string log() const { return read_file(folder_ / "log"); }
  [[nodiscard]] std::string folder() const { return folder_.path().string(); }

  /// Debian's own rndc, as an oracle.
  [[nodiscard]] CommandResult rndc(const std::vector<std::string>& command) const;

 private:
  void write_configuration() const;

  TempDir folder_;
  std::vector<KeySpec> transfer_keys_;
  std::string address_;
  std::uint16_t port_, control_port_, statistics_port_;
  KeySpec control_key_;
  Process server_;
};

}  // namespace minidns::harness
