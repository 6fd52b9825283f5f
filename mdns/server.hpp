#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/master_keys.hpp"
#include "base/metrics.hpp"
#include "base/ops_server.hpp"
#include "mdns/settings.hpp"

#include <functional>
#include <memory>
#include <string>

namespace minidns::mdns {

/// The whole program but for signals and configuration: made, it serves.
///
/// Threads: `mdns-io` (sockets and timers, never the database), `mdns-update` (zones that have changed), `mdns-load`
/// (zones and differences that a request waits for), `mdns-follow` (feed and hints), `mdns-beat` (heartbeat and what
/// the instances tell each other).
class Server {
 public:
  /// Binds and starts; throws boost::system::system_error if an address can't be had. A database that is away is no
  /// error. `on_fatal` is called, on another thread, if the database's schema is one that this program doesn't know.
  Server(const Settings& settings, MasterKeys master_keys, const Clock& clock, Metrics& metrics, const Logger& log,
         std::function<void(const std::string&)> on_fatal);
  /// As `stop`.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// What of the settings may change while we run does; for the rest the log names the settings that take effect at
  /// the next start. A certificate that can't be used is an error in the log, and the one before stays. Connections
  /// go on. Not on several threads at once.
  void reload(const Settings& settings);

  /// Accepts no more, lets requests under way end for up to the shutdown limit, cuts the rest.
  void stop();

  [[nodiscard]] Readiness readiness() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace minidns::mdns
