#pragma once

#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "tsig/key.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minidns::pool {

enum class DriverErrc {
  unreachable,     ///< no connection, or it broke
  refused,         ///< our credentials, or this command, are not accepted
  already_exists,  ///< the zone is there already
  no_such_zone,    ///< the zone isn't there
  rejected,        ///< understood and not done; the server's words are in `detail`
  timeout,         ///< no answer in time; whether it was done isn't known
  protocol,        ///< the answer makes no sense, or is larger than its limit
  unsupported,     ///< this kind of nameserver has no such command
  withheld,        ///< not sent: the driver may give no more commands (`set_permit`)
};

[[nodiscard]] std::string_view to_text(DriverErrc code);

/// `detail` is for a person, and may hold text of the nameserver (at most `detail_octets_max` of it).
struct DriverError {
  DriverErrc code;
  std::string detail;
};

inline constexpr std::size_t detail_octets_max = 512;

/// Lets boost::system::result turn the error into an exception where `.value()` is used without a check.
[[noreturn]] void throw_exception_from_error(const DriverError& error, const boost::source_location& where);

template <class T>
using DriverResult = Result<T, DriverError>;
template <class T>
using DriverTask = boost::asio::awaitable<DriverResult<T>>;

/// A primary as the nameserver is to reach it (an mdns).
struct Primary {
  boost::asio::ip::address address;
  std::uint16_t port;
  friend bool operator==(const Primary&, const Primary&) = default;
};

/// Where a nameserver gets its zones from, and the TSIG key of these transfers.
struct Upstream {
  std::vector<Primary> primaries;  ///< 1 to primaries_max, in order of preference
  dns::Name key;

  static constexpr std::size_t primaries_max = 32;
};

/// One zone of a nameserver's list. Without a serial it is configured there but has not been loaded.
struct ListedZone {
  dns::Name name;
  std::optional<dns::Serial> serial;
  friend bool operator==(const ListedZone&, const ListedZone&) = default;
};

/// One result per zone, in the order of the zones that were asked for.
using ZoneResults = std::vector<DriverResult<void>>;

/// What a nameserver can be asked to do, in DNS words. A driver belongs to one nameserver and one executor (a strand);
/// its functions are called on it, from any number of coroutines. Every call ends within the driver's deadlines. A
/// result says what the nameserver *said*; what it does is measured (DESIGN.md invariant 6).
///
/// Zones in one call should be at most a few hundred: a call can be cancelled only between two zones without doubt
/// about the second. Once the nameserver can't be reached, the remaining zones fail without being tried.
class Driver {
 public:
  virtual ~Driver() = default;

  /// Makes the nameserver a secondary for `zones`. For each: already_exists, rejected (say, a key that it doesn't
  /// have).
  [[nodiscard]] virtual boost::asio::awaitable<ZoneResults> add_zones(std::vector<dns::Name> zones,
                                                                      Upstream upstream) = 0;
  /// Gives zones that are there already these primaries and this key. For each: no_such_zone, rejected.
  [[nodiscard]] virtual boost::asio::awaitable<ZoneResults> change_zones(std::vector<dns::Name> zones,
                                                                         Upstream upstream) = 0;
  /// Removes zones with their stored content. For each: no_such_zone, rejected.
  [[nodiscard]] virtual boost::asio::awaitable<ZoneResults> remove_zones(std::vector<dns::Name> zones) = 0;

  /// All zones that the nameserver has as a secondary in the view that we care for, in canonical order of names (RFC
  /// 4034 §6.1), no name twice. The nameserver's answer is read as a stream; memory is that of the result, about 100
  /// octets per zone.
  [[nodiscard]] virtual DriverTask<std::vector<ListedZone>> list_zones() = 0;

  /// Asks the nameserver to look at its primaries now and to transfer what is newer. Never takes a zone backwards.
  /// `unsupported` where only `force` exists: NOTIFY does the same.
  [[nodiscard]] virtual DriverTask<void> fetch(dns::Name zone) = 0;
  /// Makes the nameserver transfer the zone now, whatever its serial. May take it *backwards* if one of its primaries
  /// is behind (DESIGN.md §4): only when all have reported the version.
  [[nodiscard]] virtual DriverTask<void> force(dns::Name zone) = 0;

  /// Makes sure that the nameserver has `key` before zones refer to it. `rejected` where keys are configured by hand
  /// and this one is missing.
  [[nodiscard]] virtual DriverTask<void> ensure_key(tsig::Key key) = 0;

  /// Whether the nameserver's control channel answers and takes our credentials.
  [[nodiscard]] virtual DriverTask<void> ping() = 0;

  /// Asked before each command that adds, changes or removes a zone (each batch, where there are such), even within a
  /// call: a process that stood still for longer than its lease must not go on with what it had in hand, since another
  /// works for the nameserver by then. Without one commands are always given.
  void set_permit(std::function<bool()> permit) { permit_ = std::move(permit); }

 protected:
  [[nodiscard]] const std::function<bool()>& permit() const { return permit_; }

 private:
  std::function<bool()> permit_ = [] { return true; };
};

}  // namespace minidns::pool
