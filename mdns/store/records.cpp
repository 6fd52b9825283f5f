#include "mdns/store/records.hpp"

#include "base/digest.hpp"
#include "mdns/store/octets.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace minidns::mdns::store {
namespace {

[[noreturn]] void damaged(const char* why) {
  throw Fault(Fault::Kind::damaged, why);
}

/// What a parser of dns gives, or a fault.
template <class T>
T require(Result<T, dns::Error> parsed) {
  if (!parsed) {
    throw Fault(Fault::Kind::damaged, parsed.error().detail);
  }
  return *std::move(parsed);
}

std::uint64_t half_of(const Sum& sum, std::size_t from) {
  return OctetReader(ByteView(sum).subspan(from, 8)).number<std::uint64_t>();
}

Sum read_sum(OctetReader& reader) {
  Sum sum{};
  std::ranges::copy(reader.fixed(sum.size()), sum.begin());
  return sum;
}

Sum sealing_sum(Table table, ByteView key, ByteView content) {
  Bytes all;
  all.reserve(1 + key.size() + content.size());
  all.push_back(static_cast<std::uint8_t>(table));
  all.insert(all.end(), key.begin(), key.end());
  all.insert(all.end(), content.begin(), content.end());
  return sum_of(all);
}

dns::Rdata read_rdata(OctetReader& reader) {
  const ByteView octets = reader.sized();
  return require(dns::Rdata::from_octets(Bytes(octets.begin(), octets.end())));
}

void write(OctetWriter& writer, const storage::StoredKey& key) {
  writer.id(key.id);
  writer.text(key.name);
  writer.text(key.algorithm);
  writer.sized(key.secret_sealed);
  const auto* pool = std::get_if<PoolId>(&key.scope);
  writer.number(static_cast<std::uint8_t>(pool != nullptr ? 1 : 0));
  if (pool != nullptr) {
    writer.id(*pool);
  } else {
    writer.id(std::get<ZoneId>(key.scope));
  }
  writer.number(key.view.number());
}

storage::StoredKey read_key(OctetReader& reader) {
  const auto id = reader.id<TsigKeyId>();
  std::string name = reader.text();
  std::string algorithm = reader.text();
  const ByteView secret = reader.sized();
  const bool is_of_pool = reader.flag();
  const Uuid scope = reader.id<PoolId>().uuid();
  const ViewId view(reader.number<std::int16_t>());
  return {id,
          std::move(name),
          std::move(algorithm),
          Bytes(secret.begin(), secret.end()),
          is_of_pool ? std::variant<PoolId, ZoneId>(PoolId(scope)) : std::variant<PoolId, ZoneId>(ZoneId(scope)),
          view};
}

void write(OctetWriter& writer, const WrappedDataKey& key) {
  writer.id(key.id);
  writer.number(static_cast<std::uint8_t>(key.purpose));
  writer.sized(key.wrapped);
}

WrappedDataKey read_data_key(OctetReader& reader) {
  const auto id = reader.id<DataKeyId>();
  const auto purpose = reader.number<std::uint8_t>();
  if (purpose > static_cast<std::uint8_t>(DataKeyPurpose::derive)) {
    damaged("a data key's purpose is unknown");
  }
  const ByteView wrapped = reader.sized();
  return {id, static_cast<DataKeyPurpose>(purpose), Bytes(wrapped.begin(), wrapped.end())};
}

void write(OctetWriter& writer, const storage::StoredPeer& peer) {
  writer.id(peer.id);
  writer.id(peer.pool);
  writer.text(peer.name);
  writer.text(peer.address);
  writer.number(peer.port);
  writer.number(static_cast<std::uint8_t>(peer.state));
  writer.number(static_cast<std::uint8_t>(peer.notify_key ? 1 : 0));
  if (peer.notify_key) {
    writer.id(*peer.notify_key);
  }
  writer.number(static_cast<std::uint8_t>(peer.allow_unsigned_soa ? 1 : 0));
  writer.number(peer.view.number());
  writer.number(static_cast<std::uint8_t>(peer.catalog ? 1 : 0));
  if (peer.catalog) {
    writer.id(*peer.catalog);
  }
}

storage::StoredPeer read_peer(OctetReader& reader) {
  const auto id = reader.id<NameserverId>();
  const auto pool = reader.id<PoolId>();
  std::string name = reader.text();
  std::string address = reader.text();
  const auto port = reader.number<std::uint16_t>();
  const auto state = reader.number<std::uint8_t>();
  if (state > static_cast<std::uint8_t>(storage::StoredPeer::State::retired)) {
    damaged("a nameserver's state is unknown");
  }
  std::optional<TsigKeyId> notify_key;
  if (reader.flag()) {
    notify_key = reader.id<TsigKeyId>();
  }
  const bool allow_unsigned_soa = reader.flag();
  const ViewId view(reader.number<std::int16_t>());
  std::optional<ZoneId> catalog;
  if (reader.flag()) {
    catalog = reader.id<ZoneId>();
  }
  return {id,
          pool,
          std::move(name),
          std::move(address),
          port,
          static_cast<storage::StoredPeer::State>(state),
          notify_key,
          allow_unsigned_soa,
          view,
          catalog};
}

void write(OctetWriter& writer, const ContentHead& head) {
  writer.number(head.version.value());
  writer.number(head.serial.value());
  writer.number(head.soa_ttl.seconds());
  writer.sized(head.soa.octets());
}

ContentHead read_head(OctetReader& reader) {
  const dns::Version version(reader.number<std::int64_t>());
  const dns::Serial serial(reader.number<std::uint32_t>());
  const auto ttl = require(dns::Ttl::from_seconds(reader.number<std::uint32_t>()));
  return {version, serial, ttl, read_rdata(reader)};
}

}  // namespace

