#include "mdns/store/store_file.hpp"

#include "base/master_keys.hpp"
#include "mdns/store/store_writer.hpp"
#include "tests/unit/store_support.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>

namespace minidns::mdns::test {
namespace {

using store::Fault;
using store::StoreFile;
using store::StoreWriter;
using store::Table;
using store::Transaction;

std::string content_of(const std::string& file) {
  std::ifstream input(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(input), {}};
}

Fault::Kind fault_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Fault& fault) {
    return fault.kind();
  }
  ADD_FAILURE() << "no fault";
  return Fault::Kind::failed;
}

TEST(StoreFile, GivesBackWhatWasWritten) {
  const ScratchFolder folder;
  std::vector<ChangingZone> zones;
  for (std::uint32_t i = 0; i < 20; ++i) {
    zones.emplace_back(i, i * 40 + 1);
    for (std::uint32_t step = 0; step < i % 4; ++step) {
      zones.back().change();
    }
  }
  {
    StoreFile file(folder.path(), large_map);
    put(file, zones);
  }
  StoreFile file(folder.path(), large_map);
  std::size_t seen = 0;
  file.for_each_zone([&](const store::ZoneRecord& record) {
    const auto expected = zones[seen++].head();
    EXPECT_EQ(record.head.id, expected.id);
    EXPECT_EQ(record.head.name.to_text(), expected.name.to_text());
    EXPECT_EQ(record.head.pool, expected.pool);
    EXPECT_EQ(record.head.version, expected.version);
    EXPECT_EQ(record.head.serial, expected.serial);
    EXPECT_EQ(record.head.soa, expected.soa);
  });
  EXPECT_EQ(seen, zones.size());
  for (const ChangingZone& zone : zones) {
    const auto read = file.read(zone.key());
    ASSERT_TRUE(read);
    EXPECT_EQ(octets_of(*read), octets_of(zone.cached()));
  }
  EXPECT_FALSE(file.read({zone_id(999)}));
  EXPECT_FALSE(file.read({zone_id(1), ViewId(2)}));
}

TEST(StoreFile, KeepsTheViewsOfAZoneApart) {
  const ScratchFolder folder;
  StoreFile file(folder.path(), large_map);
  ChangingZone zone(1, 50);
  ChangingZone other(1, 50);  // of the same zone, with other content
  zone.change();
  other.change(20);
  StoreWriter writer(file);
  writer.put({zone_id(1), ViewId(1)}, zone.head(), zone.cached());
  writer.put({zone_id(1), ViewId(2)}, zone.head(), other.cached());
  writer.commit();
  EXPECT_EQ(octets_of(*file.read({zone_id(1), ViewId(1)})), octets_of(zone.cached()));
  EXPECT_EQ(octets_of(*file.read({zone_id(1), ViewId(2)})), octets_of(other.cached()));
}

