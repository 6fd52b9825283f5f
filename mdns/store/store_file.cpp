#include "mdns/store/store_file.hpp"

#include "dns/snapshot/chunk_codec.hpp"
#include "dns/snapshot/delta_codec.hpp"

#include <algorithm>
#include <utility>

namespace minidns::mdns::store {
namespace {

/// Beyond the file's size, for transactions that take something away, and the pages between the leaves.
constexpr std::uint64_t reserve_octets_min = 1 << 20;
constexpr std::uint64_t reserve_part = 16;

[[noreturn]] void damaged(const char* why) {
  throw Fault(Fault::Kind::damaged, why);
}

template <class T>
T require(Result<T, dns::Error> parsed) {
  if (!parsed) {
    throw Fault(Fault::Kind::damaged, parsed.error().detail);
  }
  return *std::move(parsed);
}

State read_state(const Environment& environment) {
  const Transaction reading(environment, Transaction::Kind::read);
  const auto sealed = reading.get(Table::state, as_bytes(state_key));
  if (!sealed) {
    if (environment.last_transaction() > 1) {  // the first made the tables
      damaged("no state");
    }
    return {};
  }
  State state = decode_state(unseal(Table::state, as_bytes(state_key), *sealed));
  // Every transaction of ours writes the state: what shows another one is not the last state of the file.
  if (state.transaction != environment.last_transaction()) {
    damaged("the state is of another transaction");
  }
  return state;
}

std::optional<ZoneRecord> read_record(const Transaction& reading, const ZoneId& zone) {
  const Bytes key = key_of(zone);
  const auto sealed = reading.get(Table::zones, key);
  if (!sealed) {
    return std::nullopt;
  }
  return decode_zone(zone, unseal(Table::zones, key, *sealed));
}

const ContentReference* find_content(const ZoneRecord& record, const ViewId& view) {
  const auto found = std::ranges::find(record.contents, view, &ContentReference::view);
  return found == record.contents.end() ? nullptr : &*found;
}

Content read_content(const Transaction& reading, const ContentKey& key, const Sum& sum) {
  const Bytes octets = key_of(key);
  const auto sealed = reading.get(Table::contents, octets);
  if (!sealed || sum_of_sealed(*sealed) != sum) {
    damaged("a zone's content isn't the one that belongs to it");
  }
  return decode_content(unseal(Table::contents, octets, *sealed));
}

SnapshotPointer read_snapshot(const Transaction& reading, const ContentKey& key, const dns::Name& apex,
                              const Content& content) {
  std::vector<dns::ChunkPointer> chunks;
  chunks.reserve(content.chunks.size());
  for (const Sum& sum : content.chunks) {
    const auto stored = reading.get(Table::chunks, chunk_key(key, sum));
    if (!stored || sum_of(*stored) != sum) {
      damaged("a chunk is missing or isn't what was written");
    }
    chunks.push_back(require(dns::read_chunk(*stored, apex)));
  }
  return require(dns::assemble_snapshot(apex, content.version, std::move(chunks)));
}

/// Those that lead to the content's version without a gap, oldest first.
std::vector<DeltaPointer> read_steps(const Transaction& reading, const ContentKey& key, const dns::Name& apex,
                                     const Content& content) {
  std::vector<DeltaPointer> steps;
  for (const StepReference& reference : content.steps) {
    const Bytes name = step_key(key, reference.from);
    const auto sealed = reading.get(Table::steps, name);
    if (!sealed || sum_of_sealed(*sealed) != reference.sum) {
      damaged("a step is missing or isn't what was written");
    }
    auto step = require(dns::read_delta(unseal(Table::steps, name, *sealed), apex));
    if (!steps.empty() && steps.back()->to != step.from) {
      damaged("steps with a gap");
    }
    steps.push_back(std::make_shared<const dns::Delta>(std::move(step)));
  }
  if (!steps.empty() && steps.back()->to != content.version) {
    damaged("the steps don't lead to the content");
  }
  return steps;
}

struct ReadContent {
  CachedZone zone;
  Sum sum;
};

std::optional<ReadContent> read_zone_content(const Transaction& reading, const ContentKey& key) {
  const auto record = read_record(reading, key.zone);
  const ContentReference* reference = record ? find_content(*record, key.view) : nullptr;
  if (reference == nullptr) {
    return std::nullopt;
  }
  const Content content = read_content(reading, key, reference->sum);
  SnapshotPointer snapshot = read_snapshot(reading, key, record->head.name, content);
  const bool is_older = reference->head.has_value();
  if (content.version != (is_older ? reference->head->version : record->head.version) ||
      snapshot->serial() != (is_older ? reference->head->serial : record->head.serial)) {
    damaged("a content has another version or serial than its zone says");
  }
  auto steps = read_steps(reading, key, record->head.name, content);
  return ReadContent{{std::move(snapshot), std::move(steps)}, reference->sum};
}

}  // namespace

StoreFile::StoreFile(const std::string& folder, std::uint64_t size_octets_max)
    : size_octets_max_(size_octets_max),
      environment_(folder, size_octets_max + std::max(reserve_octets_min, size_octets_max / reserve_part)),
      state_(read_state(environment_)) {}

std::uint64_t StoreFile::octets_left() const {
  // Free pages are only counted where it matters.
  const std::uint64_t used = environment_.octets_used();
  const std::uint64_t taken = used > size_octets_max_ / 2 ? environment_.octets_live() : used;
  return size_octets_max_ - std::min(size_octets_max_, taken);
}

std::optional<storage::TransferPeers> StoreFile::read_peers() const {
  const Transaction reading(environment_, Transaction::Kind::read);
  const auto sealed = reading.get(Table::state, as_bytes(peers_key));
  if (!state_.peers) {
    return std::nullopt;
  }
  if (!sealed || sum_of_sealed(*sealed) != *state_.peers) {
    damaged("the keys and nameservers aren't those that were written");
  }
  return decode_peers(unseal(Table::state, as_bytes(peers_key), *sealed));
}

void StoreFile::for_each_zone(const std::function<void(const ZoneRecord&)>& visit) const {
  const Transaction reading(environment_, Transaction::Kind::read);
  SetSum sum;
  reading.for_each(Table::zones, {}, [&](ByteView key, ByteView sealed) {
    (void)unseal(Table::zones, key, sealed);
    if (!reading.contains(Table::zones, key)) {  // a search goes another way through the pages than a walk
      damaged("a zone can't be found");
    }
    sum.add(sum_of_sealed(sealed));
    return true;
  });
  if (!(sum == state_.zones)) {
    damaged("the zones aren't those that were written");
  }
  reading.for_each(Table::zones, {}, [&](ByteView key, ByteView sealed) {
    const auto zone = zone_of_key(key);
    if (!zone) {
      damaged("a key is no zone");
    }
    visit(decode_zone(*zone, sealed.first(sealed.size() - Sum().size())));
    return true;
  });
}

std::optional<ZoneRecord> StoreFile::read_zone(const ZoneId& zone) const {
  const Transaction reading(environment_, Transaction::Kind::read);
  return read_record(reading, zone);
}

std::vector<ZoneId> StoreFile::zone_ids() const {
  const Transaction reading(environment_, Transaction::Kind::read);
  std::vector<ZoneId> zones;
  reading.for_each(Table::zones, {}, [&](ByteView key, ByteView) {
    const auto zone = zone_of_key(key);
    if (!zone) {
      damaged("a key is no zone");
    }
    zones.push_back(*zone);
    return true;
  });
  return zones;
}

std::vector<ZoneRecord> StoreFile::zones_after(const std::optional<ZoneId>& after, std::size_t count) const {
  const Transaction reading(environment_, Transaction::Kind::read);
  std::vector<ZoneRecord> zones;
  const Bytes from = after ? key_of(*after) : Bytes();
  reading.for_each(Table::zones, from, [&](ByteView key, ByteView sealed) {
    const auto zone = zone_of_key(key);
    if (!zone) {
      damaged("a key is no zone");
    }
    if (zone != after) {
      zones.push_back(decode_zone(*zone, unseal(Table::zones, key, sealed)));
    }
    return zones.size() < count;
  });
  return zones;
}

std::optional<CachedZone> StoreFile::read(const ContentKey& key) {
  std::optional<ReadContent> content;
  {
    const Transaction reading(environment_, Transaction::Kind::read);
    content = read_zone_content(reading, key);
  }
  if (!content) {
    return std::nullopt;
  }
  written_.note(key, content->zone.snapshot, content->sum);
  return std::move(content->zone);
}

std::optional<dns::Version> StoreFile::version_of(const ContentKey& key) const {
  const auto record = read_zone(key.zone);
  const ContentReference* content = record ? find_content(*record, key.view) : nullptr;
  if (content == nullptr) {
    return std::nullopt;
  }
  return content->head ? content->head->version : record->head.version;
}

void StoreFile::check(const ContentKey& key) const {
  const Transaction reading(environment_, Transaction::Kind::read);
  (void)read_zone_content(reading, key);
}

storage::ZoneHead servable_head(const ZoneRecord& record) {
  storage::ZoneHead head = record.head;
  for (const ContentReference& content : record.contents) {
    if (content.head && content.head->version < head.version) {
      head.version = content.head->version;
      head.serial = content.head->serial;
      head.soa_ttl = content.head->soa_ttl;
      head.soa = content.head->soa;
    }
  }
  return head;
}

}  // namespace minidns::mdns::store
