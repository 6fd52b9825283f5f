#pragma once

#include "pool-manager/drivers/driver.hpp"
#include "tests/harness/bind_server.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

/// What the contract of drivers is tested on: a real nameserver and drivers for it.
namespace minidns::pool::test {

/// So short that a test of a hanging server ends soon, and much longer than a loaded machine needs to answer.
inline constexpr std::chrono::milliseconds wait_max{3'000};

class Nameserver {
 public:
  virtual ~Nameserver() = default;

  [[nodiscard]] virtual std::unique_ptr<Driver> driver(const boost::asio::any_io_executor& executor) = 0;
  [[nodiscard]] virtual std::unique_ptr<Driver> driver_with_wrong_key(const boost::asio::any_io_executor& executor) = 0;

  virtual void start() = 0;
  virtual void kill() = 0;
  virtual void freeze() = 0;
  virtual void thaw() = 0;

  /// For DNS.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Whether the server's own tool knows the zone as a secondary one.
  [[nodiscard]] virtual bool has_secondary_zone(const std::string& zone) const = 0;
  /// The secret, in base64, of a key that the server's own tool shows; empty if it shows none.
  [[nodiscard]] virtual std::string key_secret(const std::string& key) const = 0;
  /// For a nameserver whose credential is a right of the process: takes it from this thread, or gives it back.
  virtual void drop_rights() {}
  virtual void restore_rights() {}
  /// A driver whose zones have primaries that don't exist, where that isn't for `add_zones` to say.
  [[nodiscard]] virtual std::unique_ptr<Driver> driver_to_nowhere(const boost::asio::any_io_executor& executor) {
    return driver(executor);
  }
  /// Whether `fetch` does something on it.
  [[nodiscard]] virtual bool can_fetch() const = 0;
};

/// `transfer_key` is known to the BIND and the NSD from their configuration, and so is the NSD's primary, on 127.0.0.1;
/// PowerDNS and Knot are told by the driver.
[[nodiscard]] std::unique_ptr<Nameserver> start_bind(const harness::KeySpec& transfer_key);
[[nodiscard]] std::unique_ptr<Nameserver> start_powerdns();
[[nodiscard]] std::unique_ptr<Nameserver> start_knot();
[[nodiscard]] std::unique_ptr<Nameserver> start_nsd(const harness::KeySpec& transfer_key, std::uint16_t primary);

/// Drivers for whatever listens on a loopback port.
[[nodiscard]] std::unique_ptr<Driver> bind_driver_at(const boost::asio::any_io_executor& executor, std::uint16_t port);
[[nodiscard]] std::unique_ptr<Driver> powerdns_driver_at(const boost::asio::any_io_executor& executor,
                                                         std::uint16_t port);
[[nodiscard]] std::unique_ptr<Driver> nsd_driver_at(const boost::asio::any_io_executor& executor, std::uint16_t port,
                                                    const std::string& credentials);
/// The same for a UNIX socket.
[[nodiscard]] std::unique_ptr<Driver> knot_driver_at(const boost::asio::any_io_executor& executor,
                                                     const std::string& path);

}  // namespace minidns::pool::test
