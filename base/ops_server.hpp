#pragma once

#include "base/metrics.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace minidns {

/// What `/ready` says: 200 and `ok` if `ready`, else 503; `detail` is one line, say `database=down stale_for=12s`.
struct Readiness {
  bool ready;
  std::string detail;
};

/// The operator's HTTP endpoint of a program: `/metrics` (Prometheus text), `/live` (200 while the process runs) and
/// `/ready`. Runs on two threads of its own; `readiness` is called on them. Stops in the destructor.
class OpsServer {
 public:
  /// Throws std::runtime_error if it can't listen on `address`:`port`.
  OpsServer(const std::string& address, std::uint16_t port, const Metrics& metrics,
            std::function<Readiness()> readiness);
  ~OpsServer();
  OpsServer(const OpsServer&) = delete;
  OpsServer& operator=(const OpsServer&) = delete;

  /// The port it listens on, which the system chose if 0 was asked for.
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace minidns
