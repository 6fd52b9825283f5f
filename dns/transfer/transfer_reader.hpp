#pragma once

#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"
#include "dns/serial.hpp"
#include "dns/ttl.hpp"
#include "dns/wire/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace minidns::dns {

/// What a transfer was asked for.
struct TransferQuestion {
  Name zone;
  RRType type;  ///< AXFR or IXFR
  std::uint16_t id;
  std::optional<Serial> ours = {};  ///< for IXFR: what we have
};

struct TransferLimits {
  std::uint64_t octets_max;   ///< of all messages
  std::uint64_t records_max;  ///< of all answer sections
};

enum class TransferErrc {
  malformed,     ///< not what a transfer looks like
  refused,       ///< an RCODE
  inconsistent,  ///< its SOAs contradict each other: the zone changed meanwhile, or it isn't the difference asked for
  too_large      ///< one of the limits
};
struct TransferError {
  TransferErrc code;
  std::string detail;
};
/// Lets boost::system::result turn the error into an exception where `.value()` is used without a check.
[[noreturn]] void throw_exception_from_error(const TransferError& error, const boost::source_location& where);

/// The whole zone follows: what we have doesn't matter.
struct WholeZone {};
/// Changes from the version before to this serial follow.
struct Difference {
  Serial to;
};
struct AddedRecord {
  Name owner;
  RRType type;
  Ttl ttl;
  Rdata rdata;
};
struct RemovedRecord {
  Name owner;
  RRType type;
  Rdata rdata;
};
/// The primary has what we have, or something older.
struct NothingNewer {
  Serial theirs;
};
/// All is there. The SOA is in none of the events before.
struct TransferEnd {
  RRset soa;
};
using TransferEvent = std::variant<WholeZone, Difference, AddedRecord, RemovedRecord, NothingNewer, TransferEnd>;

/// Reads the answers to AXFR (RFC 5936) and IXFR (RFC 1995): messages in, events out. Knows no socket, clock or TSIG;
/// keeps nothing but the SOAs, whatever the zone's size.
///
///     start ──SOA──▶ opened ──any but an SOA──▶ whole zone ──the first SOA again──▶ done
///                      │ ├────IXFR, SOA with our serial──▶ removing ──SOA──▶ adding ──SOA──▶ removing …
///                      │ │                                                     └──the first SOA again──▶ done
///                      │ └────the first SOA again (a zone with nothing else)──▶ done
///                      └──IXFR, the message ends, and the serial isn't newer than ours──▶ done
class TransferReader {
 public:
  TransferReader(TransferQuestion question, TransferLimits limits);

  /// The next message, of so many octets. After an error, and once `is_done`, nothing more may be read.
  [[nodiscard]] minidns::Result<std::vector<TransferEvent>, TransferError> read(const Message& message,
                                                                                std::size_t octets);
  [[nodiscard]] bool is_done() const { return state_ == State::done; }
  /// Records outside of the zone; they are left out (RFC 5936 §3.3 leaves it to the client).
  [[nodiscard]] std::uint64_t ignored() const { return ignored_; }

 private:
  enum class State { start, opened, whole_zone, removing, adding, done };
  using Events = std::vector<TransferEvent>;
  using Failure = std::optional<TransferError>;

  [[nodiscard]] Failure check(const Message& message, std::size_t octets);
  [[nodiscard]] Failure take(const Record& record, Events& events);
  [[nodiscard]] Failure take_soa(const Record& record, Events& events);
  [[nodiscard]] Failure take_second_soa(const RRset& soa, Events& events);
  [[nodiscard]] Failure take_difference_soa(const RRset& soa, Events& events);
  [[nodiscard]] Failure finish(const RRset& soa, Events& events);

  const TransferQuestion question_;
  const TransferLimits limits_;
  State state_ = State::start;
  std::optional<RRset> first_;  ///< the SOA that came first: the version that we get
  std::optional<Serial> at_;    ///< of a difference: up to which version it has come
  std::uint64_t octets_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t ignored_ = 0;
};

// Limitations: records of one transfer may be in any order, but the SOAs of differences must follow each other without
// a gap. AA and the question of later messages aren't insisted on: there are primaries that leave them out.

}  // namespace minidns::dns
