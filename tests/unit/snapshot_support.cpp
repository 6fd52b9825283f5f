#include "tests/unit/snapshot_support.hpp"

#include "dns/snapshot/builder.hpp"
#include "dns/snapshot/cursor.hpp"
#include "dns/soa.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace minidns::dns::test {

Name name(std::string_view text) {
  return Name::from_text(text).value();
}

Rdata rdata(ByteView octets) {
  return Rdata::from_octets(Bytes(octets.begin(), octets.end())).value();
}

Rdata rdata(std::initializer_list<std::uint8_t> prefix, const Name& name) {
  Bytes octets(prefix);
  octets.insert(octets.end(), name.wire().begin(), name.wire().end());
  return Rdata::from_octets(std::move(octets)).value();
}

RRset rrset(const Name& owner, RRType type, std::vector<Rdata> records, std::int64_t ttl_s) {
  return {owner, type, Ttl::from_seconds(ttl_s).value(), std::move(records)};
}

RRset soa(const Name& apex, std::uint32_t serial, std::string_view mname) {
  const Soa fields{name(mname), name("hostmaster.example.net."), Serial(serial), 3600, 600, 604'800, 300};
  return rrset(apex, RRType::soa, {fields.to_rdata()});
}

Rdata text(std::size_t size, std::uint32_t mark) {
  Bytes octets;
  while (octets.size() < size) {
    const std::size_t string_size = std::min<std::size_t>(255, size - octets.size() - 1);
    octets.push_back(static_cast<std::uint8_t>(string_size));
    octets.insert(octets.end(), string_size, 'x');
  }
  for (std::size_t i = 0; i < 4 && i + 1 < size; ++i) {
    octets[i + 1] = static_cast<std::uint8_t>(mark >> (24 - 8 * i));
  }
  return Rdata::from_octets(std::move(octets)).value();
}

RRset addresses(const Name& owner, std::size_t count) {
  std::vector<Rdata> records;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back(rdata(std::array<std::uint8_t, 4>{
        10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}));
  }
  return rrset(owner, RRType::a, std::move(records));
}

SeenRecords seen(const RRset& rrset) {
  SeenRecords records;
  const auto owner = rrset.owner.wire();
  for (const auto& one : rrset.rdata) {
    records.push_back({Bytes(owner.begin(), owner.end()), rrset.type.value(), rrset.ttl.seconds(),
                       Bytes(one.octets().begin(), one.octets().end())});
  }
  return records;
}

SeenRecords sorted(SeenRecords records) {
  std::sort(records.begin(), records.end());
  return records;
}

void Content::put(RRset rrset) {
  const Key key{OwnerKey::of(rrset.owner, apex), rrset.type.value()};
  rrsets.insert_or_assign(key, std::move(rrset));
}

SeenRecords Content::records() const {
  SeenRecords all = seen(soa);
  for (const auto& [key, rrset] : rrsets) {
    for (auto& record : seen(rrset)) {
      all.push_back(std::move(record));
    }
  }
  return sorted(std::move(all));
}

Snapshot build(const Content& content, std::int64_t version) {
  SnapshotBuilder builder(content.apex);
  for (const auto& [key, rrset] : content.rrsets) {
    const auto added = builder.add(rrset);
    EXPECT_TRUE(added) << added.error().detail;
  }
  return std::move(builder).finish(Version(version), content.soa).value();
}

SeenRecords records_of(const ZoneSnapshot& snapshot) {
  SeenRecords all;
  for (SnapshotCursor cursor(snapshot); !cursor.at_end(); cursor.next()) {
    for (auto& record : seen(cursor.rrset())) {
      all.push_back(std::move(record));
    }
  }
  return sorted(std::move(all));
}

Delta naive_diff(const Content& from, const Content& to, std::int64_t from_version) {
  Delta delta{Version(from_version), Version(from_version + 1), from.soa, to.soa, {}};
  std::set<Content::Key> keys;
  for (const auto& side : {&from, &to}) {
    for (const auto& [key, rrset] : side->rrsets) {
      keys.insert(key);
    }
  }
  for (const auto& key : keys) {
    const auto before = from.rrsets.find(key);
    const auto after = to.rrsets.find(key);
    RRsetChange change;
    if (before != from.rrsets.end()) {
      change.before.push_back(before->second);
    }
    if (after != to.rrsets.end()) {
      change.after.push_back(after->second);
    }
    const bool same = !change.before.empty() && !change.after.empty() &&
                      sorted(seen(change.before[0])) == sorted(seen(change.after[0]));
    if (!same) {
      delta.changes.push_back(std::move(change));
    }
  }
  return delta;
}

