// From a request to sign a zone to what mdns reads of it; the verdicts on signatures are other people's tools'.
#include "central/refresh_worker.hpp"
#include "central/version_policy.hpp"
#include "central/zone_importer.hpp"
#include "storage/postgres/recovery.hpp"
#include "storage/postgres/zone_import.hpp"
#include "tests/postgres/signing_support.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <fcntl.h>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace minidns::storage::postgres {
namespace {

class SigningTest : public SigningStorageTest {
 protected:
  void SetUp() override {
    SigningStorageTest::SetUp();
    reader_.emplace(conninfo(), signing().master());
  }

  Reader& reader() { return *reader_; }

  api::ZoneView zone_with_records(const std::string& name) {
    auto zone = desk().create_zone(name);
    (void)desk().create_recordset(zone.id, "www." + name, dns::RRType::a, {"192.0.2.1", "192.0.2.2"});
    (void)desk().create_recordset(zone.id, "*.wild." + name, dns::RRType::txt, {"\"any\""});
    (void)desk().create_recordset(zone.id, "sub." + name, dns::RRType::ns, {"ns.sub." + name});
    (void)desk().create_recordset(zone.id, "ns.sub." + name, dns::RRType::a, {"192.0.2.3"});
    return zone;
  }

  /// `key set, T, buckets, rules` of all versions from the one on that signed; each distinct one once.
  [[nodiscard]] std::string stamps(const ZoneId& zone) const {
    return sql(
        "select count(distinct (key_set_id, signing_time, buckets, rules)) || ' of ' || count(*) from versions"
        " where zone_id = '" +
        zone.to_string() + "' and key_set_id is not null");
  }
  [[nodiscard]] std::string unsigned_after(const ZoneId& zone, std::int64_t version) const {
    return sql("select count(*) from versions where zone_id = '" + zone.to_string() + "' and key_set_id is null" +
               " and version > " + std::to_string(version));
  }