TEST(StoreFile, WritesOnlyWhatAStepChanged) {
  const ScratchFolder folder;
  StoreFile file(folder.path(), large_map);
  ChangingZone zone(1, 20'000);
  const auto write = [&] {
    StoreWriter writer(file);
    writer.put(zone.key(), zone.head(), zone.cached());
    writer.commit();
    return writer.octets();
  };
  const std::uint64_t whole = write();
  ASSERT_GT(whole, 500'000U);
  zone.change(1);
  EXPECT_LT(write(), 100'000U);
  // Also with a snapshot that this file gave.
  const auto read = file.read(zone.key());
  ASSERT_TRUE(read);
  zone.change(1);
  EXPECT_LT(write(), 100'000U);
  EXPECT_EQ(octets_of(*file.read(zone.key())), octets_of(zone.cached()));
}

TEST(StoreFile, ReclaimsTheSpaceOfReplacedVersionsAndRemovedZones) {
  const ScratchFolder folder;
  StoreFile file(folder.path(), large_map);
  ChangingZone zone(1, 500);
  std::uint64_t settled = 0;
  for (int round = 0; round < 200; ++round) {
    zone.change(20);
    StoreWriter writer(file);
    writer.put(zone.key(), zone.head(), {zone.snapshot(), {}});
    const ChangingZone passing(static_cast<std::uint32_t>(100 + round), 100);
    writer.put(passing.key(), passing.head(), passing.cached());
    writer.remove(zone_id(static_cast<std::uint32_t>(99 + round)));
    writer.commit();
    if (round == 20) {
      settled = file.octets_used();
    }
  }
  EXPECT_LT(file.octets_used(), 2 * settled);
  EXPECT_EQ(file.zone_ids().size(), 2U);
  EXPECT_EQ(octets_of(*file.read(zone.key())), octets_of({zone.snapshot(), {}}));
}

TEST(StoreFile, TheSumOfNoZonesIsThatOfANewFile) {
  const ScratchFolder folder;
  StoreFile file(folder.path(), large_map);
  ChangingZone zone(1, 500);
  zone.change();
  put(file, {zone});
  StoreWriter writer(file);
  writer.remove(zone.key().zone);
  writer.commit();
  EXPECT_TRUE(file.zone_ids().empty());
  EXPECT_EQ(file.state().zones, store::SetSum());
}

TEST(StoreFile, OfAZoneThatIsRemovedNoRecordStaysInAnyTable) {
  const ScratchFolder folder;
  ChangingZone zone(1, 500);
  zone.change();
  {
    StoreFile file(folder.path(), large_map);
    put(file, {zone});
    StoreWriter writer(file);
    writer.remove(zone.key().zone);
    writer.commit();
  }
  const store::Environment environment(folder.path(), large_map);
  const Transaction reading(environment, Transaction::Kind::read);
  for (const Table table : {Table::zones, Table::contents, Table::chunks, Table::steps}) {
    reading.for_each(table, {}, [](ByteView, ByteView) {
      ADD_FAILURE() << "left over";
      return true;
    });
  }
}

TEST(StoreFile, IgnoresAnOlderVersion) {
  const ScratchFolder folder;
  StoreFile file(folder.path(), large_map);
  ChangingZone zone(1, 50);
  const ChangingZone old = zone;
  zone.change();
  put(file, {zone});
  put(file, {old});
  EXPECT_EQ(octets_of(*file.read(zone.key())), octets_of(zone.cached()));
}

TEST(StoreFile, AContentOlderThanItsZoneIsServedWithItsOwnHead) {
  const ScratchFolder folder;
  StoreFile file(folder.path(), large_map);
  ChangingZone zone(1, 50);
  put(file, {zone});
  const auto stored = zone.head();
  zone.change();
  {
    StoreWriter writer(file);
    writer.put_head(zone.head());
    writer.commit();
  }
  const auto record = file.read_zone(zone.key().zone);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->head.version, zone.head().version);
  EXPECT_EQ(servable_head(*record).version, stored.version);
  EXPECT_EQ(servable_head(*record).serial, stored.serial);
  ASSERT_TRUE(file.read(zone.key()));
  EXPECT_EQ(file.read(zone.key())->snapshot->version(), stored.version);
  put(file, {zone});
  EXPECT_EQ(servable_head(*file.read_zone(zone.key().zone)).version, zone.head().version);
}

TEST(StoreFile, KeepsKeysSealedNameserversAndPosition) {
  const ScratchFolder folder;
  const auto box = SecretBox::create(Secret(Bytes(32, 7)));
  const std::string secret = "a secret that nobody may find";
  const TsigKeyId id(zone_id(5).uuid());
  storage::TransferPeers peers;
  peers.keys.push_back({id, "key.", "hmac-sha256",
                        box->seal(Secret(Bytes(secret.begin(), secret.end())), "tsig-key:" + id.to_string()),
                        store_pool(), ViewId(3)});
  peers.keys.push_back({id, "zone-key.", "hmac-sha512", {1, 2, 3}, zone_id(8), default_view});
  peers.peers.push_back({NameserverId(zone_id(6).uuid()), store_pool(), "ns1", "192.0.2.1", 53,
                         storage::StoredPeer::State::maintenance, id, true, ViewId(3)});
  peers.peers.push_back({NameserverId(zone_id(7).uuid()), store_pool(), "ns2", "2001:db8::1", 5353,
                         storage::StoredPeer::State::in_service, std::nullopt, false, default_view});
  const MasterKeys masters(*box);
  peers.data_keys.push_back(masters.make(DataKeyId(zone_id(9).uuid()), DataKeyPurpose::seal));
  peers.data_keys.push_back(masters.make(DataKeyId(zone_id(10).uuid()), DataKeyPurpose::derive));
  const store::StoredPosition position{42, 3, -77};
  {
    StoreFile file(folder.path(), large_map);
    EXPECT_FALSE(file.read_peers());
    StoreWriter writer(file);
    writer.put_peers(peers);
    writer.set_position(position);
    writer.set_heard_at(1234);
    writer.commit();
  }
  StoreFile file(folder.path(), large_map);
  EXPECT_EQ(file.state().position, position);
  EXPECT_EQ(file.state().heard_at_s, 1234);
  const auto read = file.read_peers();
  ASSERT_TRUE(read);
  EXPECT_EQ(store::encode(*read), store::encode(peers));
  EXPECT_EQ(read->data_keys, peers.data_keys) << "wrapped, as in the database";
  ASSERT_EQ(read->keys.size(), 2U);
  EXPECT_TRUE(box->open(read->keys[0].secret_sealed, "tsig-key:" + id.to_string()));
  EXPECT_EQ(read->keys[0].view, ViewId(3));
  EXPECT_EQ(std::get<ZoneId>(read->keys[1].scope), zone_id(8));
  EXPECT_EQ(content_of(folder.path() + "/data.mdb").find(secret), std::string::npos);
}

TEST(StoreFile, NoticesAValueThatIsNotWhereItBelongs) {
  const ScratchFolder folder;
  ChangingZone zone(1, 50);
  const ChangingZone other(2, 50);
  Bytes old_record;
  Bytes old_content;
  {
    StoreFile file(folder.path(), large_map);
    put(file, {zone, other});
  }
  {
    const store::Environment environment(folder.path(), large_map);
    const Transaction reading(environment, Transaction::Kind::read);
    old_record = *reading.get(Table::zones, store::key_of(zone.key().zone));
    old_content = *reading.get(Table::contents, store::key_of(zone.key()));
  }
  zone.change();
  {
    StoreFile file(folder.path(), large_map);
    put(file, {zone});
  }
  struct Row {
    const char* reason;
    Table table;
    Bytes key;
    Bytes value;
  };
  const Row rows[] = {
      {"the zone as it was before", Table::zones, store::key_of(zone.key().zone), old_record},
      {"another zone", Table::zones, store::key_of(other.key().zone), old_record},
      {"the content as it was before", Table::contents, store::key_of(zone.key()), old_content},
      {"the content of another zone", Table::contents, store::key_of(other.key()), old_content},
  };
  for (const Row& row : rows) {
    const ScratchFolder copy;
    std::ofstream(copy.path() + "/data.mdb", std::ios::binary) << content_of(folder.path() + "/data.mdb");
    {
      const store::Environment environment(copy.path(), large_map);
      Transaction writing(environment, Transaction::Kind::write);
      writing.put(row.table, row.key, row.value);
      const Bytes state = *writing.get(Table::state, as_bytes(store::state_key));
      store::State changed = store::decode_state(store::unseal(Table::state, as_bytes(store::state_key), state));
      changed.transaction = writing.id();
      writing.put(Table::state, as_bytes(store::state_key),
                  store::seal(Table::state, as_bytes(store::state_key), encode(changed)));
      writing.commit();
    }
    StoreFile file(copy.path(), large_map);
    const auto read_all = [&] {
      file.for_each_zone([](const store::ZoneRecord&) {});
      (void)file.read(zone.key());
      (void)file.read(other.key());
    };
    EXPECT_EQ(fault_of(read_all), Fault::Kind::damaged) << row.reason;
  }
}

TEST(StoreFile, NoticesATransactionThatIsNotOurs) {
  const ScratchFolder folder;
  {
    StoreFile file(folder.path(), large_map);
    put(file, {ChangingZone(1, 5)});
  }
  {
    const store::Environment environment(folder.path(), large_map);
    Transaction writing(environment, Transaction::Kind::write);
    writing.put(Table::chunks, as_bytes("k"), as_bytes("v"));
    writing.commit();
  }
  EXPECT_EQ(fault_of([&] { const StoreFile file(folder.path(), large_map); }), Fault::Kind::damaged);
}

TEST(StoreFile, AFullMapLosesNothingAndIsWritableAgainWhenZonesGo) {
  const ScratchFolder folder;
  StoreFile file(folder.path(), 1 << 20);
  std::vector<ChangingZone> stored;
  const auto fill = [&] {
    for (std::uint32_t i = 0; i < 1000; ++i) {
      const ChangingZone zone(i, 300);
      put(file, {zone});
      stored.push_back(zone);
    }
  };
  EXPECT_EQ(fault_of(fill), Fault::Kind::full);
  ASSERT_GT(stored.size(), 5U);
  for (const ChangingZone& zone : stored) {
    EXPECT_EQ(octets_of(*file.read(zone.key())), octets_of(zone.cached()));
  }
  {
    StoreWriter writer(file);
    for (std::size_t i = 0; i < stored.size() / 2; ++i) {
      writer.remove(stored[i].key().zone);
    }
    writer.commit();
  }
  put(file, {ChangingZone(2000, 300)});
  EXPECT_TRUE(file.read({zone_id(2000)}));
}

}  // namespace
}  // namespace minidns::mdns::test
