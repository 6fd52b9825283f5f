// Zones that are transferred in: what the API says of them, and what mdns may write, with its role's rights only.
#include "dns/soa.hpp"
#include "dns/text/rdata_text.hpp"
#include "storage/postgres/inbound_store.hpp"
#include "storage/postgres/zone_content.hpp"
#include "tests/postgres/storage_support.hpp"

#include <algorithm>
#include <memory>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds lease = 30s;

dns::Name name(const std::string& text) {
  return dns::Name::from_text(text).value();
}

dns::Rdata rdata(dns::RRType type, const std::string& text) {
  return dns::rdata_from_text(type, text).value();
}

InboundRecord record(const std::string& owner, dns::RRType type, const std::string& text, std::uint32_t ttl = 300) {
  return {name(owner), type, dns::Ttl::from_wire(ttl), rdata(type, text)};
}

std::vector<InboundRecord> content(const std::string& www) {
  return {record("in.test.", dns::RRType::soa, "ns.in.test. a.in.test. 0 3600 600 86400 300"),
          record("in.test.", dns::RRType::ns, "ns.in.test."),
          record("WWW.in.test.", dns::RRType::a, www),
          record("www.in.test.", dns::RRType::a, "192.0.2.77"),
          record("www.in.test.", dns::RRType::a, "192.0.2.77"),
          record("txt.in.test.", dns::RRType::txt, "same")};
}

class InboundTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool(1);
    desk_ = std::make_unique<Desk>(conninfo());
    store_ = std::make_unique<PostgresInboundStore>(std::make_shared<ConnectionPool>(
        settings(conninfo()), 4, 5s, [](Connection& session) { session.execute_script("set role minidns_mdns"); }));
  }

  api::ZoneView make(const std::string& zone = "in.test.") {
    api::NewZone request{.name = name(zone), .type = api::ZoneType::secondary, .email = {}};
    request.masters = {api::SocketAddress::parse("198.51.100.1", 53).value()};
    const auto made = desk_->zones().create(Desk::scope(), request);
    EXPECT_TRUE(made) << made.error().message;
    return *made;
  }
  [[nodiscard]] InboundClaim claim(const ZoneId& zone) {
    auto claimed = store_->claim(zone, instance_, lease);
    EXPECT_TRUE(claimed);
    return *std::move(claimed);
  }
  std::optional<dns::Version> transfer(const InboundClaim& claim, const std::vector<InboundRecord>& records,
                                       std::uint32_t serial) {
    store_->stage(claim, 0, records);
    const auto sets = store_->group(claim, static_cast<std::int64_t>(records.size()));
    return store_->commit_zone(claim, dns::Serial(serial), sets, "test");
  }
  void settle(const InboundClaim& claim) {
    EXPECT_TRUE(store_->settle(claim, {.ok = true, .due_in = 1h, .expires_in = 24h, .error = {}, .alarm = {}}));
  }
  [[nodiscard]] api::ZoneView show(const ZoneId& zone) { return *desk_->zones().get(Desk::scope(), zone); }

  std::unique_ptr<Desk> desk_;
  std::unique_ptr<PostgresInboundStore> store_;
  const InstanceId instance_{Uuid::version7(std::chrono::system_clock::now())};
};

TEST_F(InboundTest, AZoneIsMadeWithoutContentAndItsRecordsAreTheMasters) {
  const auto zone = make();
  EXPECT_EQ(zone.type, api::ZoneType::secondary);
  EXPECT_EQ(zone.masters.at(0).to_text(), "198.51.100.1:53");
  ASSERT_TRUE(zone.transfer);
  EXPECT_EQ(zone.transfer->state, api::TransferState::waiting);
  EXPECT_EQ(sql("select count(*) from rrsets"), "0");
  const auto written = desk_->recordsets().create(
      Desk::scope(), zone.id,
      {.name = name("www.in.test."), .type = dns::RRType::a, .records = {"192.0.2.1"}, .ttl = {}, .description = {}});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().type, api::ProblemType::forbidden);
}