 private:
  std::optional<Reader> reader_;
};

TEST_F(SigningTest, WhatMdnsReadsMakesAZoneThatTheToolsAccept) {
  signing().add_policy(
      "ed25519-csk",
      {.algorithm = dnssec::Algorithm::ed25519, .key_model = api::KeyModel::csk, .denial = api::Denial::nsec3});
  signing().add_policy("p384", {.algorithm = dnssec::Algorithm::ecdsap384sha384, .publish_cds = false});
  signing().add_policy("rsa", {.algorithm = dnssec::Algorithm::rsasha256, .denial = api::Denial::nsec3_opt_out});
  signing().add_policy("ed448", {.algorithm = dnssec::Algorithm::ed448});
  signing().add_policy("zonemd", {.denial = api::Denial::nsec3, .zonemd = true});
  for (const std::string policy : {"default", "ed25519-csk", "p384", "rsa", "ed448", "zonemd"}) {
    SCOPED_TRACE(policy);
    const auto zone = zone_with_records(policy + ".Example.");
    const auto view = signing().sign(zone.id, policy);
    ASSERT_TRUE(view.signing.has_value());
    EXPECT_EQ(view.signing->policy, policy);
    EXPECT_EQ(view.keys.size(), policy == "ed25519-csk" ? 1U : 2U);
    EXPECT_EQ(view.ds.size(), 2U) << "SHA-256 and SHA-384";
    const auto snapshot = reader().signed_zone(zone.id);
    const auto roles = policy == "ed25519-csk" ? dnssec::test::KeyRoles::one_for_all : dnssec::test::KeyRoles::split;
    EXPECT_EQ(dnssec::test::complaints(*snapshot, roles), "");
    EXPECT_EQ(dnssec::test::zonemd_complaints(dnssec::test::zone_file_of(*snapshot)).empty(), policy == "zonemd");
    EXPECT_EQ(desk().announcer().versions().back().second, snapshot->version().value()) << "it was announced";
  }
}

TEST_F(SigningTest, EveryKindOfCommitInheritsWhatTheVersionBeforeWasSignedWith) {
  const auto zone = zone_with_records("example.org.");
  signing().sign(zone.id);
  const auto first = reader().head(zone.id).version.value();
  const auto made = desk().create_recordset(zone.id, "a.example.org.", dns::RRType::a, {"192.0.2.9"});
  (void)desk().set_records(made, {"192.0.2.10"});
  ASSERT_TRUE(desk().recordsets().remove(Desk::scope(), zone.id, made.id));
  api::ZoneChange change;
  change.ttl = dns::Ttl::from_wire(7200);
  ASSERT_TRUE(desk().zones().update(Desk::scope(), zone.id, change));

  PostgresZoneImports imports(desk().pool());
  const SystemClock clock;
  std::istringstream file("$TTL 300\nwww IN A 192.0.2.7\n");
  central::ZoneImporter(desk().zones(), desk().reader(), imports, clock)
      .run(file, dns::Name::from_text("example.org.").value(), ProjectId("alice"), "a@example.org");

  insert_reports(*desk().pool().acquire(), "test",
                 {{zone.id, dns::Name::from_text("example.org.").value(), dns::Version(first + 1000), dns::Serial(5)}},
                 std::nullopt);
  PostgresRecovery recovery(desk().pool());
  {
    const auto batch = recovery.take(10);
    ASSERT_NE(batch, nullptr);
    batch->commit({{zone.id, central::decide_recovery(batch->zones().front(), batch->now()).stamp.value()}});
  }
  EXPECT_EQ(stamps(zone.id), "1 of 7");
  EXPECT_EQ(unsigned_after(zone.id, first), "0");
  EXPECT_EQ(dnssec::test::complaints(*reader().signed_zone(zone.id)), "");

  ASSERT_TRUE(desk().zones().remove(Desk::scope(), zone.id));
  EXPECT_EQ(stamps(zone.id), "1 of 8");
}

TEST_F(SigningTest, AnUnsignedZoneHasNothingOfIt) {
  const auto zone = zone_with_records("example.org.");
  EXPECT_FALSE(reader().head(zone.id).signing.has_value());
  EXPECT_EQ(stamps(zone.id), "0 of 0");
}

TEST_F(SigningTest, MdnsCanNotReadKeySigningKeysNorOpenThem) {
  const auto zone = zone_with_records("example.org.");
  signing().sign(zone.id);
  Connection mdns(settings(conninfo()));
  mdns.execute_script("set role minidns_mdns");
  EXPECT_THROW(mdns.execute("select * from ksk_secrets"), StatementError);
  EXPECT_EQ(mdns.execute("select count(*) from zsk_secrets").integer(0, 0), 1);
  EXPECT_THROW(mdns.execute("insert into apex_signatures select * from apex_signatures"), StatementError);
  EXPECT_THROW(mdns.execute("update zones set key_set_id = null"), StatementError);
  Connection manager(settings(conninfo()));
  manager.execute_script("set role minidns_pool_manager");
  EXPECT_THROW(manager.execute("select * from zsk_secrets"), StatementError);

  const auto rows = desk().pool().acquire()->execute("select key_id, sealed from ksk_secrets");
  ASSERT_EQ(rows.size(), 1U);
  const auto opened = signing().master().open(rows.bytea(0, 1), sealing_context(DnssecKeyId(rows.uuid(0, 0))));
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, SecretErrc::wrong_master_key);
}

TEST_F(SigningTest, CentralsRightsSufficeToSignAndRefresh) {
  const auto zone = zone_with_records("example.org.");
  Desk desk(conninfo() + " options='-c role=minidns_central'");
  SigningDesk signing(desk);
  signing.sign(zone.id);
  sql("update zones set refresh_due = now() - interval '1 second'");
  const auto batch = signing.refresh().take(10);
  ASSERT_NE(batch, nullptr);
  const auto refresh =
      central::refresh_of(batch->zones().front(), batch->current_epoch(), batch->now(), signing.vault());
  ASSERT_TRUE(refresh.has_value());
  batch->commit({refresh->version}, refresh->signatures, std::chrono::seconds(1));
  sql("delete from key_rolls");
  for (const auto role : {api::KeyRole::zsk, api::KeyRole::ksk}) {
    ASSERT_TRUE(signing.zones().roll(Desk::scope(), zone.id, role));
    signing.roller().advance_due();
    ASSERT_TRUE(signing.zones().cancel_roll(Desk::scope(), zone.id));
  }
  ASSERT_TRUE(signing.zones().set_foreign_dnskeys(Desk::scope(), zone.id, {}));
  signing.roller().begin_overdue();
  ASSERT_TRUE(signing.zones().report_ds(Desk::scope(), zone.id, {.at_parent = true}));
  EXPECT_EQ(signing.refresh().count(std::chrono::seconds(1)).due, 0);
  EXPECT_TRUE(signing.refresh().earliest_expiry().has_value());
  signing.add_policy("mine", {});
  ASSERT_TRUE(signing.policies().remove(Desk::scope(), "mine"));
  ASSERT_TRUE(signing.zones().unsign(Desk::scope(), zone.id, true));
}

