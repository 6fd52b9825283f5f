#pragma once

#include "tests/harness/bind_server.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/powerdns_server.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace minidns::bench {

/// A BIND primary of one small zone, changed by DNS UPDATE, tuned to tell its secondaries at once (`notify-delay 0`).
class UpdatePrimary {
 public:
  explicit UpdatePrimary(std::string zone);

  /// Makes the zone on the secondary and adds it to those that are notified. Before `start`.
  void add_secondary(const harness::BindServer& secondary);
  void add_secondary(const harness::PowerdnsServer& secondary);

  /// Starts the server, which notifies its secondaries then.
  void start();

  /// Replaces `www A`; returns when the primary has answered NOERROR.
  void update(const std::string& address);
  [[nodiscard]] std::uint32_t serial();

 private:
  void write_configuration() const;
  void notify_also(const std::string& address, std::uint16_t port);

  harness::TempDir folder_;
  std::string zone_;
  std::uint16_t port_;
  std::vector<std::string> also_notify_;
  harness::Process server_;
  int socket_;
  harness::SoaAsker asker_;
};

}  // namespace minidns::bench