Sum sum_of(ByteView octets) {
  const auto digest = sha256(octets);
  Sum sum{};
  std::copy_n(digest.begin(), sum.size(), sum.begin());
  return sum;
}

void SetSum::add(const Sum& sum) {
  high += half_of(sum, 0);
  low += half_of(sum, 8);
  ++count;
}

void SetSum::remove(const Sum& sum) {
  high -= half_of(sum, 0);
  low -= half_of(sum, 8);
  --count;
}

Bytes key_of(const ZoneId& zone) {
  const ByteView octets = zone.uuid().octets();
  return {octets.begin(), octets.end()};
}

Bytes key_of(const ContentKey& content) {
  OctetWriter writer;
  writer.id(content.zone);
  writer.number(content.view.number());
  return std::move(writer).take();
}

Bytes chunk_key(const ContentKey& content, const Sum& chunk) {
  OctetWriter writer;
  writer.id(content.zone);
  writer.number(content.view.number());
  writer.fixed(chunk);
  return std::move(writer).take();
}

Bytes step_key(const ContentKey& content, dns::Version from) {
  OctetWriter writer;
  writer.id(content.zone);
  writer.number(content.view.number());
  writer.number(from.value());
  return std::move(writer).take();
}

std::optional<ZoneId> zone_of_key(ByteView key) {
  constexpr std::size_t id_octets = 16;
  return key.size() < id_octets ? std::nullopt : std::optional(OctetReader(key).id<ZoneId>());
}

Bytes seal(Table table, ByteView key, Bytes content) {
  const Sum sum = sealing_sum(table, key, content);
  content.insert(content.end(), sum.begin(), sum.end());
  return content;
}

Sum sum_of_sealed(ByteView sealed) {
  if (sealed.size() < Sum().size()) {
    damaged("a value has no sum");
  }
  OctetReader reader(sealed.last(Sum().size()));
  return read_sum(reader);
}

ByteView unseal(Table table, ByteView key, ByteView sealed) {
  const Sum sum = sum_of_sealed(sealed);
  const ByteView content = sealed.first(sealed.size() - sum.size());
  if (sealing_sum(table, key, content) != sum) {
    damaged("a value's sum is wrong");
  }
  return content;
}

Bytes encode(const State& state) {
  OctetWriter writer;
  writer.number(format);
  writer.number(state.transaction);
  writer.number(state.zones.high);
  writer.number(state.zones.low);
  writer.number(state.zones.count);
  writer.number(state.heard_at_s);
  writer.number(static_cast<std::uint8_t>(state.position ? 1 : 0));
  if (state.position) {
    writer.number(static_cast<std::uint8_t>(state.position->seq ? 1 : 0));
    writer.number(state.position->seq.value_or(0));
    writer.number(state.position->epoch);
    writer.number(state.position->system);
  }
  writer.number(static_cast<std::uint8_t>(state.peers ? 1 : 0));
  if (state.peers) {
    writer.fixed(*state.peers);
  }
  return std::move(writer).take();
}

