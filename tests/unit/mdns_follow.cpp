#include "base/secret_box.hpp"
#include "mdns/follow/follower.hpp"
#include "mdns/follow/update_queue.hpp"
#include "mdns/settings.hpp"
#include "storage/hints.hpp"
#include "storage/instances.hpp"
#include "storage/postgres/errors.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <fcntl.h>
#include <thread>

namespace minidns::mdns::test {
namespace {

using namespace std::chrono_literals;

TEST(Hints, RoundTripAndLeaveOutWhatIsNotOfTheForm) {
  std::vector<storage::VersionAnnouncement> all;
  for (int n = 0; n < 500; ++n) {
    all.push_back({InstanceId(uuid(1)), ZoneId(uuid(static_cast<std::uint8_t>(n))), dns::Version(n + 1)});
  }
  std::size_t count = 0;
  for (const auto& payload : storage::to_payloads(all)) {
    EXPECT_LE(payload.size(), static_cast<std::size_t>(storage::payload_size_octets_max));
    count += storage::parse_announcements(payload).size();
  }
  EXPECT_EQ(count, all.size());
  const std::string zone = uuid(1).to_string();
  EXPECT_EQ(
      storage::parse_version_hints(zone + " 1\nnonsense\n" + zone + " 0\n" + zone + " 2 3\n" + zone + " 4").size(), 2U);
  EXPECT_EQ(storage::parse_renotify_requests(zone + " " + zone).size(), 1U);
  EXPECT_TRUE(storage::parse_version_hints("").empty());
}

/// A feed in memory.
class FakeFeed final : public storage::FeedReader {
 public:
  storage::FeedBatch read_after(std::int64_t seq, std::size_t count_max) override {
    const std::lock_guard lock(mutex_);
    if (unavailable_) throw storage::postgres::Unavailable("told so");
    ++reads_;
    storage::FeedBatch batch{head_, {}};
    for (const auto& change : changes_) {
      if (change.seq > seq && batch.changes.size() < count_max) batch.changes.push_back(change);
    }
    return batch;
  }
  std::vector<storage::Hint> wait_hints(std::chrono::milliseconds timeout) override {
    std::unique_lock lock(mutex_);
    hinted_.wait_for(lock, timeout, [&] { return !hints_.empty() || unavailable_; });
    if (unavailable_) throw storage::postgres::Unavailable("told so");
    return std::exchange(hints_, {});
  }

  void add(std::uint8_t zone, std::int64_t version) {
    const std::lock_guard lock(mutex_);
    ++head_.seq;
    changes_.push_back({head_.seq, storage::FeedChange::Kind::zone,
                        storage::FeedChange::ZoneVersion{ZoneId(uuid(zone)), dns::Version(version)}});
  }
  void hint(std::string channel, std::string payload) {
    const std::lock_guard lock(mutex_);
    hints_.push_back({std::move(channel), std::move(payload)});
    hinted_.notify_all();
  }
  void set_head(storage::FeedPosition head) {
    const std::lock_guard lock(mutex_);
    head_ = head;
  }
  [[nodiscard]] storage::FeedPosition head() {
    const std::lock_guard lock(mutex_);
    return head_;
  }
  void set_unavailable(bool unavailable) {
    const std::lock_guard lock(mutex_);
    unavailable_ = unavailable;
    hinted_.notify_all();
  }
  [[nodiscard]] int reads() {
    const std::lock_guard lock(mutex_);
    return reads_;
  }

 private:
  std::mutex mutex_;  // guards all
  std::condition_variable hinted_;
  storage::FeedPosition head_{0, 1, 0};
  std::vector<storage::FeedChange> changes_;
  std::vector<storage::Hint> hints_;
  bool unavailable_ = false;
  int reads_ = 0;
};

class NoPeers final : public storage::TransferPeersReader {
 public:
  storage::TransferPeers read() override { return {}; }
};

/// Remembers what was reported; may be made to fail.
class FakeReports final : public storage::RecoveryReports {
 public:
  void report(const std::vector<storage::LostVersion>& versions,
              const std::optional<std::int64_t>& set_back_epoch) override {
    const std::lock_guard lock(mutex_);
    if (failures_ > 0) {
      --failures_;
      throw storage::postgres::Unavailable("told so");
    }
    versions_ = versions;
    set_back_epoch_ = set_back_epoch;
    ++count_;
  }
  void fail(int times) {
    const std::lock_guard lock(mutex_);
    failures_ = times;
  }
  [[nodiscard]] int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  [[nodiscard]] std::vector<storage::LostVersion> versions() {
    const std::lock_guard lock(mutex_);
    return versions_;
  }
  [[nodiscard]] std::optional<std::int64_t> set_back_epoch() {
    const std::lock_guard lock(mutex_);
    return set_back_epoch_;
  }

