#include "mdns/store/store_writer.hpp"

#include "dns/snapshot/chunk_codec.hpp"
#include "dns/snapshot/delta_codec.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace minidns::mdns::store {
namespace {

/// Larger values get pages of their own.
constexpr std::size_t page_octets = 4096;

ContentHead head_of(const storage::ZoneHead& head) {
  return {head.version, head.serial, head.soa_ttl, head.soa};
}

/// The contents stay what they are when the zone's head becomes another.
void set_head(ZoneRecord& record, const storage::ZoneHead& head) {
  for (ContentReference& content : record.contents) {
    if (!content.head) {
      content.head = head_of(record.head);
    }
    if (content.head->version == head.version) {
      content.head.reset();
    }
  }
  record.head = head;
}

bool is_same(const storage::ZoneHead& a, const storage::ZoneHead& b) {
  return a.version == b.version && a.serial == b.serial && a.pool == b.pool && a.name == b.name;
}

dns::Version version_of(const ContentReference& content, const ZoneRecord& record) {
  return content.head ? content.head->version : record.head.version;
}

}  // namespace

StoreWriter::StoreWriter(StoreFile& file)
    : file_(file),
      transaction_(file.environment_, Transaction::Kind::write),
      state_(file.state_),
      pages_octets_max_(file.octets_left()) {}

void StoreWriter::put(const ContentKey& key, const storage::ZoneHead& head, const CachedZone& content) {
  auto record = read_zone(key.zone).value_or(ZoneRecord{head, {}});
  auto known = std::ranges::find(record.contents, key.view, &ContentReference::view);
  std::optional<Sum> before;
  if (known != record.contents.end()) {
    if (version_of(*known, record) > head.version) {
      return;
    }
    before = known->sum;
    record.contents.erase(known);
  }
  if (record.head.version <= head.version) {
    set_head(record, head);
  }
  const Sum sum = put_content(key, content, before);
  const bool is_newest = record.head.version == head.version;
  record.contents.push_back({key.view, sum, is_newest ? std::nullopt : std::optional(head_of(head))});
  std::ranges::sort(record.contents, {}, &ContentReference::view);
  put_zone(record);
  noted_.push_back({key, content.snapshot, sum});
}

void StoreWriter::put_head(const storage::ZoneHead& head) {
  auto record = read_zone(head.id);
  if (record && (record->head.version > head.version || is_same(record->head, head))) {
    return;
  }
  if (!record) {
    record.emplace(ZoneRecord{head, {}});
  }
  set_head(*record, head);
  put_zone(*record);
}

void StoreWriter::remove(const ZoneId& zone) {
  const Bytes key = key_of(zone);
  const auto sealed = transaction_.get(Table::zones, key);
  if (!sealed) {
    return;
  }
  for (const Table table : {Table::contents, Table::chunks, Table::steps}) {
    erase_all(table, key);
  }
  state_.zones.remove(sum_of_sealed(*sealed));
  (void)transaction_.erase(Table::zones, key);
}

void StoreWriter::put_peers(const storage::TransferPeers& peers) {
  const Bytes sealed = seal(Table::state, as_bytes(peers_key), encode(peers));
  state_.peers = sum_of_sealed(sealed);
  put(Table::state, as_bytes(peers_key), sealed);
}

void StoreWriter::commit() {
  state_.transaction = transaction_.id();
  put(Table::state, as_bytes(state_key), seal(Table::state, as_bytes(state_key), encode(state_)));
  transaction_.commit();
  file_.state_ = state_;
  for (const Noted& noted : noted_) {
    file_.written_.note(noted.key, noted.snapshot, noted.content);
  }
}

void StoreWriter::put(Table table, ByteView key, ByteView value) {
  const std::size_t octets = key.size() + value.size();
  pages_octets_ += octets > page_octets / 2 ? (octets / page_octets + 1) * page_octets : octets;
  if (pages_octets_ > pages_octets_max_ && table != Table::state) {
    throw Fault(Fault::Kind::full, "the file has the size that it may have");
  }
  transaction_.put(table, key, value);
  octets_ += octets;
}

