// The scheduler of refresh versions.
#include "central/refresh_worker.hpp"
#include "central/signing_rules.hpp"
#include "tests/harness/wait.hpp"
#include "tests/postgres/signing_support.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;

class SigningRefreshTest : public SigningStorageTest {
 protected:
  void TearDown() override { ::close(log_fd_); }

  ZoneId signed_zone(const std::string& name, const std::string& policy = "default") {
    const auto zone = desk().create_zone(name);
    (void)desk().create_recordset(zone.id, "www." + name, dns::RRType::a, {"192.0.2.1"});
    signing().sign(zone.id, policy);
    return zone.id;
  }
  /// As if signed 8 days ago: every slot has moved since.
  void let_become_due() const {
    sql("update zones set signing_time = signing_time - 691200, refresh_due = now() - interval '1 day'"
        " where key_set_id is not null");
  }
  [[nodiscard]] std::string refresh_versions() const {
    return sql("select count(*) || ' of ' || count(distinct zone_id) from versions where author = 'refresh'");
  }

  int log_fd_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  Logger log_{"test", LogLevel::debug, log_fd_};
};

TEST_F(SigningRefreshTest, NothingIsDueJustAfterSigning) {
  signed_zone("example.org.");
  EXPECT_EQ(signing().refresh().take(10), nullptr);
  EXPECT_EQ(signing().refresh().count(1s).due, 0);
  const auto expiry = signing().refresh().earliest_expiry();
  EXPECT_EQ(std::to_string(expiry.value()), sql("select signing_time + 14 * 86400 from zones"));
}

TEST_F(SigningRefreshTest, SeveralCentralsRefreshEachZoneOnce) {
  constexpr int zones = 60;
  for (int n = 0; n < zones; ++n) {
    signed_zone("z" + std::to_string(n) + ".example.");
  }
  let_become_due();
  EXPECT_EQ(signing().refresh().count(1s).late, zones);
  {
    std::vector<std::jthread> threads;
    for (int n = 0; n < 4; ++n) {
      threads.emplace_back([&] {
        Desk desk(conninfo(), 1);
        SigningDesk own(desk);
        while (const auto batch = own.refresh().take(7)) {
          std::vector<RefreshBatch::Refreshed> versions;
          std::vector<NewApexSignature> signatures;
          for (const auto& zone : batch->zones()) {
            auto refresh = central::refresh_of(zone, batch->current_epoch(), batch->now(), own.vault()).value();
            versions.push_back(refresh.version);
            std::ranges::move(refresh.signatures, std::back_inserter(signatures));
          }
          batch->commit(versions, signatures, 1s);
        }
      });
    }
  }
  EXPECT_EQ(refresh_versions(), "60 of 60");
  desk().number();
  expect_sound_feed(cluster(), database());
  EXPECT_EQ(signing().refresh().take(10), nullptr);
}

TEST_F(SigningRefreshTest, TheWorkerMakesVersionsThatTheToolsAcceptAndAnnouncesThem) {
  signing().add_policy("csk", {.algorithm = dnssec::Algorithm::ed25519, .key_model = api::KeyModel::csk});
  const auto zone = signed_zone("example.org.");
  const auto csk_zone = signed_zone("csk.example.", "csk");
  let_become_due();
  sql("delete from apex_signatures");
  const auto before = desk().announcer().versions().size();
  {
    Metrics metrics;
    const central::RefreshWorker worker(signing().refresh(), signing().vault(), desk().announcer(), log_, metrics);
    ASSERT_TRUE(harness::eventually([&] { return desk().announcer().versions().size() == before + 2; }));
  }
  Reader reader(conninfo(), signing().master());
  for (const auto& id : {zone, csk_zone}) {
    const auto head = reader.head(id);
    EXPECT_EQ(std::to_string(head.signing->stamp.signing_time),
              sql("select extract(epoch from date_trunc('second', created_at))::bigint from versions where author ="
                  " 'refresh' and zone_id = '" +
                  id.to_string() + "'"));
    const auto roles = id == csk_zone ? dnssec::test::KeyRoles::one_for_all : dnssec::test::KeyRoles::split;
    EXPECT_EQ(dnssec::test::complaints(*reader.signed_zone(id), roles), "");
  }
  EXPECT_EQ(sql("select count(distinct inception) >= 3 from apex_signatures where type = 48"), "t")
      << "of the present slot and the two after it";
}

TEST_F(SigningRefreshTest, WithoutTheKeyThatSealsKsksAZoneGoesOnWhileSignaturesLast) {
  signed_zone("example.org.");
  sql("update zones set refresh_due = now() - interval '1 second'");
  central::SealedKeyVault blind(signing().master(), nullptr);
  {
    const auto batch = signing().refresh().take(10);
    ASSERT_NE(batch, nullptr);
    const auto& zone = batch->zones().front();
    const auto soon =
        central::refresh_of(zone, batch->current_epoch(), batch->now() + std::chrono::hours(24 * 14), blind);
    ASSERT_TRUE(soon.has_value()) << "two slots ahead";
    EXPECT_TRUE(soon->warning.has_value());
    const auto late =
        central::refresh_of(zone, batch->current_epoch(), batch->now() + std::chrono::hours(24 * 21), blind);
    EXPECT_FALSE(late.has_value());
    batch->commit({}, {}, 600s);
  }
  EXPECT_EQ(signing().refresh().take(10), nullptr) << "put off";
  EXPECT_EQ(refresh_versions(), "0 of 0");
}

TEST_F(SigningRefreshTest, AClockThatLeaptNeedsAPersonsWord) {
  const auto zone = desk().create_zone("example.org.");
  EXPECT_TRUE(signing().refresh().observe_clock(central::clock_leap_max).accepted) << "nothing was seen before";
  sql("update signing_clock set seen_at = now() - interval '49 hours'");
  EXPECT_FALSE(signing().refresh().observe_clock(central::clock_leap_max).accepted);
  EXPECT_NE(signing().refusal(zone.id).find("clock"), std::string::npos);
  signing().refresh().accept_clock();
  EXPECT_TRUE(signing().refresh().observe_clock(central::clock_leap_max).accepted);
  sql("update signing_clock set seen_at = now() + interval '10 days'");
  EXPECT_TRUE(signing().refresh().observe_clock(central::clock_leap_max).accepted) << "T may go back, as a repair";
}

TEST_F(SigningRefreshTest, ADeletedZoneIsNotRefreshed) {
  const auto zone = signed_zone("example.org.");
  ASSERT_TRUE(desk().zones().remove(Desk::scope(), zone));
  let_become_due();
  EXPECT_EQ(signing().refresh().take(10), nullptr);
  EXPECT_EQ(signing().refresh().count(1s).due, 0);
}

}  // namespace
}  // namespace minidns::storage::postgres
