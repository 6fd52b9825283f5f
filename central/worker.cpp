#include "central/worker.hpp"

#include "storage/postgres/errors.hpp"

#include <condition_variable>
#include <mutex>
#include <stdexcept>

namespace minidns::central {

using storage::postgres::CommitInDoubt;
using storage::postgres::StatementError;
using storage::postgres::Unavailable;

bool wait(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

bool attempt(const Logger& log, std::string_view worker, const std::function<void()>& step) {
  try {
    step();
    return true;
  } catch (const Unavailable& error) {
    log.debug("a worker waits for the database", {{"worker", worker}, {"reason", error.what()}});
  } catch (const CommitInDoubt& error) {
    log.warning("a step of a worker was perhaps not done", {{"worker", worker}, {"reason", error.what()}});
  } catch (const StatementError& error) {
    log.error("a step of a worker was refused", {{"worker", worker}, {"reason", error.what()}});
  } catch (const std::runtime_error& error) {  // a row that no program of ours writes
    log.error("a worker met rows that are not valid", {{"worker", worker}, {"reason", error.what()}});
  }
  return false;
}

}  // namespace minidns::central
