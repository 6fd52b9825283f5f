// Keys that no version needs any more are destroyed, and no others.
#include "storage/postgres/retention.hpp"
#include "tests/postgres/signing_support.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <optional>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto age = 24h;

class KeyRetentionTest : public SigningStorageTest {
 protected:
  void SetUp() override {
    SigningStorageTest::SetUp();
    // With central's rights.
    pool_.emplace(settings(conninfo()), 2, 10s,
                  [](Connection& connection) { connection.execute_script("set role minidns_central"); });
    retention_.emplace(*pool_);
  }

  void make_old() const {
    sql("update versions set created_at = created_at - interval '10 days';"
        "update changes set numbered_at = numbered_at - interval '10 days';"
        "update key_sets set created_at = created_at - interval '10 days';"
        "update dnssec_keys set removed_at = removed_at - interval '10 days'");
  }
  /// What central's housekeeping does.
  void pass() {
    desk().number();
    for (std::optional<std::int64_t> position = 0; position;) {
      position = retention_->prune_history(*position, 1, age).next;
    }
    std::optional<KeySetId> position;
    do {
      position = retention_->prune_key_sets(position, age).next;
    } while (position);
    while (retention_->destroy_keys(age) > 0) {
    }
  }
  [[nodiscard]] std::string left() const {
    return sql(
        "select (select count(*) from key_sets) || ' ' || (select count(*) from dnssec_keys) || ' ' ||"
        " (select count(*) from zsk_secrets) || ' ' || (select count(*) from ksk_secrets)");
  }
  void write(const ZoneId& zone, const std::string& name) {
    (void)desk().create_recordset(zone, name, dns::RRType::a, {"192.0.2.1"});
  }

  std::optional<ConnectionPool> pool_;
  std::optional<PostgresRetention> retention_;
};

TEST_F(KeyRetentionTest, KeysGoWithTheLastVersionThatTheySigned) {
  const auto zone = desk().create_zone("example.org.").id;
  signing().sign(zone, "default");
  ASSERT_TRUE(signing().zones().unsign(Desk::scope(), zone, true).has_value());
  ASSERT_EQ(left(), "1 2 1 1");
  pass();
  EXPECT_EQ(left(), "1 2 1 1") << "all of it is young";
  desk().number();
  make_old();
  // The signed version is still in the history: the last that is old stays until a newer one is old.
  while (retention_->destroy_keys(age) > 0) {
  }
  EXPECT_EQ(retention_->prune_key_sets(std::nullopt, age).pruned, 0);
  EXPECT_EQ(left(), "1 2 1 1");
  write(zone, "www.example.org.");
  write(zone, "www2.example.org.");
  make_old();
  pass();
  EXPECT_EQ(sql("select count(*) from versions where key_set_id is not null"), "0");
  EXPECT_EQ(left(), "0 0 0 0");
}

TEST_F(KeyRetentionTest, WhatAZoneIsSignedWithStaysHoweverOldItIs) {
  const auto zone = desk().create_zone("example.org.").id;
  signing().sign(zone, "default");
  write(zone, "www.example.org.");
  // Another key set for the same keys: the first is of the past.
  signing().add_policy("other", {.denial = api::Denial::nsec3});
  signing().sign(zone, "other");
  write(zone, "www2.example.org.");
  desk().number();
  make_old();
  ASSERT_EQ(left(), "2 2 1 1");
  pass();
  EXPECT_EQ(left(), "1 2 1 1");
  EXPECT_EQ(dnssec::test::complaints(*Reader(conninfo(), signing().master()).signed_zone(zone)), "");
}

TEST_F(KeyRetentionTest, ManyKeySetsGoInSteps) {
  const auto zone = desk().create_zone("example.org.").id;
  signing().sign(zone, "default");
  sql("insert into key_sets (id, zone_id, denial, opt_out, refresh_period_s, signature_lifetime_s, skew_s, ttl, dnskey)"
      " select gen_random_uuid(), zone_id, denial, opt_out, refresh_period_s, signature_lifetime_s, skew_s, ttl, dnskey"
      " from key_sets cross join generate_series(1, 1200)");
  make_old();
  const auto first = retention_->prune_key_sets(std::nullopt, age);
  EXPECT_TRUE(first.next.has_value());
  EXPECT_LE(first.pruned, 500);
  pass();
  EXPECT_EQ(left(), "1 2 1 1");
}

}  // namespace
}  // namespace minidns::storage::postgres
