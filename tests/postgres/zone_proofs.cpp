// What the prober keeps in the database, with the rights that it has there.
#include "storage/postgres/zone_proofs.hpp"

#include "tests/postgres/nameserver_work_fixture.hpp"

namespace minidns::storage::work_test {
namespace {

class ZoneProofsTest : public NameserverWorkTest {
 protected:
  void SetUp() override {
    NameserverWorkTest::SetUp();
    postgres::ConnectionSettings settings;
    settings.conninfo = cluster->conninfo(database_);
    settings.application_name = "test";
    least_.emplace(settings, 2, 5s, [](postgres::Connection& connection) {
      connection.execute_script("set role minidns_pool_manager");
    });
    proofs_.emplace(*least_);
    nameserver_ = add_nameserver(1);
    lease_ = lease(manager(1), *nameserver_);
  }

  static PoolId pool() { return *PoolId::parse(pool_id); }
  static ZoneId zone(int number) { return *ZoneId::parse(id_text(number)); }
  static FaultFound found(ContentFault fault, int number, const std::string& zone_name, int repairs = 0) {
    return {fault, zone(number), name(zone_name), dns::Serial(4'000'000'000), "because", repairs};
  }
  static std::vector<std::string> names(const std::vector<ProvedZone>& zones) {
    std::vector<std::string> texts;
    for (const ProvedZone& zone : zones) texts.push_back(zone.desired.name.to_text());
    return texts;
  }

  std::optional<postgres::ConnectionPool> least_;
  std::optional<postgres::ZoneProofs> proofs_;
  std::optional<NameserverId> nameserver_;
  std::optional<Lease> lease_;
};

using Names = std::vector<std::string>;

TEST_F(ZoneProofsTest, GivesTheLivingZonesOfThePoolPageByPageInCanonicalOrder) {
  commit(1, "b.example.", "create", 1);
  commit(2, "a.example.", "create", 1);
  commit(3, "other.example.", "create", 1, other_pool_id);
  commit(4, "gone.example.", "create", 1);
  commit(4, "gone.example.", "delete", 2);
  commit(5, "z.example.", "create", 1);
  EXPECT_EQ(proofs_->count_zones(pool()), 3U);
  EXPECT_EQ(names(proofs_->read_zones(pool(), std::nullopt, 2)), (Names{"a.example.", "b.example."}));
  EXPECT_EQ(names(proofs_->read_zones(pool(), name("b.example."), 2)), (Names{"z.example."}));
  EXPECT_TRUE(proofs_->read_zones(pool(), name("z.example."), 2).empty());
  const auto seen = proofs_->look_up(pool(), {name("b.example."), name("gone.example."), name("other.example.")});
  ASSERT_EQ(names(seen), (Names{"b.example."}));
  EXPECT_EQ(seen[0].seq, 1);
  EXPECT_EQ(seen[0].desired.zone, zone(1));
  EXPECT_FALSE(seen[0].is_signed);
}

TEST_F(ZoneProofsTest, ReadsItsPagesByTheIndex) {
  for (int i = 1; i <= 300; ++i) commit(i, "z" + std::to_string(i) + ".example.", "create", 1);
  sql("analyze zones");
  const std::string plan =
      sql("explain select id from zones where pool_id = '" + std::string(pool_id) +
          "' and name_key > '\\x01' and type <> 'CATALOG' and deleted_at is null order by name_key limit 5");
  EXPECT_NE(plan.find("Index Scan using zones_pool_name"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("Sort"), std::string::npos) << plan;
}

TEST_F(ZoneProofsTest, KeepsFaultsUntilTheyAreGone) {
  commit(1, "a.example.", "create", 1);
  ProofUpdate update;
  update.found = {found(ContentFault::diverged, 1, "a.example.", 2), found(ContentFault::expiring, 1, "a.example.")};
  ASSERT_TRUE(proofs_->save(*lease_, update));
  const auto kept = proofs_->read_faults(*nameserver_, 10);
  ASSERT_EQ(kept.size(), 2U);
  for (const FaultKept& fault : kept) {
    EXPECT_EQ(fault.zone, zone(1));
    EXPECT_EQ(fault.name, name("a.example."));
    EXPECT_EQ(fault.repairs, fault.fault == ContentFault::diverged ? 2 : 0);
  }
  EXPECT_EQ(sql("select distinct serial from content_faults"), "4000000000");

  // Seen again: the same row, with its age.
  sql("update content_faults set found_at = found_at - interval '1 h', seen_at = seen_at - interval '1 h'");
  ProofUpdate again;
  again.found = {found(ContentFault::diverged, 1, "a.example.", 3)};
  ASSERT_TRUE(proofs_->save(*lease_, again));
  EXPECT_EQ(sql("select repairs, seen_at > now() - interval '1 min', found_at < now() - interval '50 min' "
                "from content_faults where fault = 'diverged'"),
            "3|t|t");

  ProofUpdate gone;
  gone.gone = {{ContentFault::diverged, zone(1)}, {ContentFault::diverged, zone(9)}};
  ASSERT_TRUE(proofs_->save(*lease_, gone));
  EXPECT_EQ(sql("select fault from content_faults"), "expiring");
}

TEST_F(ZoneProofsTest, ForgetsFaultsOfZonesThatAreGone) {
  commit(1, "a.example.", "create", 1);
  commit(2, "gone.example.", "create", 1);
  commit(3, "moved.example.", "create", 1);
  ProofUpdate update;
  update.found = {found(ContentFault::expiring, 1, "a.example."), found(ContentFault::expiring, 2, "gone.example."),
                  found(ContentFault::expiring, 3, "moved.example."),
                  found(ContentFault::expiring, 4, "never.example.")};
  ASSERT_TRUE(proofs_->save(*lease_, update));
  commit(2, "gone.example.", "delete", 2);
  sql("update zones set pool_id = '" + std::string(other_pool_id) + "' where name = 'moved.example.'");
  ASSERT_TRUE(proofs_->forget_deleted(*lease_, pool()));
  EXPECT_EQ(sql("select zone_name from content_faults"), "a.example.");
}

TEST_F(ZoneProofsTest, KnowsHowFarARoundHasComeAndHowOldTheOldestLookIs) {
  ProofRound round = proofs_->read_round(*nameserver_, ProofKind::serials);
  EXPECT_FALSE(round.after);
  EXPECT_FALSE(round.complete_age);
  const auto step = [&](std::optional<dns::Name> after, bool is_complete) {
    ProofUpdate update;
    update.round = RoundStep{ProofKind::serials, std::move(after), is_complete};
    ASSERT_TRUE(proofs_->save(*lease_, update));
  };
  step(name("m.example."), false);
  round = proofs_->read_round(*nameserver_, ProofKind::serials);
  EXPECT_EQ(round.after, name("m.example."));
  EXPECT_FALSE(round.complete_age) << "not all zones were seen yet";
  EXPECT_LT(round.age, 1min);
  sql("update proof_rounds set began_at = now() - interval '1 h'");
  step(std::nullopt, true);
  round = proofs_->read_round(*nameserver_, ProofKind::serials);
  EXPECT_FALSE(round.after);
  ASSERT_TRUE(round.complete_age);
  EXPECT_LT(round.age, 1min) << "the next has begun";
  EXPECT_GE(*round.complete_age, 1h) << "all were seen since that round began";
  step(name("b.example."), false);
  round = proofs_->read_round(*nameserver_, ProofKind::serials);
  EXPECT_GE(*round.complete_age, 1h) << "what comes after b was seen an hour ago";
  EXPECT_FALSE(proofs_->read_round(*nameserver_, ProofKind::contents).after) << "another round";
}

TEST_F(ZoneProofsTest, SavesNothingWithoutTheLease) {
  commit(1, "a.example.", "create", 1);
  sql("update nameserver_progress set lease_until = now() - interval '1 s'");
  const Lease taken = lease(manager(2), *nameserver_);
  ProofUpdate update;
  update.found = {found(ContentFault::diverged, 1, "a.example.")};
  update.round = RoundStep{ProofKind::contents, name("a.example.")};
  EXPECT_FALSE(proofs_->save(*lease_, update));
  EXPECT_FALSE(proofs_->forget_deleted(*lease_, pool()));
  EXPECT_EQ(sql("select count(*) from content_faults"), "0");
  EXPECT_EQ(sql("select count(*) from proof_rounds"), "0");
  EXPECT_TRUE(proofs_->save(taken, update));
}

TEST_F(ZoneProofsTest, FindsDigestsOfItsKeyAndMayNotWriteThem) {
  sql("insert into version_digests values ('" + id_text(1) + "', 3, 1, '\\x01020304', '\\x" + std::string(64, 'a') +
      "', '" + id_text(5) + "', '1.0')");
  const auto digest = proofs_->find_digest(zone(1), dns::Version(3), default_view, {1, 2, 3, 4});
  ASSERT_TRUE(digest);
  EXPECT_EQ((*digest)[0], 0xaa);
  EXPECT_FALSE(proofs_->find_digest(zone(1), dns::Version(3), default_view, {1, 2, 3, 5})) << "another key";
  EXPECT_FALSE(proofs_->find_digest(zone(1), dns::Version(4), default_view, {1, 2, 3, 4})) << "another version";
  EXPECT_THROW((void)least_->acquire()->execute("delete from version_digests"), std::runtime_error);
}

TEST_F(ZoneProofsTest, TellsTheDatabasesTime) {
  const auto difference = proofs_->now() - std::chrono::system_clock::now();
  EXPECT_LT(std::chrono::abs(difference), 1min);
}

}  // namespace
}  // namespace minidns::storage::work_test