 private:
  std::mutex mutex_;  // guards all
  std::vector<storage::LostVersion> versions_;
  std::optional<std::int64_t> set_back_epoch_;
  int failures_ = 0;
  int count_ = 0;
};

/// A follower on real threads, with a database in memory.
class Following : public testing::Test {
 protected:
  void start() {
    content_.set_position([this] { return feed_.head(); });
    follower_ = std::make_unique<Follower>(FollowerContext{{feed_, content_, peers_reader_},
                                                           replicas_,
                                                           recovery_,
                                                           box_,
                                                           index_,
                                                           cache_,
                                                           loader_,
                                                           *workers_,
                                                           updates_,
                                                           peers_,
                                                           coordinator_,
                                                           sender_,
                                                           state_,
                                                           clock_,
                                                           follow_metrics_,
                                                           log_,
                                                           [](const std::string&) {}});
    thread_ = std::thread([this] { follower_->run(); });
  }
  ~Following() override {
    if (follower_) {
      follower_->stop();
      thread_.join();
    }
    workers_.reset();
  }
  void put(std::uint8_t id, std::int64_t version) {
    const std::string zone = "z" + std::to_string(id) + ".example.";
    content_.put(head(id, zone, version, static_cast<std::uint32_t>(version)), {ns_rrset(zone)});
  }
  [[nodiscard]] static bool eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }
  [[nodiscard]] bool has(std::uint8_t id, std::int64_t version) const {
    return index_.has(ZoneId(uuid(id)), dns::Version(version));
  }

