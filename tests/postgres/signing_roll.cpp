// A roll of a ZSK, step by step, with time moved on in the database.
#include "tests/postgres/signing_support.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

namespace minidns::storage::postgres {
namespace {

class SigningRollTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool(1);
    desk_.emplace(conninfo());
    signing_.emplace(*desk_);
    reader_.emplace(conninfo(), signing_->master());
    const auto zone = desk_->create_zone("example.org.");
    zone_ = zone.id;
    (void)desk_->create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"192.0.2.1"});
    first_ = signing_->sign(zone.id);
  }

  Desk& desk() { return *desk_; }
  SigningDesk& signing() { return *signing_; }
  [[nodiscard]] const ZoneId& zone() const { return *zone_; }

  /// The nameserver shows all that is committed.
  void confirm_all() { confirm(1, desk().number()); }
  void let_time_pass(int seconds) const {
    const auto interval = " - " + std::to_string(seconds) + " * interval '1 second'";
    sql("update key_rolls set next_at = next_at" + interval + ", visible_at = visible_at" + interval);
  }
  [[nodiscard]] api::ZoneDnssecView view() { return signing().zones().get(Desk::scope(), zone()).value(); }
  [[nodiscard]] std::string phase() const {
    return sql("select phase || case when visible_at is null then '' else ' seen' end from key_rolls");
  }
  /// Tags of the keys that sign www's A.
  [[nodiscard]] std::vector<std::uint16_t> zsk_tags() {
    std::vector<std::uint16_t> tags;
    for (const auto& key : view().keys) {
      if (key.role == api::KeyRole::zsk) {
        tags.push_back(key.key_tag);
      }
    }
    return tags;
  }
  [[nodiscard]] std::string complaints() { return dnssec::test::complaints(*reader_->signed_zone(zone())); }

  api::ZoneDnssecView first_{.zone = ZoneId(Uuid::version7({}))};

 private:
  std::optional<Desk> desk_;
  std::optional<SigningDesk> signing_;
  std::optional<Reader> reader_;
  std::optional<ZoneId> zone_;
};

TEST_F(SigningRollTest, ANewKeyTakesOverStepByStepAndTheToolsAcceptEach) {
  const auto old_tag = zsk_tags().front();
  const auto begun = signing().zones().roll(Desk::scope(), zone(), api::KeyRole::zsk);
  ASSERT_TRUE(begun.has_value());
  EXPECT_EQ(begun->roll->phase, api::RollPhase::publishing);
  EXPECT_EQ(zsk_tags().size(), 2U);
  EXPECT_EQ(complaints(), "");

  signing().roller().advance_due();
  EXPECT_EQ(phase(), "publishing") << "the nameserver hasn't got it yet";
  confirm_all();
  let_time_pass(61);
  signing().roller().advance_due();
  EXPECT_EQ(phase(), "publishing seen");
  let_time_pass(3599);
  signing().roller().advance_due();
  EXPECT_EQ(phase(), "publishing seen") << "the old DNSKEY set may be cached";
  let_time_pass(2);
  signing().roller().advance_due();
  EXPECT_EQ(phase(), "activating");
  EXPECT_EQ(complaints(), "") << "the old key signs until slots move";

  // As if activated 8 days ago, and refreshed since.
  let_time_pass(8 * 86'400);
  sql("update key_rolls set active_from = active_from - 691200;"
      "update key_set_zsks set active_from = active_from - 691200"
      " where active_from > 0 and key_set_id = (select key_set_id from zones)");
  EXPECT_EQ(complaints(), "") << "the new key has signed everything";
  signing().roller().advance_due();
  EXPECT_EQ(phase(), "draining");
  confirm_all();
  signing().roller().advance_due();
  EXPECT_EQ(phase(), "draining seen");
  EXPECT_EQ(zsk_tags().size(), 2U);
  let_time_pass(3 * 86'400 + 1);
  signing().roller().advance_due();
  EXPECT_EQ(phase(), "");
  ASSERT_EQ(zsk_tags().size(), 1U);
  EXPECT_NE(zsk_tags().front(), old_tag);
  EXPECT_EQ(complaints(), "");
  EXPECT_EQ(sql("select count(*) from zsk_secrets"), "2") << "versions of the history need the old one";
}

TEST_F(SigningRollTest, OneAtATimeAndNothingElseMeanwhile) {
  ASSERT_TRUE(signing().zones().roll(Desk::scope(), zone(), api::KeyRole::zsk).has_value());
  const auto again = signing().zones().roll(Desk::scope(), zone(), api::KeyRole::zsk);
  ASSERT_FALSE(again.has_value());
  EXPECT_NE(again.error().message.find("not before"), std::string::npos) << again.error().message;
  signing().add_policy("nsec3", {.denial = api::Denial::nsec3});
  EXPECT_NE(signing().refusal(zone(), "nsec3").find("runs since"), std::string::npos);
  EXPECT_FALSE(signing().zones().roll(Desk::scope(), zone(), api::KeyRole::ksk).has_value());
  ASSERT_TRUE(signing().zones().unsign(Desk::scope(), zone(), true).has_value());
  EXPECT_EQ(phase(), "") << "it ends with the signing";
}

TEST_F(SigningRollTest, AZoneWithoutAZskHasNothingToRoll) {
  signing().add_policy("csk", {.key_model = api::KeyModel::csk});
  const auto other = desk().create_zone("csk.example.");
  EXPECT_FALSE(signing().zones().roll(Desk::scope(), other.id, api::KeyRole::zsk).has_value()) << "unsigned";
  signing().sign(other.id, "csk");
  const auto refused = signing().zones().roll(Desk::scope(), other.id, api::KeyRole::zsk);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("no ZSK"), std::string::npos);
}

TEST_F(SigningRollTest, AKeyThatIsOlderThanItsPolicyWantsIsRolled) {
  signing().roller().begin_overdue();
  EXPECT_EQ(phase(), "") << "no lifetime";
  ASSERT_TRUE(signing().policies().update(Desk::scope(), "default",
                                          {.zsk_lifetime = api::Change<std::int64_t>::set(90 * 86'400)}));
  signing().roller().begin_overdue();
  EXPECT_EQ(phase(), "") << "too young";
  sql("update dnssec_keys set active_at = now() - interval '91 days'");
  signing().roller().begin_overdue();
  signing().roller().begin_overdue();
  EXPECT_EQ(phase(), "publishing");
  EXPECT_EQ(zsk_tags().size(), 2U);
}

}  // namespace
}  // namespace minidns::storage::postgres
