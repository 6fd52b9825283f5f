#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/view_id.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "dns/version.hpp"
#include "mdns/content_key.hpp"
#include "mdns/store/lmdb.hpp"
#include "storage/transfer_peers.hpp"
#include "storage/zone_content.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

namespace minidns::mdns::store {

// What the tables hold, and its form. Every value ends with a sum over table, key and content; a chunk's key has the
// sum of its content. Each kind of value names the sums of those below it, so that no stale or misplaced value is taken
// for the one that belongs there:
//
//     the file's head (transaction) ── state ── sum of all zones ── zone ── content ── chunks, steps
//                                        └──── peers

/// Changes when one of these forms does, or the octets of a chunk (dns/snapshot/chunk_codec.hpp): another one is
/// set aside, and the store is filled anew.
inline constexpr std::uint32_t format = 3;

/// The first 128 bits of a SHA-256.
using Sum = std::array<std::uint8_t, 16>;
[[nodiscard]] Sum sum_of(ByteView octets);

/// Of a set of values: their sums added up, each half by itself, so that one may come, go or change at O(1).
struct SetSum {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::uint64_t count = 0;

  void add(const Sum& sum);
  void remove(const Sum& sum);
  friend bool operator==(const SetSum&, const SetSum&) = default;
};

/// Where we are in the change feed, as far as all is stored; a position without `seq` is only good to refuse an older
/// epoch.
struct StoredPosition {
  std::optional<std::int64_t> seq;
  std::int64_t epoch = 0;
  std::int64_t system = 0;  ///< of PostgreSQL: another one is another database

  friend bool operator==(const StoredPosition&, const StoredPosition&) = default;
};

struct State {
  std::uint64_t transaction = 0;  ///< that wrote it
  SetSum zones;
  std::optional<StoredPosition> position;
  std::int64_t heard_at_s = 0;  ///< when the database was heard last, in Unix time
  std::optional<Sum> peers;
};

/// What a zone's head was when a content was stored.
struct ContentHead {
  dns::Version version;
  dns::Serial serial;
  dns::Ttl soa_ttl;
  dns::Rdata soa;  ///< with serial 0
};

struct ContentReference {
  ViewId view;
  Sum sum;                          ///< of the Content
  std::optional<ContentHead> head;  ///< nothing: the zone's
};

struct ZoneRecord {
  storage::ZoneHead head;                  ///< the newest that is known
  std::vector<ContentReference> contents;  ///< by view, each once
};

/// One of the steps that led to a content.
struct StepReference {
  dns::Version from;
  Sum sum;
};

/// The chunks of a content, in order, and its steps, oldest first.
struct Content {
  dns::Version version;
  std::vector<StepReference> steps;
  std::vector<Sum> chunks;
};

inline constexpr const char* state_key = "state";
inline constexpr const char* peers_key = "peers";
[[nodiscard]] Bytes key_of(const ZoneId& zone);
[[nodiscard]] Bytes key_of(const ContentKey& content);
[[nodiscard]] Bytes chunk_key(const ContentKey& content, const Sum& chunk);
[[nodiscard]] Bytes step_key(const ContentKey& content, dns::Version from);
/// Nothing if it isn't one.
[[nodiscard]] std::optional<ZoneId> zone_of_key(ByteView key);

/// `content` with its sum.
[[nodiscard]] Bytes seal(Table table, ByteView key, Bytes content);
[[nodiscard]] Sum sum_of_sealed(ByteView sealed);
/// The content; throws Fault(damaged) if the sum is wrong.
[[nodiscard]] ByteView unseal(Table table, ByteView key, ByteView sealed);

[[nodiscard]] Bytes encode(const State& state);
[[nodiscard]] Bytes encode(const ZoneRecord& record);
[[nodiscard]] Bytes encode(const Content& content);
[[nodiscard]] Bytes encode(const storage::TransferPeers& peers);

// All throw Fault(damaged) for what isn't one.
[[nodiscard]] State decode_state(ByteView octets);
[[nodiscard]] ZoneRecord decode_zone(const ZoneId& zone, ByteView octets);
[[nodiscard]] Content decode_content(ByteView octets);
[[nodiscard]] storage::TransferPeers decode_peers(ByteView octets);

}  // namespace minidns::mdns::store