State decode_state(ByteView octets) {
  OctetReader reader(octets);
  if (reader.number<std::uint32_t>() != format) {
    damaged("written by another release");
  }
  State state;
  state.transaction = reader.number<std::uint64_t>();
  state.zones.high = reader.number<std::uint64_t>();
  state.zones.low = reader.number<std::uint64_t>();
  state.zones.count = reader.number<std::uint64_t>();
  state.heard_at_s = reader.number<std::int64_t>();
  if (reader.flag()) {
    const bool has_seq = reader.flag();
    const auto seq = reader.number<std::int64_t>();
    const auto epoch = reader.number<std::int64_t>();
    state.position = StoredPosition{has_seq ? std::optional(seq) : std::nullopt, epoch, reader.number<std::int64_t>()};
  }
  if (reader.flag()) {
    state.peers = read_sum(reader);
  }
  reader.finish();
  return state;
}

Bytes encode(const ZoneRecord& record) {
  OctetWriter writer;
  writer.sized(record.head.name.wire());
  writer.id(record.head.pool);
  write(writer, {record.head.version, record.head.serial, record.head.soa_ttl, record.head.soa});
  writer.number(static_cast<std::uint8_t>(record.head.has_signatures ? 1 : 0));
  for (const ContentReference& content : record.contents) {
    writer.number(content.view.number());
    writer.fixed(content.sum);
    writer.number(static_cast<std::uint8_t>(content.head ? 1 : 0));
    if (content.head) {
      write(writer, *content.head);
    }
  }
  return std::move(writer).take();
}

ZoneRecord decode_zone(const ZoneId& zone, ByteView octets) {
  OctetReader reader(octets);
  auto name = require(dns::Name::from_wire(reader.sized()));
  const auto pool = reader.id<PoolId>();
  ContentHead head = read_head(reader);
  const bool has_signatures = reader.flag();
  ZoneRecord record{{zone, std::move(name), pool, head.version, head.serial, head.soa_ttl, std::move(head.soa),
                     std::nullopt, has_signatures},
                    {}};
  while (reader.remaining() > 0) {
    const ViewId view(reader.number<std::int16_t>());
    const Sum sum = read_sum(reader);
    ContentReference content{view, sum, std::nullopt};
    if (reader.flag()) {
      content.head = read_head(reader);
    }
    record.contents.push_back(std::move(content));
  }
  return record;
}

Bytes encode(const Content& content) {
  OctetWriter writer;
  writer.number(content.version.value());
  writer.number(static_cast<std::uint32_t>(content.steps.size()));
  for (const StepReference& step : content.steps) {
    writer.number(step.from.value());
    writer.fixed(step.sum);
  }
  for (const Sum& chunk : content.chunks) {
    writer.fixed(chunk);
  }
  return std::move(writer).take();
}

Content decode_content(ByteView octets) {
  OctetReader reader(octets);
  Content content{dns::Version(reader.number<std::int64_t>()), {}, {}};
  for (auto steps = reader.number<std::uint32_t>(); steps > 0; --steps) {
    const dns::Version from(reader.number<std::int64_t>());
    content.steps.push_back({from, read_sum(reader)});
  }
  content.chunks.reserve(reader.remaining() / Sum().size());
  while (reader.remaining() > 0) {
    content.chunks.push_back(read_sum(reader));
  }
  return content;
}

Bytes encode(const storage::TransferPeers& peers) {
  OctetWriter writer;
  writer.number(static_cast<std::uint32_t>(peers.keys.size()));
  for (const storage::StoredKey& key : peers.keys) {
    write(writer, key);
  }
  writer.number(static_cast<std::uint32_t>(peers.catalogs.size()));
  for (const ZoneId& catalog : peers.catalogs) {
    writer.id(catalog);
  }
  writer.number(static_cast<std::uint32_t>(peers.data_keys.size()));
  for (const WrappedDataKey& key : peers.data_keys) {
    write(writer, key);
  }
  for (const storage::StoredPeer& peer : peers.peers) {
    write(writer, peer);
  }
  return std::move(writer).take();
}

storage::TransferPeers decode_peers(ByteView octets) {
  OctetReader reader(octets);
  storage::TransferPeers peers;
  for (auto keys = reader.number<std::uint32_t>(); keys > 0; --keys) {
    peers.keys.push_back(read_key(reader));
  }
  for (auto catalogs = reader.number<std::uint32_t>(); catalogs > 0; --catalogs) {
    peers.catalogs.push_back(reader.id<ZoneId>());
  }
  for (auto data_keys = reader.number<std::uint32_t>(); data_keys > 0; --data_keys) {
    peers.data_keys.push_back(read_data_key(reader));
  }
  while (reader.remaining() > 0) {
    peers.peers.push_back(read_peer(reader));
  }
  return peers;
}

}  // namespace minidns::mdns::store
