#include "central/presence.hpp"

#include "central/worker.hpp"

#include <chrono>
#include <utility>

namespace minidns::central {
namespace {

using storage::postgres::CommitInDoubt;
using storage::postgres::StatementError;
using storage::postgres::Unavailable;
using namespace std::chrono_literals;

constexpr auto interval = 1s;

}  // namespace

Presence::Presence(storage::postgres::ConnectionSettings settings,
                   storage::postgres::ConnectionPool::OnConnect on_connect, std::string address, DatabaseState& state,
                   const Clock& clock)
    : instances_(std::move(settings), std::move(on_connect)),
      heartbeat_{.id = InstanceId(Uuid::version7(clock.wall())),
                 .program = "central",
                 .address = std::move(address),
                 .feed_seq = 0,
                 .ready = true},
      state_(state),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Presence::run(const std::stop_token& stop) {
  do {
    beat();
  } while (wait(stop, interval));
  leave();
}

void Presence::beat() {
  try {
    static_cast<void>(instances_.beat(heartbeat_));
    state_.worked();
  } catch (const Unavailable& error) {
    state_.failed(error.what());
  } catch (const CommitInDoubt& error) {
    state_.failed(error.what());
  } catch (const StatementError& error) {
    state_.failed(error.what());
  }
}

void Presence::leave() {
  try {
    instances_.leave(heartbeat_.id);
  } catch (const Unavailable& error) {
    state_.failed(error.what());  // the row is found to be stale soon
  } catch (const StatementError& error) {
    state_.failed(error.what());
  }
}

}  // namespace minidns::central