  SystemClock clock_;
  Logger log_{"test", LogLevel::error, ::open("/dev/null", O_WRONLY)};
  Metrics metrics_;
  FollowMetrics follow_metrics_ = make_follow_metrics(metrics_);
  FakeFeed feed_;
  FakeContent content_;
  NoPeers peers_reader_;
  FakeReports recovery_;
  std::vector<FollowedDatabase> replicas_;
  SecretBox box_ = *SecretBox::create(Secret(Bytes(32)));
  ZoneIndex index_;
  SnapshotCache cache_{SnapshotCache::Limits{}};
  PublishedPeers peers_{std::make_shared<const Peers>()};
  boost::asio::io_context io_;
  NotifySender sender_{io_, NotifyLimits{}, peers_, clock_, log_, make_notify_metrics(metrics_)};
  NotifyCoordinator coordinator_{io_, InstanceId(uuid(9)), Election::Limits{}, sender_, index_, clock_};
  dnssec::SealedKeyOpener keys_{box_};
  ContentSigner signer_{keys_};
  ZoneLoader loader_{content_, cache_, index_, log_, make_loader_metrics(metrics_), signer_};
  ZoneUpdater updater_{loader_, index_, log_, [this](const PoolId& pool) { return peers_.get()->views_of(pool); },
                       [this](const ZonePointer& zone) { coordinator_.ready(zone); }};
  DatabaseState state_{clock_};
  std::unique_ptr<WorkerPool> workers_ = std::make_unique<WorkerPool>("test", 2, 1000);
  UpdateQueue updates_{updater_, index_, *workers_, clock_};
  std::unique_ptr<Follower> follower_;
  std::thread thread_;
};

TEST_F(Following, LoadsTheIndexActsOnHintsAndReadsTheFeed) {
  put(1, 1);
  start();
  ASSERT_TRUE(eventually([&] { return has(1, 1) && state_.loaded.load(); }));
  put(1, 2);
  feed_.hint(storage::channel_versions, uuid(1).to_string() + " 2");
  EXPECT_TRUE(eventually([&] { return has(1, 2); }));
  put(2, 1);
  feed_.add(2, 1);
  EXPECT_TRUE(eventually([&] { return has(2, 1) && state_.applied_seq.load() == 1; })) << "without a hint";
  content_.remove(ZoneId(uuid(2)));
  feed_.add(2, 2);
  EXPECT_TRUE(eventually([&] { return !index_.find(ZoneId(uuid(2))); }));
}

TEST_F(Following, ComparesAllWhenTheFeedWasPrunedOrSetBack) {
  put(1, 1);
  start();
  ASSERT_TRUE(eventually([&] { return has(1, 1); }));
  put(1, 5);
  put(2, 1);
  feed_.set_head({100, 1, 90});
  EXPECT_TRUE(eventually([&] { return has(1, 5) && has(2, 1); })) << "pruned";
  put(3, 1);
  feed_.set_head({3, 2, 0});
  EXPECT_TRUE(eventually([&] { return has(3, 1); })) << "a new epoch";
}

TEST_F(Following, ReportsWhatTheDatabaseLacksAfterANewEpochUntilItIsWritten) {
  put(1, 7);
  put(2, 3);
  feed_.set_head({10, 1, 0});
  start();
  ASSERT_TRUE(eventually([&] { return has(1, 7) && has(2, 3); }));
  content_.remove(ZoneId(uuid(1)));
  put(1, 5);
  content_.remove(ZoneId(uuid(2)));
  content_.set_deleted({});
  recovery_.fail(1);
  feed_.set_head({8, 2, 0});
  ASSERT_TRUE(eventually([&] { return recovery_.count() >= 1; }));
  const auto lost = recovery_.versions();
  ASSERT_EQ(lost.size(), 2U);
  const auto behind = lost[0].zone == ZoneId(uuid(1)) ? lost[0] : lost[1];
  EXPECT_EQ(behind.version, dns::Version(7));
  EXPECT_EQ(behind.serial, dns::Serial(7));
  EXPECT_FALSE(recovery_.set_back_epoch()) << "the database says itself that it is another";
  EXPECT_TRUE(has(1, 7) && has(2, 3)) << "both are served on";
  put(1, 8);
  feed_.add(1, 8);
  EXPECT_TRUE(eventually([&] { return has(1, 8); }));
}

TEST_F(Following, SaysThatTheFeedWasSetBackWithinAnEpoch) {
  put(1, 7);
  feed_.set_head({10, 1, 0});
  start();
  ASSERT_TRUE(eventually([&] { return has(1, 7); }));
  content_.remove(ZoneId(uuid(1)));
  put(1, 5);
  feed_.set_head({8, 1, 0});
  ASSERT_TRUE(eventually([&] { return recovery_.count() >= 1; }));
  EXPECT_EQ(recovery_.set_back_epoch(), 1);
}

TEST_F(Following, BelievesNothingOfAnOlderEpoch) {
  feed_.set_head({5, 7, 0});
  put(1, 1);
  start();
  ASSERT_TRUE(eventually([&] { return state_.loaded.load() && has(1, 1); }));
  feed_.set_head({9, 8, 0});
  ASSERT_TRUE(eventually([&] { return feed_.reads() > 1 && !state_.down_for(); }));
  ASSERT_TRUE(eventually([&, reads = feed_.reads()] { return feed_.reads() > reads + 1; }));
  put(1, 2);
  feed_.set_head({10, 6, 0});
  feed_.add(1, 2);
  EXPECT_TRUE(eventually([&] { return state_.down_for().has_value(); }));
  EXPECT_FALSE(has(1, 2));
}

TEST_F(Following, GoesOnWhenTheDatabaseComesBack) {
  feed_.set_unavailable(true);
  content_.set_unavailable(true);
  put(1, 1);
  start();
  EXPECT_FALSE(state_.loaded.load());
  feed_.set_unavailable(false);
  ASSERT_TRUE(eventually([&] { return has(1, 1) && !state_.down_for(); }));
  feed_.add(1, 2);
  put(1, 2);
  ASSERT_TRUE(eventually([&] { return updates_.size() == 1; })) << "content is still away";
  EXPECT_LT(state_.applied_seq.load(), 1) << "the position doesn't skip it";
  content_.set_unavailable(false);
  EXPECT_TRUE(eventually([&] { return has(1, 2) && state_.applied_seq.load() == 1; }));
}

TEST_F(Following, WaitsForNoVersionThatWasLost) {
  put(1, 5);
  feed_.set_head({10, 1, 0});
  start();
  ASSERT_TRUE(eventually([&] { return has(1, 5) && !state_.down_for(); }));
  feed_.add(1, 9);
  ASSERT_TRUE(eventually([&] { return updates_.size() == 1; })) << "nobody has that version yet";
  put(1, 6);
  feed_.set_head({8, 2, 0});
  EXPECT_TRUE(eventually([&] { return has(1, 6) && updates_.size() == 0 && state_.applied_seq.load() == 8; }));
}

TEST_F(Following, AsksReplicasWhileThePrimaryIsAway) {
  FakeFeed replica_feed;
  FakeContent replica_content;
  replica_content.set_position([&] { return replica_feed.head(); });
  replicas_.push_back({replica_feed, replica_content, peers_reader_});
  feed_.set_unavailable(true);
  replica_content.put(head(1, "z1.example.", 1, 1), {ns_rrset("z1.example.")});
  put(1, 1);
  start();
  ASSERT_TRUE(eventually([&] { return has(1, 1) && state_.is_by_replica() && !state_.down_for(); }));
  put(1, 2);
  replica_feed.add(1, 2);
  EXPECT_TRUE(eventually([&] { return has(1, 2); })) << "by polling";
  for (int i = 0; i < 5; ++i) {
    feed_.add(1, 2);
  }
  feed_.set_unavailable(false);
  EXPECT_TRUE(eventually([&] { return !state_.is_by_replica() && state_.applied_seq.load() == 5; }));
  feed_.set_unavailable(true);
  EXPECT_TRUE(eventually([&] { return state_.is_by_replica(); }));
  EXPECT_EQ(state_.applied_seq.load(), 5) << "the replica is behind, and nothing is undone";
  follower_->stop();
  thread_.join();
  follower_.reset();
}

TEST(MdnsSettings, ReadsAllAndRefusesWhatItDoesNotKnow) {
  const std::string base =
      "ops: {port: 9000}\nmaster_key_file: /k\ndatabase: {conninfo: dbname=x}\n"
      "listen: [{address: 127.0.0.1, port: 5300}, {address: '::1', port: 5300}]\n"
      "replicas: {conninfo: [host=r1, host=r2], wait: 50ms}\n";
  const auto settings = read_settings(ConfigMap::parse(
      base + "unsigned_queries: {allow: [10.0.0.0/8]}\nsnapshots: {octets_max: 64MiB}\nnsid: one\n", "test"));
  EXPECT_EQ(settings.listen.size(), 2U);
  EXPECT_EQ(settings.replicas.conninfo, (std::vector<std::string>{"host=r1", "host=r2"}));
  EXPECT_EQ(settings.advertised_address, "127.0.0.1:5300");
  EXPECT_EQ(settings.snapshots.octets_max, 64U << 20U);
  EXPECT_TRUE(settings.runtime.access.unsigned_allowed.contains(boost::asio::ip::make_address("10.1.1.1")));
  EXPECT_THROW((void)read_settings(ConfigMap::parse(base + "surprise: 1\n", "test")), ConfigError);
  EXPECT_THROW((void)read_settings(ConfigMap::parse(base + "unsigned_queries: {allow: [x]}\n", "test")), ConfigError);
  EXPECT_THROW((void)read_settings(ConfigMap::parse(base + "tcp: {idle_limit: 11s}\n", "test")), ConfigError);
}

TEST(MdnsSettings, TlsNeedsItsFilesAndSaysWhoseCertificatesOpenWhat) {
  const std::string base =
      "ops: {port: 9000}\nmaster_key_file: /k\ndatabase: {conninfo: dbname=x}\n"
      "listen: [{address: 127.0.0.1, port: 5300}]\n";
  const auto read = [&](const std::string& more) { return read_settings(ConfigMap::parse(base + more, "test")); };
  const std::string pool = uuid(3).to_string();
  const auto settings = read(
      "transfers: {tls_only: true}\ntls: {listen: [{address: 127.0.0.1}], certificate: c, key: k, client_ca: a,"
      " clients: [{name: NS1.Example., pools: [" +
      pool + "]}]}\n");
  EXPECT_EQ(settings.listen_tls.at(0).port, 853);
  EXPECT_TRUE(settings.runtime.access.transfers_over_tls_only);
  EXPECT_TRUE(settings.runtime.access.pools_of_certificate.at("ns1.example").contains(PoolId(uuid(3))));
  EXPECT_THROW((void)read("transfers: {tls_only: true}\n"), ConfigError) << "nowhere to transfer from";
  EXPECT_THROW((void)read("tls: {listen: [{address: 127.0.0.1}]}\n"), ConfigError) << "no certificate";
  EXPECT_THROW((void)read("tls: {certificate: c, key: k, clients: [{name: x.test, pools: []}]}\n"), ConfigError)
      << "nobody to verify clients by";
}

TEST(MdnsSettings, WhatChangedIsNamedUnlessItIsTakenOver) {
  const ConfigValues at_start{{"io_threads", "2"}, {"tcp.idle_limit", "10s"}, {"listen[0].port", "53"}, {"nsid", "a"}};
  const ConfigValues now{{"io_threads", "2"},    {"tcp.idle_limit", "5s"},     {"listen[0].port", "54"},
                         {"log.level", "debug"}, {"tls.clients[0].name", "x"}, {"tls.listen[0].port", "1"}};
  EXPECT_EQ(changed_but_fixed(at_start, now),
            (std::vector<std::string>{"listen[0].port", "nsid", "tls.listen[0].port"}));
}

}  // namespace
}  // namespace minidns::mdns::test
