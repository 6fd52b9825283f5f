#pragma once

#include "storage/postgres/connection.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

namespace minidns::storage::postgres {

/// The newest epoch that a program has seen (DESIGN.md §3). A program that has seen none yet asks every host of its
/// connection string: the first that takes writes may be an old primary that came back. Safe on any thread.
class NewestEpoch {
 public:
  /// Without `hosts` nobody is asked.
  explicit NewestEpoch(std::optional<ConnectionSettings> hosts) : hosts_(std::move(hosts)) {}

  /// Throws Unavailable if `epoch` is older than one that was seen.
  void accept(std::int64_t epoch);
  /// One that was seen otherwise than on a new session: since a promotion the new primary's is the old one's until
  /// somebody writes there.
  void saw(std::int64_t epoch);
  /// 0: none was seen yet. Never waits.
  [[nodiscard]] std::int64_t get() const { return newest_.load(); }

 private:
  void ask_hosts();

  std::atomic<std::int64_t> newest_{0};  // written under the lock
  std::mutex mutex_;  // guards what follows; held while hosts are asked, so that nobody is accepted meanwhile
  std::optional<ConnectionSettings> hosts_;  // nothing once they were asked
};

}  // namespace minidns::storage::postgres
