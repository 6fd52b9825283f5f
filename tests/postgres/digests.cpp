// Digests of signed versions in the database: who may do what, what the first stores and the others find, what goes
// with the history, and what central burns.
#include "central/version_policy.hpp"
#include "storage/postgres/digest_faults.hpp"
#include "storage/postgres/retention.hpp"
#include "storage/postgres/version_digests.hpp"
#include "tests/postgres/signing_support.hpp"

#include <optional>

namespace minidns::storage::postgres {
namespace {

using Kind = VersionDigests::Stored::Kind;

class DigestsTest : public SigningStorageTest {
 protected:
  void SetUp() override {
    SigningStorageTest::SetUp();
    zone_ = desk().create_zone("example.org.").id;
    signing().sign(zone_);
  }

  [[nodiscard]] const ZoneId& zone() const { return zone_; }
  [[nodiscard]] dns::Version newest() {
    return dns::Version(std::stoll(sql("select version from zones where id = '" + zone_.to_string() + "'")));
  }

  /// As a program with the rights of mdns.
  [[nodiscard]] std::unique_ptr<PostgresVersionDigests> digests() const {
    return std::make_unique<PostgresVersionDigests>(
        settings(conninfo()), [](Connection& connection) { connection.execute_script("set role minidns_mdns"); });
  }
  [[nodiscard]] VersionDigest digest(std::uint8_t instance, std::uint8_t octet) {
    VersionDigest digest{zone_, newest(), default_view, {1, 2, 3, 4}, {}, InstanceId(uuid(instance)), "1.0"};
    digest.digest.fill(octet);
    return digest;
  }
  [[nodiscard]] static Uuid uuid(std::uint8_t n) {
    return Uuid::parse("00000000-0000-0000-0000-0000000000" + std::string(n < 10 ? "0" : "") + std::to_string(n))
        .value();
  }
  void live(std::uint8_t instance) {
    sql("insert into instances (id, program) values ('" + uuid(instance).to_string() +
        "', 'mdns') on conflict (id) do update set heartbeated_at = now()");
  }

 private:
  ZoneId zone_{uuid(0)};
};

TEST_F(DigestsTest, TheFirstStoresAndTheOthersFindWhatItStored) {
  const auto table = digests();
  const auto first = table->agree(digest(1, 10));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->kind, Kind::ours);
  EXPECT_EQ(first->digest, digest(1, 10).digest);
  auto other = digest(2, 20);
  other.build = "2.0";
  const auto second = table->agree(other);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->kind, Kind::others);
  EXPECT_EQ(second->digest, digest(1, 10).digest);
  EXPECT_EQ(second->instance, InstanceId(uuid(1)));
  EXPECT_EQ(second->build, "1.0");
}

TEST_F(DigestsTest, ViewsAndKeysHaveDigestsOfTheirOwn) {
  const auto table = digests();
  auto in_view = digest(1, 20);
  in_view.view = ViewId(2);
  auto of_other_key = digest(1, 30);
  of_other_key.key_id = {4, 3, 2, 1};
  for (const auto& each : {digest(1, 10), in_view, of_other_key}) {
    const auto stored = table->agree(each);
    ASSERT_TRUE(stored.has_value());
    EXPECT_EQ(stored->kind, Kind::ours);
  }
  EXPECT_EQ(sql("select count(*) from version_digests"), "3");
}

TEST_F(DigestsTest, WhatIsStoredIsFoundAndNothingIsStoredByLooking) {
  const auto table = digests();
  const auto stored = digest(1, 10);
  ASSERT_TRUE(table->agree(stored).has_value());
  const auto of_none = dns::Version(stored.version.value() - 1);
  const auto unknown = dns::Version(stored.version.value() + 1);
  using Found = std::vector<std::optional<DigestOctets>>;
  EXPECT_EQ(table->find(zone(), default_view, stored.key_id, {stored.version, of_none, unknown}),
            (Found{stored.digest, std::nullopt, std::nullopt}));
  EXPECT_EQ(table->find(zone(), ViewId(2), stored.key_id, {stored.version}), Found{std::nullopt});
  EXPECT_EQ(sql("select count(*) from version_digests"), "1");
}