TEST_F(InboundTest, MastersInThePlatformsOwnNetworkOrThePlatformItselfAreRefused) {
  api::NewZone request{.name = name("in.test."), .type = api::ZoneType::secondary, .email = {}};
  for (const char* master : {"127.0.0.1:5353", "10.0.0.1", "169.254.169.254:80", "[::1]:53"}) {
    request.masters = {api::SocketAddress::parse(master, 53).value()};
    EXPECT_FALSE(desk_->zones().create(Desk::scope(), request)) << master;
  }
  sql("insert into pool_primaries (pool_id, address, port, position) select id, '198.51.100.9', 53, 1 from pools");
  request.masters = {api::SocketAddress::parse("198.51.100.9", 53).value()};
  const auto circle = desk_->zones().create(Desk::scope(), request);
  ASSERT_FALSE(circle);
  EXPECT_EQ(circle.error().errors.at(0).path, (std::vector<std::string>{"masters", "0"}));
}

TEST_F(InboundTest, AFullTransferWritesOnlyWhatDiffers) {
  const auto zone = make();
  const auto first = claim(zone.id);
  EXPECT_FALSE(first.zone.has_content);
  EXPECT_EQ(transfer(first, content("192.0.2.1"), 4'000'000'000U)->value(), 2);
  settle(first);
  EXPECT_EQ(sql("select count(*) from rrsets where until is null"), "4") << "a record that came twice counts once";
  EXPECT_EQ(show(zone.id).serial.value(), 4'000'000'000U) << "the customer's own";
  EXPECT_EQ(show(zone.id).transfer->state, api::TransferState::fresh);
  EXPECT_TRUE(show(zone.id).transferred_at);

  const auto second = claim(zone.id);
  ASSERT_TRUE(second.zone.soa);
  EXPECT_EQ(transfer(second, content("192.0.2.2"), 4'000'000'001U)->value(), 3);
  settle(second);
  EXPECT_EQ(sql("select count(*) from rrsets where since = 3"), "1");
  EXPECT_EQ(sql("select count(*) from rrsets where until = 3"), "1");
  EXPECT_EQ(sql("select count(*) from inbound_records"), "0");
  EXPECT_EQ(sql("select count(*) from inbound_sets"), "0");

  PostgresZoneContent reader(std::make_shared<ConnectionPool>(settings(conninfo()), 1, 5s));
  std::vector<std::string> owners;
  ASSERT_TRUE(reader.read_zone(
      zone.id, default_view, [](const ZoneHead& head) { EXPECT_EQ(head.serial.value(), 4'000'000'001U); },
      [&](const dns::RRset& rrset) { owners.push_back(rrset.owner.to_text()); }));
  EXPECT_EQ(owners, (std::vector<std::string>{"in.test.", "txt.in.test.", "WWW.in.test."})) << "with their capitals";
}

TEST_F(InboundTest, AnIncrementalTransferChangesItsRRsetsOnly) {
  const auto zone = make();
  const auto first = claim(zone.id);
  ASSERT_TRUE(transfer(first, content("192.0.2.1"), 7));
  settle(first);
  const auto second = claim(zone.id);
  const auto found = store_->rrsets(second, {{name("txt.in.test."), dns::RRType::txt},
                                             {name("www.in.test."), dns::RRType::a},
                                             {name("no.in.test."), dns::RRType::a}});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].rdata.size(), 2U);
  const dns::RRset added{
      name("new.in.test."), dns::RRType::a, dns::Ttl::from_wire(60), {rdata(dns::RRType::a, "192.0.2.9")}};
  const auto version = store_->commit_changes(
      second, dns::Serial(9),
      {{name("txt.in.test."), dns::RRType::txt, std::nullopt}, {added.owner, added.type, added}}, "test");
  ASSERT_TRUE(version);
  EXPECT_EQ(version->value(), 3);
  store_->announce(zone.id, *version);
  EXPECT_EQ(sql("select count(*) from rrsets where until is null"), "4");
  EXPECT_EQ(sql("select count(*) from rrsets where since = 3 or until = 3"), "2");
  expect_sound_feed(cluster(), database());
}

TEST_F(InboundTest, OnlyOneInstanceWorksOnAZoneAndALostClaimCommitsNothing) {
  const auto zone = make();
  const auto lost = claim(zone.id);
  const InstanceId other{Uuid::version7(std::chrono::system_clock::now())};
  EXPECT_FALSE(store_->claim(zone.id, other, lease));
  EXPECT_TRUE(store_->renew(lost, lease));
  sql("update inbound_zones set lease_until = now()");
  const auto won = store_->claim(zone.id, other, lease);
  ASSERT_TRUE(won);
  EXPECT_FALSE(store_->renew(lost, lease));
  EXPECT_FALSE(transfer(lost, content("192.0.2.1"), 5));
  EXPECT_EQ(sql("select count(*) from rrsets"), "0");
  EXPECT_TRUE(transfer(*won, content("192.0.2.1"), 5));
  EXPECT_FALSE(store_->settle(lost, {.ok = true, .due_in = 1h, .expires_in = {}, .error = {}, .alarm = {}}));
}

TEST_F(InboundTest, ASerialThatWentBackNeedsAnOperatorsWord) {
  const auto zone = make();
  const auto first = claim(zone.id);
  ASSERT_TRUE(transfer(first, content("192.0.2.1"), 100));
  settle(first);
  const auto second = claim(zone.id);
  EXPECT_THROW((void)transfer(second, content("192.0.2.2"), 50), StatementError);
  EXPECT_TRUE(store_->settle(second, {.ok = false,
                                      .due_in = 1h,
                                      .expires_in = 24h,
                                      .error = "serial went back",
                                      .alarm = {{InboundAlarm::Kind::serial_went_back, dns::Serial(50)}}}));
  ASSERT_TRUE(show(zone.id).transfer->alarm);
  EXPECT_EQ(show(zone.id).transfer->alarm->serial.value(), 50U);

  ASSERT_TRUE(desk_->zones().accept_transfer(Desk::scope(), zone.id));
  const auto third = claim(zone.id);
  EXPECT_TRUE(third.zone.forced);
  ASSERT_TRUE(third.zone.accepted);
  EXPECT_EQ(transfer(third, content("192.0.2.2"), 50)->value(), 3);
  settle(third);
  EXPECT_FALSE(show(zone.id).transfer->alarm);
  EXPECT_EQ(show(zone.id).serial.value(), 50U);
  EXPECT_FALSE(desk_->zones().accept_transfer(Desk::scope(), zone.id)) << "there is nothing to accept any more";
}

TEST_F(InboundTest, ThereIsNoDifferenceFromASerialThatHadTwoContents) {
  const auto zone = make();
  const auto first = claim(zone.id);
  ASSERT_TRUE(transfer(first, content("192.0.2.1"), 100));
  settle(first);
  sql("update inbound_zones set accepted_serial = 100");
  const auto second = claim(zone.id);
  ASSERT_EQ(transfer(second, content("192.0.2.2"), 100)->value(), 3);
  settle(second);
  const auto third = claim(zone.id);
  ASSERT_EQ(transfer(third, content("192.0.2.3"), 101)->value(), 4);
  settle(third);
  const auto fourth = claim(zone.id);
  ASSERT_EQ(transfer(fourth, content("192.0.2.4"), 102)->value(), 5);
  PostgresZoneContent reader(std::make_shared<ConnectionPool>(settings(conninfo()), 1, 5s));
  using Kind = ZoneContent::Step::Kind;
  const auto step = [&](std::int64_t from) {
    return reader.read_step(zone.id, default_view, dns::Version(from), 1 << 20).kind;
  };
  const auto delta = [&](std::uint32_t from) {
    return reader.read_difference(zone.id, default_view, dns::Serial(from), dns::Version(5), 1 << 20).has_value();
  };
  EXPECT_EQ(step(2), Kind::no_path);
  EXPECT_EQ(step(3), Kind::no_path);
  EXPECT_EQ(step(4), Kind::forward);
  EXPECT_FALSE(delta(100)) << "a secondary may have either";
  EXPECT_TRUE(delta(101));
}

TEST_F(InboundTest, DifferencesAreCountedBeforeAnythingIsWritten) {
  const auto zone = make();
  const auto first = claim(zone.id);
  ASSERT_TRUE(transfer(first, content("192.0.2.1"), 100));
  settle(first);
  const auto again = claim(zone.id);
  store_->stage(again, 0, content("192.0.2.1"));
  (void)store_->group(again, 6);
  EXPECT_EQ(store_->count_differences(again), 0);
  const auto other = claim(zone.id);
  store_->stage(other, 0, content("192.0.2.3"));
  EXPECT_THROW((void)store_->group(other, 7), StatementError) << "a record is missing";
  (void)store_->group(other, 6);
  EXPECT_EQ(store_->count_differences(other), 1);
}

TEST_F(InboundTest, MdnsMayWriteNothingElse) {
  const auto zone = desk_->create_zone("ours.test.");
  EXPECT_FALSE(store_->claim(zone.id, instance_, lease));
  Connection session(settings(conninfo()));
  session.execute_script("set role minidns_mdns");
  for (const char* statement :
       {"insert into rrsets (zone_id, owner, type, ttl, since, rdata) select id, '', 1, 1, 9, '' from zones",
        "update rrsets set until = 2", "update zones set serial = 1", "update inbound_zones set accepted_serial = 1",
        "delete from inbound_zones",
        "insert into versions (zone_id, version, serial, kind) select id, 9, 9, 'update' from zones",
        "select begin_inbound_commit(id, 1, 1, 1) from zones"}) {
    EXPECT_THROW(session.execute_script(statement), StatementError) << statement;
  }
}

TEST_F(InboundTest, WhatTheApiWantsIsReadAndIsDueAtOnce) {
  const auto zone = make();
  const auto all = store_->read(std::nullopt);
  ASSERT_EQ(all.zones.size(), 1U);
  EXPECT_EQ(all.zones[0].primaries, std::vector<std::string>{"198.51.100.1:53"});
  settle(claim(zone.id));
  EXPECT_GT(store_->read(all.as_of).zones.at(0).due_in, 50min);
  const auto working = claim(zone.id);
  api::ZoneChange change;
  change.masters = {api::SocketAddress::parse("198.51.100.2", 5353).value()};
  change.masters_key =
      api::Change<api::MastersKey>::set({name("key.in.test."), tsig::Algorithm::hmac_sha256, Secret(Bytes(32, 1))});
  const auto changed = desk_->zones().update(Desk::scope(), zone.id, change);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->transfer->key->name, "key.in.test.");
  settle(working);
  const auto after = store_->read(all.as_of).zones.at(0);
  EXPECT_LE(after.due_in, 0ms) << "the work that ended didn't know of it";
  EXPECT_EQ(after.primaries, std::vector<std::string>{"198.51.100.2:5353"});
  ASSERT_TRUE(after.key);
  EXPECT_NE(as_text(after.key->secret_sealed).find_first_not_of('\1'), std::string_view::npos);
  ASSERT_TRUE(desk_->zones().remove(Desk::scope(), zone.id));
  EXPECT_TRUE(store_->read(all.as_of).zones.at(0).deleted);
  EXPECT_FALSE(store_->claim(zone.id, instance_, lease));
}

}  // namespace
}  // namespace minidns::storage::postgres