TEST_F(SigningTest, NewZonesAreSignedFromTheirFirstVersionOnAsTheirProjectOrPoolWants) {
  using Scope = api::DnssecDefault::Scope;
  signing().add_policy("nsec3", {.denial = api::Denial::nsec3});
  const auto set = [&](Scope scope, const std::string& subject, const std::string& policy) {
    return signing().policies().set_default(Desk::scope(), {scope, subject, policy});
  };
  ASSERT_TRUE(set(Scope::pool, sql("select id from pools"), "default"));
  ASSERT_TRUE(set(Scope::project, "bob", "nsec3"));
  EXPECT_FALSE(set(Scope::project, "bob", "nosuch"));
  EXPECT_EQ(signing().policies().defaults(Desk::scope()).value().size(), 2U);

  const auto zone = desk().create_zone("a.example.");
  EXPECT_EQ(stamps(zone.id), "1 of 1");
  EXPECT_EQ(dnssec::test::complaints(*reader().signed_zone(zone.id)), "");
  const auto view = signing().zones().get(Desk::scope(), zone.id).value();
  EXPECT_EQ(view.signing->policy, "default");
  EXPECT_EQ(view.roll->kind, api::RollKind::first_signing);
  const auto of_bob = desk().create_zone("b.example.", "bob");
  EXPECT_EQ(signing().zones().get(Desk::scope("bob"), of_bob.id).value().signing->policy, "nsec3");
  EXPECT_EQ(dnssec::test::complaints(*reader().signed_zone(of_bob.id)), "");

  EXPECT_FALSE(signing().policies().remove(Desk::scope(), "nsec3")) << "bob's";
  ASSERT_TRUE(signing().policies().remove_default(Desk::scope(), {Scope::pool, sql("select id from pools"), {}}));
  EXPECT_FALSE(reader().head(desk().create_zone("c.example.").id).signing.has_value());
  api::NewZone zone_with_long_ttl{.name = dns::Name::from_text("d.example.").value(), .email = "a@example.org"};
  zone_with_long_ttl.ttl = dns::Ttl::from_wire(30 * 86'400);
  const auto refused = desk().zones().create(Desk::scope("bob"), zone_with_long_ttl);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().errors.at(0).path, std::vector<std::string>{"ttl"});
}

TEST_F(SigningTest, AZoneThatIsTransferredInIsNeverSigned) {
  const auto made =
      desk().zones().create(Desk::scope(), {.name = dns::Name::from_text("theirs.org.").value(),
                                            .type = api::ZoneType::secondary,
                                            .email = "a@example.org",
                                            .masters = {api::SocketAddress::parse("192.0.2.1", 53).value()}});
  ASSERT_TRUE(made.has_value());
  EXPECT_NE(signing().refusal(made->id).find("SECONDARY"), std::string::npos);
  EXPECT_THROW(desk().pool().acquire()->execute(
                   "update zones set dnssec_policy_id = p.id, key_set_id = p.id, signing_time = 1, buckets = 1,"
                   " refresh_due = now() from dnssec_policies p where type = 'SECONDARY'"),
               StatementError)
      << "nor by another statement";
}

TEST_F(SigningTest, AStepTellsWhatBothEndsAreSignedWith) {
  const auto zone = zone_with_records("example.org.");
  const auto before = reader().head(zone.id).version;
  signing().sign(zone.id);
  const auto signed_head = reader().head(zone.id);
  auto step = reader().content().read_step(zone.id, default_view, before, 1'000'000);
  ASSERT_EQ(step.kind, ZoneContent::Step::Kind::forward);
  EXPECT_FALSE(step.signing_before.has_value());
  ASSERT_TRUE(step.head->signing.has_value());
  EXPECT_EQ(step.head->signing->stamp, signed_head.signing->stamp);
  EXPECT_TRUE(step.delta->changes.empty()) << "the content is the same";

  (void)desk().create_recordset(zone.id, "a.example.org.", dns::RRType::a, {"192.0.2.9"});
  step = reader().content().read_step(zone.id, default_view, signed_head.version, 1'000'000);
  EXPECT_EQ(step.signing_before, signed_head.signing->stamp);
  const auto of_history = reader().content().read_signing(zone.id, signed_head.version);
  ASSERT_TRUE(of_history.has_value());
  EXPECT_EQ(of_history->stamp, signed_head.signing->stamp);
  EXPECT_EQ(of_history->keys.size(), 1U);
  EXPECT_FALSE(reader().content().read_signing(zone.id, before).has_value());

  const auto newest = reader().head(zone.id).version;
  const auto past = reader().content().read_difference(zone.id, default_view, signed_head.serial, newest, 1'000'000);
  ASSERT_TRUE(past.has_value());
  EXPECT_EQ(past->content.changes.size(), 1U);
  ASSERT_TRUE(past->signing_from && past->signing_to);
  EXPECT_EQ(past->signing_from->stamp, signed_head.signing->stamp);
  EXPECT_EQ(past->signing_from->apex_signatures.size(), signed_head.signing->apex_signatures.size());
  EXPECT_EQ(past->signing_from->keys.size(), 1U);
}

