#pragma once

#include "tests/harness/bind_server.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace minidns::bench {

/// Another primary that serves one zone from a zone file on loopback, for the figures beside ours.
class Peer {
 public:
  virtual ~Peer() = default;
  [[nodiscard]] virtual std::string name() const = 0;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return server_.pid(); }

 protected:
  explicit Peer(std::string purpose);
  /// Starts the server and waits until it answers for `zone`. Throws std::runtime_error with its log.
  void start(const std::vector<std::string>& command, const std::string& zone);

  harness::TempDir folder_;
  std::uint16_t port_;
  harness::Process server_;
};

/// Whether a peer takes DNS UPDATE from 127.0.0.1 and keeps a journal, from which it serves IXFR.
enum class Updates { refused, taken };

/// Zones are transferred to 127.0.0.1 with `key` and without. `zone` is the apex with a trailing dot.
[[nodiscard]] std::unique_ptr<Peer> start_knot(const std::string& zone, const std::string& zone_file,
                                               const harness::KeySpec& key, Updates updates = Updates::refused);
[[nodiscard]] std::unique_ptr<Peer> start_nsd(const std::string& zone, const std::string& zone_file,
                                              const harness::KeySpec& key);
[[nodiscard]] std::unique_ptr<Peer> start_bind(const std::string& zone, const std::string& zone_file,
                                               const harness::KeySpec& key, Updates updates = Updates::refused);

/// With the SQLite backend. The zone is loaded by pdnsutil, which takes a minute for a million records.
[[nodiscard]] std::unique_ptr<Peer> start_powerdns(const std::string& zone, const std::string& zone_file,
                                                   const harness::KeySpec& key);

}  // namespace minidns::bench
