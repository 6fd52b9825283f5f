#pragma once

#include "base/bytes.hpp"
#include "dns/delta.hpp"
#include "dns/snapshot/transfer.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dns/wire/message.hpp"

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

namespace minidns::dns::test {

using Snapshot = std::shared_ptr<const ZoneSnapshot>;

[[nodiscard]] Name name(std::string_view text);
[[nodiscard]] Rdata rdata(ByteView octets);
/// Big-endian octets and names in a row, as RDATA is made of them.
[[nodiscard]] Rdata rdata(std::initializer_list<std::uint8_t> prefix, const Name& name);
[[nodiscard]] RRset rrset(const Name& owner, RRType type, std::vector<Rdata> records, std::int64_t ttl_s = 3600);
[[nodiscard]] RRset soa(const Name& apex, std::uint32_t serial, std::string_view mname = "ns.example.net.");
/// TXT RDATA of `size` octets that starts with `mark`.
[[nodiscard]] Rdata text(std::size_t size, std::uint32_t mark = 0);
[[nodiscard]] RRset addresses(const Name& owner, std::size_t count);

/// One record as a peer sees it: octets of the owner with their case.
struct SeenRecord {
  Bytes owner;
  std::uint16_t type;
  std::uint32_t ttl;
  Bytes rdata;
  friend auto operator<=>(const SeenRecord&, const SeenRecord&) = default;
};
using SeenRecords = std::vector<SeenRecord>;

[[nodiscard]] SeenRecords seen(const RRset& rrset);
[[nodiscard]] SeenRecords sorted(SeenRecords records);

/// A zone as the simplest thing that can hold one: the oracle of the property tests.
struct Content {
  using Key = std::pair<OwnerKey, std::uint16_t>;
  Name apex;
  RRset soa;
  std::map<Key, RRset> rrsets;  ///< without the SOA

  void put(RRset rrset);
  [[nodiscard]] SeenRecords records() const;  ///< sorted, with the SOA
};

[[nodiscard]] Snapshot build(const Content& content, std::int64_t version = 1);
/// All RRsets of a snapshot, by cursor, sorted.
[[nodiscard]] SeenRecords records_of(const ZoneSnapshot& snapshot);
/// The difference, found by looking at every RRset.
[[nodiscard]] Delta naive_diff(const Content& from, const Content& to, std::int64_t from_version);
[[nodiscard]] SeenRecords records_of(const Delta& delta);

/// Names with capitals, zero octets, dots in labels, long labels; all kinds of RDATA.
class RandomZone {
 public:
  RandomZone(std::uint64_t seed, Name apex) : random_(seed), apex_(std::move(apex)) {}
  [[nodiscard]] Content content(std::size_t rrsets);
  /// A later state of `content`: RRsets come, go and change; a new serial, at times another SOA.
  [[nodiscard]] Content changed(const Content& content, std::size_t changes);
  [[nodiscard]] std::size_t below(std::size_t limit);

 private:
  [[nodiscard]] Name owner();
  [[nodiscard]] std::string label();
  [[nodiscard]] RRset random_rrset();
  [[nodiscard]] Rdata random_rdata(RRType type);
  void change_one(RRset& rrset);

  std::mt19937_64 random_;
  Name apex_;
};

/// Sizes, order and totals as chunk.hpp and chunk_tree.hpp promise.
void expect_well_formed(const ZoneSnapshot& snapshot);

/// A whole message as a server would send it, read by our parser.
[[nodiscard]] Message parsed(const TransferBody& body, const Name& apex, RRType qtype);
/// All answer records of a transfer; checks each message.
[[nodiscard]] SeenRecords received(TransferSource& source, const Name& apex, RRType qtype);

}  // namespace minidns::dns::test
