#pragma once

#include "base/clock.hpp"
#include "dns/name.hpp"
#include "pool-manager/drivers/soa_answer.hpp"
#include "tsig/key.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/udp.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace minidns::pool {

struct SoaProbeLimits {
  std::chrono::milliseconds per_try{1'000};
  int tries = 3;  ///< UDP loses packets; each try has an ID of its own
  /// Queries of one call that wait for an answer. So many answers (about 150 octets, some 700 in the kernel's count)
  /// fit a socket's default receive buffer of 208 KiB even if all come at once.
  std::size_t in_flight_max = 256;
};

/// With what questions are signed (RFC 8945). `clock` must outlive the probe.
struct ProbeSignature {
  std::shared_ptr<const tsig::Key> key;
  const Clock& clock;
};

/// Asks one nameserver for the serials of zones: SOA over UDP, without recursion. One socket, whatever the
/// number of questions and callers. An answer counts if it comes from the nameserver (connected socket), with the ID of
/// a query that waits and with its question; all else is ignored. IDs are random. After `tries` times `per_try` without
/// an answer it is a timeout. Callers share `in_flight_max` in turn, so a question need not wait for another call's
/// thousands.
///
/// Signed where wanted: a nameserver with views may choose one by key. An answer that isn't rightly signed is ignored,
/// but for NOTAUTH, which says that the nameserver doesn't have the key (or not this time of day): as good as REFUSED.
///
/// Calls on the executor (a strand) only. May be destroyed while calls wait: those end with failures.
class SoaProbe {
 public:
  /// Throws boost::system::system_error if there is no socket to be had for such an address.
  SoaProbe(const boost::asio::any_io_executor& executor, const boost::asio::ip::udp::endpoint& nameserver,
           SoaProbeLimits limits = {}, std::optional<ProbeSignature> signature = std::nullopt);
  ~SoaProbe();
  SoaProbe(const SoaProbe&) = delete;
  SoaProbe& operator=(const SoaProbe&) = delete;

  /// One answer per zone, in the same order.
  [[nodiscard]] boost::asio::awaitable<std::vector<SoaAnswer>> ask(std::vector<dns::Name> zones);
  [[nodiscard]] boost::asio::awaitable<SoaAnswer> ask_one(dns::Name zone);
  /// The same with DO, for the signature of the SOA. Answers have up to 1232 octets: not more than 64 zones at a time,
  /// so that they fit the socket's buffer.
  [[nodiscard]] boost::asio::awaitable<std::vector<SignedSoaAnswer>> ask_signed(std::vector<dns::Name> zones);

 private:
  class Socket;
  class Batch;
  [[nodiscard]] static boost::asio::awaitable<std::vector<SignedSoaAnswer>> ask_all(std::shared_ptr<Socket> socket,
                                                                                    std::vector<dns::Name> zones,
                                                                                    SoaQuestion kind);
  std::shared_ptr<Socket> socket_;
};

// Limitations: no TCP. A SOA answer without DNSSEC fits 512 octets; one with RRSIGs seldom needs 1232, and says so.

}  // namespace minidns::pool
