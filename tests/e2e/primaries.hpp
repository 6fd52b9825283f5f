#pragma once

#include "tests/harness/bind_server.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// A customer's own servers.
namespace minidns::e2e {

struct PrimaryZone {
  std::string name;      ///< with a trailing dot
  std::string text;      ///< a zone file
  bool dynamic = false;  ///< takes updates
};

/// A BIND that is primary of some zones: transfers for its key only, NOTIFY to `notified` (address and port), changes
/// by nsupdate, or by a new file from which it makes differences.
class BindPrimary {
 public:
  BindPrimary(harness::KeySpec key, const std::vector<PrimaryZone>& zones, std::vector<std::string> notified);

  void start();
  void stop() { server_.stop(); }
  void freeze() { server_.signal(19); }
  void thaw() { server_.signal(18); }

  [[nodiscard]] std::string address() const { return "127.0.0.1"; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// As the API has it.
  [[nodiscard]] std::string master() const { return address() + ":" + std::to_string(port_); }
  [[nodiscard]] const harness::KeySpec& key() const { return key_; }
  [[nodiscard]] std::string log() const { return harness::read_file(folder_ / "log"); }
  [[nodiscard]] std::string folder() const { return folder_.path().string(); }

  /// Another file, with a newer serial, from which BIND makes a difference.
  void replace(const PrimaryZone& zone) const;
  /// Another file, whatever its serial is.
  void restart_with(const PrimaryZone& zone);
  /// Lines of nsupdate; throws if they are refused.
  void update(const std::string& zone, const std::vector<std::string>& lines) const;

 private:
  [[nodiscard]] harness::CommandResult rndc(const std::vector<std::string>& command) const;

  harness::TempDir folder_;
  harness::KeySpec key_;
  std::uint16_t port_, control_port_;
  harness::Process server_;
};

/// A Knot that is primary of one zone.
class KnotPrimary {
 public:
  KnotPrimary(harness::KeySpec key, const PrimaryZone& zone,
              const std::vector<std::pair<std::string, std::uint16_t>>& notified);
  ~KnotPrimary();

  [[nodiscard]] std::string address() const { return "127.0.0.1"; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string master() const { return address() + ":" + std::to_string(port_); }
  [[nodiscard]] const harness::KeySpec& key() const { return key_; }
  [[nodiscard]] std::string log() const { return harness::read_file(folder_ / "log"); }
  /// Another file, from which Knot makes a difference.
  void replace(const PrimaryZone& zone) const;

 private:
  harness::TempDir folder_;
  harness::KeySpec key_;
  std::uint16_t port_;
  harness::Process server_;
};

/// Every record of a zone as dig prints an AXFR, sorted, without TSIG; empty if the transfer failed.
[[nodiscard]] std::vector<std::string> records_of(const std::string& address, std::uint16_t port,
                                                  const std::string& zone, const harness::KeySpec* key);

/// The zone file signed by BIND's dnssec-signzone (with `options`), or by ldns-signzone.
[[nodiscard]] PrimaryZone sign_with_bind(const harness::TempDir& folder, const PrimaryZone& zone,
                                         const std::vector<std::string>& options);
[[nodiscard]] PrimaryZone sign_with_ldns(const harness::TempDir& folder, const PrimaryZone& zone,
                                         const std::vector<std::string>& options);

}  // namespace minidns::e2e
