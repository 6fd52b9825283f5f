#pragma once

#include "base/clock.hpp"
#include "base/database_state.hpp"
#include "base/ids.hpp"
#include "storage/postgres/instances.hpp"

#include <stop_token>
#include <string>
#include <thread>

namespace minidns::central {

/// Writes this instance's row in `instances` once a second, which also tells whether the database can be used. A
/// thread and a session of its own; the row goes at the end.
class Presence {
 public:
  /// `state` must outlive this.
  Presence(storage::postgres::ConnectionSettings settings, storage::postgres::ConnectionPool::OnConnect on_connect,
           std::string address, DatabaseState& state, const Clock& clock);
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

 private:
  void run(const std::stop_token& stop);
  void beat();
  void leave();

  storage::postgres::PostgresInstances instances_;
  storage::Heartbeat heartbeat_;
  DatabaseState& state_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace minidns::central