SeenRecords records_of(const Delta& delta) {
  SeenRecords all;
  const auto add = [&](const std::vector<RRset>& side, std::uint16_t klass) {
    for (const auto& rrset : side) {
      for (auto& record : sorted(seen(rrset))) {
        record.rdata.insert(record.rdata.begin(), static_cast<std::uint8_t>(klass));
        all.push_back(std::move(record));
      }
    }
  };
  for (const auto& change : delta.changes) {
    add(change.before, 0);
    add(change.after, 1);
  }
  return all;
}

std::size_t RandomZone::below(std::size_t limit) {
  return random_() % limit;
}

std::string RandomZone::label() {
  switch (below(12)) {
    case 0:
      return std::string(63, static_cast<char>('a' + below(3)));
    case 1:
      return {'\0', static_cast<char>(below(3)), 'z'};
    case 2:
      return {'a', '.', static_cast<char>(below(256))};
    case 3:
      return "*";
    case 4:
      return "MiXeD" + std::to_string(below(20));
    case 5:
      return "mixed" + std::to_string(below(20));
    default:
      return "host" + std::to_string(below(4000));
  }
}

Name RandomZone::owner() {
  Name result = apex_;
  for (std::size_t depth = below(4); depth > 0; --depth) {
    if (auto child = result.child(label())) {
      result = *child;
    }
  }
  return result;
}

Rdata RandomZone::random_rdata(RRType type) {
  if (type == RRType::a) {
    return rdata(std::array<std::uint8_t, 4>{192, 0, static_cast<std::uint8_t>(below(3)),
                                             static_cast<std::uint8_t>(below(256))});
  }
  if (type == RRType::mx) {
    return rdata({0, static_cast<std::uint8_t>(below(3))}, owner());
  }
  if (type == RRType::srv) {
    return rdata({0, 1, 0, 2, 0, static_cast<std::uint8_t>(below(255))}, owner());
  }
  if (type == RRType::ns || type == RRType::cname || type == RRType::ptr) {
    return rdata({}, owner());
  }
  if (type == RRType::txt) {
    return text(2 + below(below(40) == 0 ? 3000 : 60), static_cast<std::uint32_t>(random_()));
  }
  Bytes octets(below(30));  // RFC 3597; may be empty
  std::generate(octets.begin(), octets.end(), [&] { return static_cast<std::uint8_t>(random_()); });
  return rdata(octets);
}