std::optional<ZoneRecord> StoreWriter::read_zone(const ZoneId& zone) const {
  const Bytes key = key_of(zone);
  const auto sealed = transaction_.get(Table::zones, key);
  return sealed ? std::optional(decode_zone(zone, unseal(Table::zones, key, *sealed))) : std::nullopt;
}

void StoreWriter::put_zone(const ZoneRecord& record) {
  const Bytes key = key_of(record.head.id);
  if (const auto before = transaction_.get(Table::zones, key)) {
    state_.zones.remove(sum_of_sealed(*before));
  }
  const Bytes sealed = seal(Table::zones, key, encode(record));
  state_.zones.add(sum_of_sealed(sealed));
  put(Table::zones, key, sealed);
}

Sum StoreWriter::put_content(const ContentKey& key, const CachedZone& zone, const std::optional<Sum>& before_sum) {
  const dns::ZoneSnapshot& snapshot = *zone.snapshot;
  const Bytes name = key_of(key);
  std::optional<Content> before;
  if (before_sum) {
    const auto sealed = transaction_.get(Table::contents, name);
    if (!sealed || sum_of_sealed(*sealed) != *before_sum) {
      throw Fault(Fault::Kind::damaged, "a zone's content isn't the one that belongs to it");
    }
    before = decode_content(unseal(Table::contents, name, *sealed));
  }
  const Content content{snapshot.version(),
                        put_steps(key, zone.steps, before ? before->steps : std::vector<StepReference>()),
                        file_.written_.sums_of(key, snapshot, before, before_sum)};
  put_chunks(key, snapshot, content.chunks, before ? before->chunks : std::vector<Sum>());
  const Bytes sealed = seal(Table::contents, name, encode(content));
  put(Table::contents, name, sealed);
  return sum_of_sealed(sealed);
}

void StoreWriter::put_chunks(const ContentKey& key, const dns::ZoneSnapshot& snapshot, const std::vector<Sum>& sums,
                             const std::vector<Sum>& before) {
  const std::set<Sum> there(before.begin(), before.end());
  std::size_t next = 0;
  for (const auto& node : snapshot.tree().nodes()) {
    for (const dns::ChunkPointer& chunk : node->chunks()) {
      const Sum& sum = sums[next++];
      if (!there.contains(sum)) {
        put(Table::chunks, chunk_key(key, sum), dns::store_chunk(*chunk));
      }
    }
  }
  const std::set<Sum> wanted(sums.begin(), sums.end());
  for (const Sum& sum : there) {
    if (!wanted.contains(sum)) {
      (void)transaction_.erase(Table::chunks, chunk_key(key, sum));
    }
  }
}

std::vector<StepReference> StoreWriter::put_steps(const ContentKey& key, const std::vector<DeltaPointer>& steps,
                                                  const std::vector<StepReference>& before) {
  std::map<dns::Version, Sum> there;
  for (const StepReference& step : before) {
    there.emplace(step.from, step.sum);
  }
  std::vector<StepReference> now;
  for (const DeltaPointer& step : steps) {
    const auto known = there.find(step->from);
    if (known != there.end()) {
      now.push_back({step->from, known->second});
      there.erase(known);
      continue;
    }
    const Bytes name = step_key(key, step->from);
    const Bytes sealed = seal(Table::steps, name, dns::store_delta(*step));
    put(Table::steps, name, sealed);
    now.push_back({step->from, sum_of_sealed(sealed)});
  }
  for (const auto& [from, sum] : there) {
    (void)transaction_.erase(Table::steps, step_key(key, from));
  }
  return now;
}

std::vector<Bytes> StoreWriter::keys_with(Table table, ByteView prefix) const {
  std::vector<Bytes> keys;
  transaction_.for_each(table, prefix, [&](ByteView key, ByteView) {
    const bool belongs = as_text(key).starts_with(as_text(prefix));
    if (belongs) {
      keys.emplace_back(key.begin(), key.end());
    }
    return belongs;
  });
  return keys;
}

void StoreWriter::erase_all(Table table, ByteView prefix) {
  for (const Bytes& key : keys_with(table, prefix)) {
    (void)transaction_.erase(table, key);
  }
}

}  // namespace minidns::mdns::store