TEST_F(DigestsTest, AVersionThatIsNotThereGetsNone) {
  auto unknown = digest(1, 10);
  unknown.version = dns::Version(unknown.version.value() + 1);
  EXPECT_FALSE(digests()->agree(unknown).has_value());
  digests()->report(unknown);
  EXPECT_EQ(sql("select (select count(*) from version_digests) + (select count(*) from digest_reports)"), "0");
}

TEST_F(DigestsTest, MdnsChangesNothingButByTheFunctions) {
  static_cast<void>(digests()->agree(digest(1, 10)));
  Connection mdns(settings(conninfo()));
  mdns.execute_script("set role minidns_mdns");
  for (const char* statement :
       {"select * from version_digests", "select * from digest_reports", "delete from version_digests",
        "update version_digests set digest = sha256('x')", "delete from digest_reports",
        "insert into digest_reports select zone_id, version, view, key_id, digest, instance, build from "
        "version_digests"}) {
    EXPECT_THROW(mdns.execute_unprepared(statement, {}), StatementError) << statement;
  }
  Connection manager(settings(conninfo()));
  manager.execute_script("set role minidns_pool_manager");
  EXPECT_THROW(manager.execute("select report_digest(null, null, null, null, null, null, null)"), StatementError);
  EXPECT_THROW(manager.execute("select agree_digest(null, null, null, null, null, null, null)"), StatementError);
  EXPECT_NO_THROW(manager.execute("select * from version_digests")) << "what it compares nameservers with";
  EXPECT_THROW(manager.execute("delete from version_digests"), StatementError);
  EXPECT_THROW(manager.execute("select * from digest_reports"), StatementError);
}

TEST_F(DigestsTest, DigestsAndReportsGoWithTheirVersions) {
  static_cast<void>(digests()->agree(digest(1, 10)));
  digests()->report(digest(2, 20));
  auto recordset = desk().create_recordset(zone(), "www.example.org.", dns::RRType::a, {"192.0.2.1"});
  static_cast<void>(digests()->agree(digest(1, 11)));
  static_cast<void>(desk().number());
  sql("update versions set created_at = created_at - interval '10 days';"
      "update changes set numbered_at = numbered_at - interval '10 days'");
  Desk central(conninfo() + " options='-c role=minidns_central'");
  PostgresRetention retention(central.pool());
  static_cast<void>(retention.prune_history(0, 1, std::chrono::hours(24)));
  EXPECT_EQ(sql("select count(*) from version_digests"), "1");
  EXPECT_EQ(sql("select count(*) from version_digests d join zones z on z.id = d.zone_id and z.version = d.version"),
            "1");
  EXPECT_EQ(sql("select count(*) from digest_reports"), "0");
}