TEST_F(SigningTest, AnUnsignedVersionFollowsWhenSigningEnds) {
  const auto zone = zone_with_records("example.org.");
  signing().sign(zone.id);
  ASSERT_TRUE(signing().zones().unsign(Desk::scope(), zone.id, false));
  EXPECT_TRUE(reader().head(zone.id).signing.has_value()) << "the parent may have the DS";
  ASSERT_TRUE(signing().zones().report_ds(Desk::scope(), zone.id, {.at_parent = false, .ttl = 0}));
  signing().roller().advance_due();
  signing().roller().advance_due();
  EXPECT_FALSE(reader().head(zone.id).signing.has_value());
  const auto again = signing().sign(zone.id);
  EXPECT_EQ(again.keys.size(), 2U) << "new ones";
  EXPECT_EQ(dnssec::test::complaints(*reader().signed_zone(zone.id)), "");
}

TEST_F(SigningTest, AnotherPolicyGivesTheSameKeysAnotherKeySet) {
  const auto zone = zone_with_records("example.org.");
  const auto before = signing().sign(zone.id);
  signing().add_policy("nsec3", {.denial = api::Denial::nsec3, .publish_cds = false});
  const auto after = signing().sign(zone.id, "nsec3");
  EXPECT_EQ(after.keys.front().key_tag, before.keys.front().key_tag);
  EXPECT_EQ(after.signing->denial, api::Denial::nsec3);
  EXPECT_EQ(dnssec::test::complaints(*reader().signed_zone(zone.id)), "");
  const auto version = reader().head(zone.id).version;
  signing().sign(zone.id, "nsec3");
  EXPECT_EQ(reader().head(zone.id).version, version) << "it was so already";
}

TEST_F(SigningTest, WhatWouldBreakValidationIsRefusedWithItsField) {
  const auto zone = zone_with_records("example.org.");
  EXPECT_NE(signing().refusal(zone.id, "nosuch").find("policy: there is no DNSSEC policy nosuch"), std::string::npos);
  signing().sign(zone.id);
  const auto long_ttl = dns::Ttl::from_wire(4 * 86'400);
  const auto refused = desk().recordsets().create(Desk::scope(), zone.id,
                                                  {.name = dns::Name::from_text("long.example.org.").value(),
                                                   .type = dns::RRType::a,
                                                   .records = {"192.0.2.1"},
                                                   .ttl = long_ttl,
                                                   .description = {}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().errors.front().path, std::vector<std::string>{"ttl"});
  api::ZoneChange change;
  change.ttl = long_ttl;
  EXPECT_FALSE(desk().zones().update(Desk::scope(), zone.id, change).has_value());

  const auto other = desk().create_zone("other.org.");
  ASSERT_TRUE(desk().zones().update(Desk::scope(), other.id, change).has_value()) << "while it is unsigned";
  EXPECT_NE(signing().refusal(other.id).find("policy: signatures would expire too early"), std::string::npos);
  const auto policy = signing().policies().create(
      Desk::scope(), {"short", {.refresh_period = 7 * 86'400, .signature_lifetime = 14 * 86'400}});
  ASSERT_FALSE(policy.has_value());
  EXPECT_EQ(policy.error().errors.front().path, std::vector<std::string>{"signature_lifetime"});
  const auto changed = signing().policies().update(Desk::scope(), "default", {.refresh_period = 86'400});
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().type, api::ProblemType::in_use);
  EXPECT_FALSE(signing().policies().remove(Desk::scope(), "default").has_value());
}

}  // namespace
}  // namespace minidns::storage::postgres