RRset RandomZone::random_rrset() {
  static constexpr std::array types = {RRType::a,   RRType::ns,  RRType::cname, RRType::mx,
                                       RRType::ptr, RRType::txt, RRType::srv,   RRType(65'400)};
  const RRType type = types[below(types.size())];
  std::set<Rdata> records;
  for (std::size_t count = below(300) == 0 ? 1200 : 1 + below(3); count > 0; --count) {
    records.insert(random_rdata(type));
  }
  std::vector<Rdata> shuffled(records.begin(), records.end());
  std::shuffle(shuffled.begin(), shuffled.end(), random_);
  return rrset(owner(), type, std::move(shuffled), static_cast<std::int64_t>(300 * below(4)));
}

Content RandomZone::content(std::size_t rrsets) {
  Content content{apex_, soa(apex_, 1), {}};
  content.put(rrset(apex_, RRType::ns, {rdata({}, name("ns.example.net."))}));
  for (std::size_t i = 0; i < rrsets; ++i) {
    content.put(random_rrset());
  }
  return content;
}

void RandomZone::change_one(RRset& rrset) {
  switch (below(4)) {
    case 0:
      rrset.ttl = Ttl::from_seconds(static_cast<std::int64_t>(below(10'000))).value();
      return;
    case 1:
      rrset.owner = rrset.owner.lowercased();
      return;
    case 2:
      if (rrset.rdata.size() > 1) {
        rrset.rdata.pop_back();
        return;
      }
      [[fallthrough]];
    default: {
      const Rdata added = random_rdata(rrset.type);
      if (std::find(rrset.rdata.begin(), rrset.rdata.end(), added) == rrset.rdata.end()) {
        rrset.rdata.insert(rrset.rdata.begin(), added);
      }
    }
  }
}

Content RandomZone::changed(const Content& content, std::size_t changes) {
  Content next = content;
  const auto serial = serial_of(content.soa.rdata.front()).value() + 1;
  next.soa = soa(apex_, serial, below(5) == 0 ? "other.example.net." : "ns.example.net.");
  const bool clustered = below(2) == 0;  // many changes in one chunk, or all over the zone
  std::size_t at = next.rrsets.empty() ? 0 : below(next.rrsets.size());
  for (std::size_t i = 0; i < changes; ++i) {
    if (next.rrsets.empty() || below(3) == 0) {
      next.put(random_rrset());
      continue;
    }
    at = (clustered ? at : below(next.rrsets.size())) % next.rrsets.size();
    const auto chosen = std::next(next.rrsets.begin(), static_cast<std::ptrdiff_t>(at));
    if (below(2) == 0) {
      next.rrsets.erase(chosen);
    } else {
      change_one(chosen->second);
      ++at;
    }
  }
  return next;
}

namespace {

void expect_well_formed(const Chunk& chunk, bool is_first) {
  ASSERT_GT(chunk.rrset_count(), 0U);
  EXPECT_LE(chunk.octets().size(), Chunk::size_octets_max);
  if (chunk.octets().size() > Chunk::size_octets_split) {
    EXPECT_EQ(chunk.rrset_count(), is_first ? 2U : 1U) << "only one RRset makes a chunk large";
  }
  EXPECT_EQ(chunk.first_type(), chunk.type(0));
  std::array<std::uint8_t, owner_key_octets_max> key;
  EXPECT_TRUE(std::ranges::equal(chunk.first_owner().octets(), ByteView(key.data(), chunk.owner_key(0, key))));
  std::size_t records = 0;
  std::size_t octets = 0;
  for (std::size_t i = 0; i < chunk.rrset_count(); ++i) {
    records += chunk.rrset(i).rdata.size();
    octets += chunk.rrset_size_octets(i);
  }
  EXPECT_EQ(chunk.record_count(), records);
  EXPECT_EQ(chunk.octets().size(), octets);
}

}  // namespace

void expect_well_formed(const ZoneSnapshot& snapshot) {
  ChunkTotals totals;
  std::size_t small_in_a_row = 0;
  for (const auto& node : snapshot.tree().nodes()) {
    ASSERT_GE(node->chunks().size(), 1U);
    ASSERT_LE(node->chunks().size(), ChunkTree::Node::chunks_max);
    for (const auto& chunk : node->chunks()) {
      expect_well_formed(*chunk, totals.chunks == 0);
      totals += {.chunks = 1,
                 .rrsets = chunk->rrset_count(),
                 .records = chunk->record_count(),
                 .octets = chunk->octets().size()};
      small_in_a_row = chunk->octets().size() < Chunk::size_octets_merge ? small_in_a_row + 1 : 0;
      EXPECT_LE(small_in_a_row, 2U) << "small chunks should have been joined";
    }
  }
  EXPECT_EQ(snapshot.tree().totals().chunks, totals.chunks);
  EXPECT_EQ(snapshot.rrset_count(), totals.rrsets);
  EXPECT_EQ(snapshot.record_count(), totals.records);
  EXPECT_EQ(snapshot.tree().totals().octets, totals.octets);

  SnapshotCursor cursor(snapshot);
  EXPECT_EQ(cursor.type(), RRType::soa);
  Name last = cursor.owner();
  std::uint16_t last_rank = 0;
  for (cursor.next(); !cursor.at_end(); cursor.next()) {
    const Name owner = cursor.owner();
    const auto order = last <=> owner;
    ASSERT_TRUE(order < 0 || (order == 0 && last_rank < cursor.type().value())) << owner.to_text();
    last = owner;
    last_rank = cursor.type().value();
  }
}

Message parsed(const TransferBody& body, const Name& apex, RRType qtype) {
  Bytes message = {
      0x12, 0x34, 0x84, 0, 0, 1, static_cast<std::uint8_t>(body.ancount >> 8), static_cast<std::uint8_t>(body.ancount),
      0,    0,    0,    0};
  message.insert(message.end(), apex.wire().begin(), apex.wire().end());
  for (const std::uint16_t value : {qtype.value(), class_in}) {
    message.push_back(static_cast<std::uint8_t>(value >> 8));
    message.push_back(static_cast<std::uint8_t>(value));
  }
  for (const auto part : body.parts) {
    message.insert(message.end(), part.begin(), part.end());
  }
  auto result = parse_message(message);
  EXPECT_TRUE(result) << result.error().detail;
  return result.value();
}

SeenRecords received(TransferSource& source, const Name& apex, RRType qtype) {
  SeenRecords all;
  while (const auto body = source.next()) {
    EXPECT_GT(body->ancount, 0) << "dig stops at an empty message";
    EXPECT_LE(body->size_octets(), Chunk::size_octets_max);
    const Message message = parsed(*body, apex, qtype);
    EXPECT_EQ(message.answer.size(), body->ancount);
    for (const auto& record : message.answer) {
      EXPECT_EQ(record.klass, class_in);
      const auto owner = record.owner.wire();
      all.push_back({Bytes(owner.begin(), owner.end()), record.type.value(), record.ttl, record.rdata});
    }
  }
  return all;
}

}  // namespace minidns::dns::test