TEST_F(DigestsTest, CentralBurnsASerialOnWhichTwoThatLiveAgreeAgainstTheFirst) {
  static_cast<void>(digests()->agree(digest(1, 10)));
  Desk central(conninfo() + " options='-c role=minidns_central'");
  PostgresDigestFaults faults(central.pool());
  live(2);
  live(4);
  digests()->report(digest(2, 20));
  digests()->report(digest(2, 20));
  EXPECT_EQ(faults.take(10), nullptr) << "one alone, however often it says so";
  digests()->report(digest(3, 20));
  EXPECT_EQ(faults.take(10), nullptr) << "one of them doesn't live: it may be the other before it was restarted";
  digests()->report(digest(4, 30));
  EXPECT_EQ(faults.take(10), nullptr) << "two that don't agree";
  EXPECT_EQ(faults.count_reported(), 1);
  live(3);
  EXPECT_EQ(faults.take(10), nullptr) << "the one may have been started after the other died";
  live(2);
  const auto before = newest();
  const auto content = sql("select count(*), max(since) from rrsets where until is null");
  {
    const auto batch = faults.take(10);
    ASSERT_NE(batch, nullptr);
    ASSERT_EQ(batch->zones().size(), 1U);
    const auto& disputed = batch->zones().front();
    EXPECT_EQ(disputed.zone, zone());
    EXPECT_EQ(disputed.name, dns::Name::from_text("example.org.").value());
    EXPECT_EQ(disputed.head.version, before);
    EXPECT_EQ(disputed.first, uuid(1).to_string() + " (1.0)");
    EXPECT_NE(disputed.others.find(uuid(3).to_string() + " (1.0)"), std::string::npos) << disputed.others;
    EXPECT_EQ(PostgresDigestFaults(desk().pool()).take(10), nullptr) << "it's locked";
    batch->commit({{disputed.zone, central::next_stamp(disputed.head, false, batch->now())}});
  }
  EXPECT_EQ(newest().value(), before.value() + 1);
  EXPECT_EQ(sql("select count(*), max(since) from rrsets where until is null"), content) << "the content is the same";
  EXPECT_EQ(sql("select count(distinct (key_set_id, signing_time, buckets, rules)) from versions where version >= " +
                std::to_string(before.value())),
            "1");
  EXPECT_EQ(faults.count_reported(), 0);

  static_cast<void>(digests()->agree(digest(1, 10)));
  digests()->report(digest(2, 20));
  digests()->report(digest(3, 20));
  EXPECT_EQ(faults.take(10), nullptr) << "again so soon: it doesn't help";
  sql("update versions set created_at = created_at - interval '11 minutes'");
  EXPECT_NE(faults.take(10), nullptr);
}

TEST_F(DigestsTest, AStoppedReleaseIsNotTheFirstUnlessNobodyElseIsWithinAMinute) {
  Desk central(conninfo() + " options='-c role=minidns_central'");
  PostgresDigestFaults faults(central.pool());
  EXPECT_TRUE(faults.stop_build("1.0", 11));
  EXPECT_FALSE(faults.stop_build("1.0", 12)) << "it is already";
  EXPECT_EQ(faults.count_stopped(), 1);
  EXPECT_EQ(digests()->agree(digest(1, 10))->kind, Kind::none);
  auto older = digest(2, 10);
  older.build = "0.9";
  EXPECT_EQ(digests()->agree(older)->kind, Kind::ours);
  EXPECT_EQ(digests()->agree(digest(1, 10))->kind, Kind::others);
  sql("delete from version_digests; update versions set created_at = created_at - interval '61 seconds'");
  EXPECT_EQ(digests()->agree(digest(1, 10))->kind, Kind::ours) << "zones never stop";
}

TEST_F(DigestsTest, ReleasesThatDifferAreCountedByZone) {
  Desk central(conninfo() + " options='-c role=minidns_central'");
  PostgresDigestFaults faults(central.pool());
  EXPECT_EQ(faults.count_signed(), 1);
  static_cast<void>(digests()->agree(digest(1, 10)));
  digests()->report(digest(2, 20));
  EXPECT_TRUE(faults.differing().empty()) << "of one release: a machine's fault";
  for (const std::uint8_t instance : {std::uint8_t{3}, std::uint8_t{4}}) {
    auto newer = digest(instance, 20);
    newer.build = "1.1";
    digests()->report(newer);
  }
  const auto differing = faults.differing();
  ASSERT_EQ(differing.size(), 1U);
  EXPECT_EQ(differing[0].reporter, "1.1");
  EXPECT_EQ(differing[0].first, "1.0");
  EXPECT_EQ(differing[0].zones, 1);
  sql("update digest_reports set reported_at = reported_at - interval '11 minutes'");
  EXPECT_TRUE(faults.differing().empty());
}

TEST_F(DigestsTest, WhatWasReportedOfAnOlderVersionIsNoMatter) {
  static_cast<void>(digests()->agree(digest(1, 10)));
  live(2);
  live(3);
  digests()->report(digest(2, 20));
  digests()->report(digest(3, 20));
  static_cast<void>(desk().create_recordset(zone(), "www.example.org.", dns::RRType::a, {"192.0.2.1"}));
  PostgresDigestFaults faults(desk().pool());
  EXPECT_EQ(faults.take(10), nullptr);
  EXPECT_EQ(faults.count_reported(), 0);
}

}  // namespace
}  // namespace minidns::storage::postgres
