// Data keys in the database: who may read them, who makes them, and what a change of the master key leaves as it was.
#include "storage/postgres/data_keys.hpp"

#include "base/envelope.hpp"
#include "central/master_key_change.hpp"
#include "central/secrets.hpp"
#include "storage/postgres/transfer_peers.hpp"
#include "tests/postgres/signing_support.hpp"

#include <array>
#include <atomic>
#include <map>
#include <optional>
#include <thread>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;
using central::BothMasterKeys;
using central::NextMasterKeys;

SecretBox box(std::uint8_t octet) {
  return *SecretBox::create(Secret(Bytes(32, octet)));
}

MasterKeys masters(std::vector<std::uint8_t> octets) {
  std::vector<SecretBox> boxes;
  for (const std::uint8_t octet : octets) boxes.push_back(box(octet));
  return *MasterKeys::create(std::move(boxes));
}

Secret secret(std::string_view text) {
  return Secret(Bytes(as_bytes(text).begin(), as_bytes(text).end()));
}

std::string hex(const Bytes& octets) {
  return "'\\x" + to_hex(octets) + "'";
}

/// central, with its rights.
struct Central {
  Central(const std::string& conninfo, const BothMasterKeys& keys)
      : pool({.conninfo = conninfo, .application_name = "test"}, 2, 10s,
             [](Connection& connection) { connection.execute_script("set role minidns_central"); }),
        data_keys(pool),
        values(pool),
        secrets(keys.shared, keys.ksk, data_keys, clock) {}

  SystemClock clock;
  ConnectionPool pool;
  PostgresDataKeys data_keys;
  PostgresOldSealedValues values;
  central::Secrets secrets;
};

/// What mdns reads, with its rights.
struct Mdns {
  Mdns(const std::string& conninfo, MasterKeys keys)
      : pool(std::make_shared<ConnectionPool>(
            ConnectionSettings{.conninfo = conninfo, .application_name = "test"}, 2, 10s,
            [](Connection& connection) { connection.execute_script("set role minidns_mdns"); })),
        source(*pool),
        peers(pool),
        store(std::move(keys), source, DataKeyPurpose::seal, clock) {}

  SystemClock clock;
  std::shared_ptr<ConnectionPool> pool;
  PostgresDataKeySource source;
  PostgresTransferPeers peers;
  Envelope store;
};

class DataKeysTest : public SigningStorageTest {
 protected:
  // What SigningDesk seals with.
  static constexpr std::uint8_t shared = 7;
  static constexpr std::uint8_t ksk = 9;

  DataKeysTest() : SigningStorageTest(2) {}

