#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace minidns::harness {

/// A TSIG key as configuration files spell it.
struct KeySpec {
  std::string name;       ///< with a trailing dot
  std::string algorithm;  ///< hmac-sha256 …
  std::string secret;     ///< base64
};

/// Where a secondary fetches a zone; `key` is the name of one of the server's transfer keys, or empty.
struct Primary {
  std::string address;
  std::uint16_t port;
  std::string key;
};

/// A real nameserver on a free loopback port that fetches zones: what tests may do with any of them. It answers and
/// transfers to everybody on loopback without a key, accepts NOTIFY from any loopback address, sends none, and keeps
/// what it knows over `stop` and `start`.
class Secondary {
 public:
  virtual ~Secondary();
  Secondary(const Secondary&) = delete;
  Secondary& operator=(const Secondary&) = delete;

  /// Waits until it answers. Throws std::runtime_error with its log.
  virtual void start() = 0;
  /// While it runs. The first transfer begins at once. Throws std::runtime_error with the tool's words.
  virtual void add_zone(const std::string& zone, const std::vector<Primary>& primaries) = 0;
  /// With all it kept of it.
  virtual void remove_zone(const std::string& zone) = 0;

  void stop() { server_.stop(); }
  void kill() { server_.kill(); }
  /// A server that hangs: SIGSTOP, to its children too; then all their threads stand still.
  void freeze();
  void thaw();

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string log() const { return read_file(folder_ / "log"); }
  [[nodiscard]] std::string folder() const { return folder_.path().string(); }
  [[nodiscard]] Process& process() { return server_; }

 protected:
  Secondary(std::string_view name, std::vector<KeySpec> transfer_keys, std::string address);

  /// Starts `command` and waits until `is_up`; throws std::runtime_error with its log.
  void launch(const std::vector<std::string>& command, const std::function<bool()>& is_up);
  /// What one of the server's own tools said; throws std::runtime_error with it if it failed.
  static std::string must(const CommandResult& result, const std::string& what);
  /// A file name for a zone of any name.
  [[nodiscard]] std::string file_of(const std::string& zone) const;

  TempDir folder_;
  std::vector<KeySpec> transfer_keys_;
  std::string address_;
  std::uint16_t port_;
  Process server_;

 private:
  /// To the server and its children: who they are.
  std::vector<pid_t> signal_all(int number);
};

}  // namespace minidns::harness
