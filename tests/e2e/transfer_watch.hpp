#pragma once

#include "tests/harness/platform.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace minidns::e2e {

/// Transfers zones from both mdns and both secondaries again and again, on a thread of its own, and keeps what came for
/// each serial: whatever happens to the database, one serial has one content (DESIGN.md invariant 1). dig does the
/// transfers.
class TransferWatch {
 public:
  TransferWatch(harness::Platform& platform, std::vector<std::string> zones);
  ~TransferWatch();
  TransferWatch(const TransferWatch&) = delete;
  TransferWatch& operator=(const TransferWatch&) = delete;

  void stop();
  /// Serials that were seen with two contents, with both; for a message.
  [[nodiscard]] std::string conflicts();
  /// Transfers that gave a zone.
  [[nodiscard]] std::size_t transfers();
  [[nodiscard]] std::size_t serials();

 private:
  struct Source {
    std::string name;
    std::string address;
    std::uint16_t port;
    std::vector<std::string> key;  ///< dig's arguments
    /// PowerDNS reads the SOA and then the records, and may get a new version in between: its transfer counts if it has
    /// this SOA still.
    bool reads_soa_first;
  };

  void run();
  void look(const Source& source, const std::string& zone);

  std::vector<Source> sources_;
  const std::vector<std::string> zones_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // guards what follows
  std::map<std::pair<std::string, std::uint32_t>, std::pair<std::string, std::vector<std::string>>> contents_;
  std::string conflicts_;
  std::size_t transfers_ = 0;
  std::thread thread_;
};

}  // namespace minidns::e2e