  [[nodiscard]] std::unique_ptr<Central> central(std::vector<std::uint8_t> shared_keys,
                                                 std::vector<std::uint8_t> ksk_keys) const {
    return std::make_unique<Central>(conninfo(),
                                     BothMasterKeys{masters(std::move(shared_keys)), masters(std::move(ksk_keys))});
  }
  /// `central master-key rewrap`.
  central::MasterKeyChange change(Central& central, const BothMasterKeys& present, const NextMasterKeys& next) const {
    return change_master_keys(central.data_keys, central.values, central.secrets, present, next);
  }
  [[nodiscard]] std::string refused_as(const std::string& role, const std::string& statement) const {
    try {
      (void)sql("set role " + role + "; " + statement);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
  [[nodiscard]] std::string data_keys() const {
    return sql("select count(*) from data_keys union all select count(*) from ksk_data_keys");
  }
  [[nodiscard]] std::string all_wrapped() const {
    return sql(
        "select string_agg(wrapped::text, ',' order by id) from (select id, wrapped from data_keys union all"
        " select id, wrapped from ksk_data_keys) k");
  }

  /// One value of each table, as a release before data keys sealed it: by context.
  std::map<std::string, std::string> seal_as_before() {
    const std::string tsig = "00000000-0000-7000-8000-0000000000b1";
    const std::string pool = "00000000-0000-7000-8000-0000000000aa";
    sql("insert into tsig_keys (id, name, name_key, algorithm, secret_sealed, scope, resource_id) values ('" + tsig +
        "', 'k.', '\\x6b00', 'hmac-sha256', " + hex(box(shared).seal(secret("tsig"), "tsig-key:" + tsig)) +
        ", 'POOL', '" + pool + "')");
    const std::string nameserver = sql("select id from nameservers order by id limit 1");
    sql("update nameservers set secret_sealed = " +
        hex(box(shared).seal(secret("credential"), "nameserver:" + nameserver)) + " where id = '" + nameserver + "'");
    const auto zone = desk().create_zone("in.example.").id.to_string();
    sql("insert into inbound_zones (zone_id, key_name, key_algorithm, key_secret_sealed) values ('" + zone +
        "', 'p.', 'hmac-sha256', " + hex(box(shared).seal(secret("inbound"), "inbound-key:" + zone)) + ")");
    signing().sign(desk().create_zone("signed.example.").id, "default");
    return {{"tsig-key:" + tsig, "tsig_keys"},
            {"nameserver:" + nameserver, "nameservers"},
            {"inbound-key:" + zone, "inbound_zones"},
            {"dnssec-key:" + sql("select key_id from zsk_secrets"), "zsk_secrets"},
            {"dnssec-key:" + sql("select key_id from ksk_secrets"), "ksk_secrets"}};
  }
  [[nodiscard]] Bytes sealed_in(const std::string& table) const {
    const std::string column = table == "inbound_zones"                           ? "key_secret_sealed"
                               : table == "zsk_secrets" || table == "ksk_secrets" ? "sealed"
                                                                                  : "secret_sealed";
    return *from_hex(sql("select encode(" + column + ", 'hex') from " + table + " where " + column + " is not null"));
  }
};

TEST_F(DataKeysTest, OnlyCentralReadsThoseOfKsksAndOnlyItWrites) {
  central({shared}, {ksk})->secrets.check();
  for (const auto* role : {"minidns_mdns", "minidns_pool_manager"}) {
    EXPECT_EQ(refused_as(role, "select wrapped from data_keys"), "") << role;
    for (const auto* statement :
         {"select wrapped from ksk_data_keys", "select id from ksk_data_keys", "select sealed from ksk_secrets",
          "update ksk_data_keys set wrapped = ''", "update data_keys set wrapped = ''", "delete from data_keys",
          "insert into data_keys (id, purpose, wrapped) values (gen_random_uuid(), 'seal', '')"}) {
      EXPECT_NE(refused_as(role, statement).find("permission denied"), std::string::npos) << role << ": " << statement;
    }
  }
  EXPECT_EQ(refused_as("minidns_central", "select wrapped from ksk_data_keys"), "");
  for (const auto* table : {"data_keys", "ksk_data_keys"}) {
    EXPECT_NE(refused_as("minidns_central", std::string("delete from ") + table).find("permission denied"),
              std::string::npos)
        << "whoever deletes one loses all that is sealed with it";
    EXPECT_NE(refused_as("minidns_central", std::string("update ") + table + " set id = gen_random_uuid()")
                  .find("permission denied"),
              std::string::npos);
  }
}

TEST_F(DataKeysTest, AreMadeOnceHoweverManyCentralsStart) {
  std::vector<std::unique_ptr<Central>> centrals;
  for (int i = 0; i < 4; ++i) centrals.push_back(central({shared}, {ksk}));
  std::vector<std::thread> threads;
  for (auto& each : centrals) threads.emplace_back([&each] { each->secrets.check(); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(data_keys(), "2\n1");
  const Bytes sealed = centrals[0]->secrets.shared().seal(secret("s"), "c");
  for (auto& each : centrals) {
    EXPECT_TRUE(each->secrets.shared().open(sealed, "c")->equals(secret("s")));
    EXPECT_TRUE(each->secrets.shared().derive("p")->equals(*centrals[0]->secrets.shared().derive("p")));
  }
  EXPECT_EQ(sql("select count(*) > 0 from events where kind = 'key'"), "t") << "mdns learns of them by the feed";
}

TEST_F(DataKeysTest, ComeToMdnsWithTheKeysThatTheySeal) {
  const auto first = central({shared}, {ksk});
  const std::string id = "00000000-0000-7000-8000-0000000000b2";
  const Bytes sealed = first->secrets.shared().seal(secret("tsig"), "tsig-key:" + id);
  sql("insert into tsig_keys (id, name, name_key, algorithm, secret_sealed, scope, resource_id) values ('" + id +
      "', 'k.', '\\x6b00', 'hmac-sha256', " + hex(sealed) + ", 'POOL', '00000000-0000-7000-8000-0000000000aa')");
  const auto stored = Mdns(conninfo(), masters({shared})).peers.read();
  EXPECT_EQ(stored.data_keys.size(), 2U);

  // A restart without the database, from the local store.
  class Away final : public DataKeySource {
    [[nodiscard]] std::vector<WrappedDataKey> read() override { throw Unavailable("told so"); }
  } away;
  const SystemClock clock;
  const Envelope restarted(masters({shared}), away, DataKeyPurpose::seal, clock);
  restarted.learn(stored.data_keys);
  EXPECT_TRUE(restarted.open(stored.keys.at(0).secret_sealed, "tsig-key:" + id)->equals(secret("tsig")));
  EXPECT_TRUE(restarted.derive("p")->equals(*first->secrets.shared().derive("p")));
}

TEST_F(DataKeysTest, TheMasterKeysChangeWhileProgramsRun) {
  const auto values = seal_as_before();
  const auto running = central({shared}, {ksk});
  const Mdns mdns(conninfo(), masters({shared}));
  const Bytes before = running->secrets.shared().seal(secret("before"), "c");
  const Secret digest_key = *mdns.store.derive("digest");
  EXPECT_TRUE(mdns.store.open(before, "c"));

  const auto operators = central({shared}, {ksk});
  const BothMasterKeys present{masters({shared}), masters({ksk})};
  const auto done = change(*operators, present, {box(8), box(10)});
  EXPECT_EQ(done.data_keys, 3U);
  EXPECT_EQ(done.sealed_anew, 5U);
  EXPECT_EQ(done.not_openable, 0U);

  EXPECT_TRUE(mdns.store.open(before, "c")) << "mdns that has the old master key goes on";
  EXPECT_TRUE(mdns.store.derive("digest")->equals(digest_key));
  const Bytes after = running->secrets.shared().seal(secret("after"), "c");
  EXPECT_TRUE(mdns.store.open(after, "c")) << "also with what is sealed from now on";

  const auto restarted = central({8}, {10});
  restarted->secrets.check();
  const Mdns next(conninfo(), masters({8}));
  EXPECT_TRUE(next.store.open(before, "c")->equals(secret("before")));
  EXPECT_TRUE(next.store.open(after, "c")->equals(secret("after")));
  EXPECT_TRUE(next.store.derive("digest")->equals(digest_key)) << "all instances agree on it";
  for (const auto& [context, table] : values) {
    const Bytes sealed = sealed_in(table);
    EXPECT_EQ(sealed.at(0), Envelope::version) << table;
    const SecretStore& store = table == "ksk_secrets" ? *restarted->secrets.ksks() : restarted->secrets.shared();
    EXPECT_TRUE(store.open(sealed, context)) << table;
    EXPECT_FALSE(next.store.open(sealed, context + "0")) << table;
    EXPECT_EQ(next.store.open(sealed, context).has_value(), table != "ksk_secrets") << table;
  }
  EXPECT_THROW(central({shared}, {10})->secrets.check(), std::runtime_error) << "the old one alone opens nothing";
  EXPECT_THROW(central({8}, {ksk})->secrets.check(), std::runtime_error);
  EXPECT_EQ(change(*central({8}, {10}), {masters({8}), masters({10})}, {box(11), {}}).sealed_anew, 0U);
  EXPECT_EQ(data_keys(), "2\n1");
}

TEST_F(DataKeysTest, AreAllChangedOrNone) {
  central({shared}, {ksk})->secrets.check();
  const BothMasterKeys present{masters({shared}), masters({ksk})};
  const auto running = central({shared}, {ksk});
  running->secrets.check();
  const std::string before = all_wrapped();
  // Somebody's else: of another platform, say.
  sql("insert into ksk_data_keys (id, wrapped) values ('ffffffff-0000-7000-8000-0000000000b2', '\\x01" +
      std::string(2 * 64, '0') + "')");
  EXPECT_THROW((void)change(*running, present, {box(8), box(10)}), std::runtime_error);
  EXPECT_THROW(
      (void)running->data_keys.rewrap(
          {{KeyHierarchy::shared,
            [](const WrappedDataKey& key) {
              return WrappedDataKey{key.id, key.purpose, {1}};
            }},
           {KeyHierarchy::ksk, [](const WrappedDataKey&) -> WrappedDataKey { throw std::runtime_error("told so"); }}}),
      std::runtime_error);
  sql("delete from ksk_data_keys where id = 'ffffffff-0000-7000-8000-0000000000b2'");
  EXPECT_EQ(all_wrapped(), before);
  EXPECT_THROW((void)change(*running, {masters({shared}), {}}, {box(8), box(10)}), std::runtime_error)
      << "there is no KSK master key to change";
  EXPECT_EQ(all_wrapped(), before);
}

TEST_F(DataKeysTest, AValueThatCannotBeOpenedIsLeftAndSaid) {
  seal_as_before();
  sql("update tsig_keys set secret_sealed = set_byte(secret_sealed, 30, get_byte(secret_sealed, 30) # 1)");
  const auto broken = sealed_in("tsig_keys");
  const auto done = change(*central({shared}, {ksk}), {masters({shared}), masters({ksk})}, {box(8), box(10)});
  EXPECT_EQ(done.sealed_anew, 4U);
  EXPECT_EQ(done.not_openable, 1U);
  EXPECT_EQ(sealed_in("tsig_keys"), broken);
}

TEST_F(DataKeysTest, OpenNothingWhereTheyWereMovedTo) {
  const auto first = central({shared}, {shared});  // also with one master key for both
  first->secrets.check();
  const Bytes sealed = first->secrets.shared().seal(secret("s"), "c");
  const Bytes of_ksk = first->secrets.ksks()->seal(secret("k"), "c");
  sql("update data_keys d set wrapped = o.wrapped from data_keys o where o.purpose <> d.purpose");
  EXPECT_FALSE(Mdns(conninfo(), masters({shared})).store.open(sealed, "c"));
  EXPECT_THROW(central({shared}, {shared})->secrets.check(), std::runtime_error);
  sql("insert into data_keys (id, purpose, wrapped) select id, 'seal', wrapped from ksk_data_keys");
  EXPECT_FALSE(Mdns(conninfo(), masters({shared})).store.open(of_ksk, "c")) << "a KSK's data key given to all programs";
}

TEST_F(DataKeysTest, ManyValuesFromBeforeAreSealedAnewInBatches) {
  const std::size_t count = OldSealedValues::batch * 2 + 5;
  std::string script = "create table made (id uuid, sealed bytea); insert into made values ";
  for (std::size_t n = 0; n < count; ++n) {
    const Uuid id = Uuid::version7(std::chrono::system_clock::now());
    script += (n == 0 ? "('" : ", ('") + id.to_string() + "', " +
              hex(box(shared).seal(secret(std::to_string(n)), "tsig-key:" + id.to_string())) + ")";
  }
  sql(script);
  sql("insert into tsig_keys (id, name, name_key, algorithm, secret_sealed, scope, resource_id)"
      " select id, id || '.', decode(replace(id::text, '-', ''), 'hex'), 'hmac-sha256', sealed, 'POOL',"
      " '00000000-0000-7000-8000-0000000000aa' from made");
  const auto done = change(*central({shared}, {ksk}), {masters({shared}), masters({ksk})}, {box(8), {}});
  EXPECT_EQ(done.sealed_anew, count);
  EXPECT_EQ(sql("select count(*) from tsig_keys where get_byte(secret_sealed, 0) = 1"), "0");
  Mdns mdns(conninfo(), masters({8}));
  for (const auto& key : mdns.peers.read().keys) {
    ASSERT_TRUE(mdns.store.open(key.secret_sealed, "tsig-key:" + key.id.to_string()));
  }
}

TEST_F(DataKeysTest, ChangesAndSealingBesideEachOtherLoseNothing) {
  const auto first = central({shared}, {ksk});
  first->secrets.check();
  std::atomic<bool> done{false};
  std::vector<std::vector<Bytes>> sealed(3);
  std::vector<std::thread> threads;
  for (auto& mine : sealed) {
    threads.emplace_back([&] {
      while (!done.load()) {
        const auto starting = central({shared, 8, 10}, {ksk});  // as central does while the operator works
        mine.push_back(starting->secrets.shared().seal(secret("s"), "c"));
      }
    });
  }
  for (const std::uint8_t next : std::array<std::uint8_t, 5>{8, 10, 8, 10, 8}) {
    const BothMasterKeys present{masters({shared, 8, 10}), {}};
    (void)change(*central({shared, 8, 10}, {ksk}), present, {box(next), {}});
  }
  done.store(true);
  for (auto& thread : threads) thread.join();
  const Mdns last(conninfo(), masters({8}));
  for (const auto& mine : sealed) {
    for (const auto& each : mine) EXPECT_TRUE(last.store.open(each, "c"));
  }
}

}  // namespace
}  // namespace minidns::storage::postgres
