// Pools, nameservers, keys and tokens on a real PostgreSQL.
#include "base/random.hpp"
#include "base/secret_box.hpp"
#include "central/nameserver_port.hpp"
#include "central/pool_port.hpp"
#include "central/token_authenticator.hpp"
#include "central/token_hash.hpp"
#include "central/tsig_key_port.hpp"
#include "central/version_policy.hpp"
#include "central/view_port.hpp"
#include "storage/postgres/nameservers.hpp"
#include "storage/postgres/pools.hpp"
#include "storage/postgres/tokens.hpp"
#include "storage/postgres/tsig_keys.hpp"
#include "storage/postgres/views.hpp"
#include "tests/postgres/storage_support.hpp"

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;
using api::ProblemType;

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

/// Stands still, but for what a test adds.
class TestClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return std::chrono::system_clock::now(); }
  [[nodiscard]] SteadyTime steady() const override { return now_; }
  void advance(std::chrono::seconds time) { now_ += time; }

 private:
  SteadyTime now_ = std::chrono::steady_clock::now();
};

class PortsTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    desk_.emplace(conninfo());
    stored_pools_.emplace(desk_->pool(), central::version_policy());
    stored_nameservers_.emplace(desk_->pool());
    stored_keys_.emplace(desk_->pool());
    stored_views_.emplace(desk_->pool());
    views_.emplace(*stored_views_);
    pools_.emplace(*stored_pools_, desk_->announcer(), clock_);
    nameservers_.emplace(*stored_nameservers_, *stored_pools_, *stored_keys_, *stored_views_, box_, desk_->announcer(),
                         clock_);
    keys_.emplace(*stored_keys_, *stored_views_, box_, desk_->announcer(), clock_);
  }

  static SecretBox make_box() {
    auto box = SecretBox::create(Secret(random_bytes(32)));
    return std::move(*box);
  }

  static api::Scope scope() { return Desk::scope(); }

  api::PoolView create_pool(const std::string& pool_name, bool is_default = false) {
    api::NewPool pool{.name = pool_name, .ns_records = {{name("ns1.test."), 1}}, .is_default = is_default};
    pool.primaries = {*api::SocketAddress::parse("127.0.0.1:5300", 53), *api::SocketAddress::parse("[::1]:5300", 53)};
    return pools_->create(scope(), pool).value();
  }

  api::TsigKeyView create_key(const PoolId& pool, const std::string& key_name, const Secret& secret) {
    return keys_
        ->create(scope(), {.name = {key_name, name(key_name)},
                           .algorithm = tsig::Algorithm::hmac_sha256,
                           .secret = secret,
                           .scope = pool})
        .value();
  }

  api::NewNameserver nameserver(const PoolId& pool, const std::string& server_name) {
    return {.pool_id = pool,
            .name = server_name,
            .address = *api::IpAddress::parse("192.0.2.1"),
            .settings = api::BindSettings{},
            .secret = Secret(Bytes(32, 7))};
  }

  TestClock clock_;
  const SecretBox box_ = make_box();
  std::optional<Desk> desk_;
  std::optional<PostgresPools> stored_pools_;
  std::optional<PostgresNameservers> stored_nameservers_;
  std::optional<PostgresTsigKeys> stored_keys_;
  std::optional<PostgresViews> stored_views_;
  std::optional<central::PoolPort> pools_;
  std::optional<central::NameserverPort> nameservers_;
  std::optional<central::TsigKeyPort> keys_;
  std::optional<central::ViewPort> views_;
};

TEST_F(PortsTest, PoolComesBackAsItWasGiven) {
  const auto pool = create_pool("one", true);
  const auto again = pools_->get(scope(), pool.id).value();
  EXPECT_EQ(again.ns_records, pool.ns_records);
  ASSERT_EQ(again.primaries.size(), 2U);
  EXPECT_EQ(again.primaries[1].to_text(), "[::1]:5300");
  EXPECT_TRUE(again.is_default);
  EXPECT_EQ(pools_->create(scope(), {.name = "one", .ns_records = {{name("n.test."), 1}}}).error().type,
            ProblemType::duplicate_pool);
}

TEST_F(PortsTest, ThereIsOneDefaultPool) {
  const auto first = create_pool("one", true);
  const auto second = create_pool("two", true);
  EXPECT_FALSE(pools_->get(scope(), first.id)->is_default);
  EXPECT_EQ(desk_->create_zone("example.org.").pool_id, second.id);
}

TEST_F(PortsTest, PoolInUseKeepsItsNamesAndStays) {
  const auto pool = create_pool("one", true);
  api::PoolChange names;
  names.ns_records = std::vector<api::NsRecord>{{name("ns9.test."), 1}};
  ASSERT_TRUE(pools_->update(scope(), pool.id, names)) << "without zones";
  const auto zone = desk_->create_zone("example.org.");
  names.ns_records = std::vector<api::NsRecord>{{name("ns1.test."), 1}};
  EXPECT_FALSE(pools_->update(scope(), pool.id, names)) << "zones have copies of the names";
  EXPECT_EQ(pools_->remove(scope(), pool.id).error().type, ProblemType::in_use);
  EXPECT_EQ(desk_->zones().nameservers(scope(), zone.id).value().at(0).hostname, name("ns9.test."));
}

TEST_F(PortsTest, APoolHasItsCatalogsAndKeepsThoseThatAreConsumed) {
  const auto pool = create_pool("one", true);
  auto server = nameserver(pool.id, "consumer");
  server.settings = api::CatalogSettings{api::CatalogFamily::knot};
  server.secret.reset();
  EXPECT_FALSE(nameservers_->create(scope(), server)) << "there is no catalog to consume";

  (void)desk_->create_zone("taken.test.");
  const auto with = [&](std::vector<api::Catalog> catalogs) {
    api::PoolChange change;
    change.catalogs = std::move(catalogs);
    return pools_->update(scope(), pool.id, change);
  };
  EXPECT_FALSE(with({{api::CatalogFamily::bind, name("taken.test.")}})) << "a zone has the name";
  const auto made =
      with({{api::CatalogFamily::knot, name("k.test."), "fast"}, {api::CatalogFamily::bind, name("b.test.")}});
  ASSERT_TRUE(made);
  ASSERT_EQ(made->catalogs.size(), 2U);
  EXPECT_EQ(made->catalogs[0].catalog, (api::Catalog{api::CatalogFamily::bind, name("b.test.")}));
  EXPECT_EQ(made->catalogs[1].catalog, (api::Catalog{api::CatalogFamily::knot, name("k.test."), "fast"}));
  EXPECT_EQ(pools_->get(scope(), pool.id)->catalogs[1].zone_id, made->catalogs[1].zone_id);

  ASSERT_TRUE(nameservers_->create(scope(), server));
  EXPECT_FALSE(with({{api::CatalogFamily::bind, name("b.test.")}})) << "it is consumed";
  const auto kept = with({{api::CatalogFamily::knot, name("k.test."), "fast"}});
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->catalogs.size(), 1U);
  EXPECT_EQ(kept->catalogs[0].zone_id, made->catalogs[1].zone_id) << "what stays is the same zone";
}

TEST_F(PortsTest, SecretsAreSealedInTheDatabase) {
  const auto pool = create_pool("one", true);
  const Secret secret(Bytes(32, 0x5a));
  const auto key = create_key(pool.id, "transfer.test.", secret);
  EXPECT_TRUE(keys_->get(scope(), key.id)->secret.equals(secret)) << "and opened again";
  ASSERT_TRUE(nameservers_->create(scope(), nameserver(pool.id, "one")));
  EXPECT_EQ(sql("select count(*) from tsig_keys where position('\\x5a5a5a5a'::bytea in secret_sealed) > 0"), "0");
  EXPECT_EQ(sql("select count(*) from nameservers where position('\\x07070707'::bytea in secret_sealed) > 0"), "0");
}

TEST_F(PortsTest, KeyInUseStays) {
  const auto pool = create_pool("one", true);
  const auto key = create_key(pool.id, "transfer.test.", Secret(Bytes(32, 1)));
  auto server = nameserver(pool.id, "one");
  server.transfer_key_id = key.id;
  const auto made = nameservers_->create(scope(), server).value();
  EXPECT_EQ(keys_->remove(scope(), key.id).error().type, ProblemType::in_use);
  EXPECT_EQ(pools_->remove(scope(), pool.id).error().type, ProblemType::in_use);
  ASSERT_TRUE(nameservers_->remove(scope(), made.id));
  EXPECT_EQ(pools_->remove(scope(), pool.id).error().type, ProblemType::in_use) << "the key is its own";
  EXPECT_TRUE(keys_->remove(scope(), key.id));
  EXPECT_TRUE(pools_->remove(scope(), pool.id));
}

TEST_F(PortsTest, ANameserverHasTheViewOfItsTransferKey) {
  const auto pool = create_pool("one", true);
  ASSERT_TRUE(views_->create(scope(), {.name = "internal"}));
  EXPECT_EQ(views_->create(scope(), {.name = "internal"}).error().type, ProblemType::duplicate_view);
  const auto key = create_key(pool.id, "transfer.test.", Secret(Bytes(32, 1)));
  EXPECT_EQ(key.view, "default");
  const auto inside = keys_
                          ->create(scope(), {.name = {"inside.test.", name("inside.test.")},
                                             .algorithm = tsig::Algorithm::hmac_sha256,
                                             .secret = Secret(Bytes(32, 2)),
                                             .scope = pool.id,
                                             .view = "internal"})
                          .value();
  auto server = nameserver(pool.id, "one");
  server.transfer_key_id = key.id;
  server.view = "internal";
  const auto refused = nameservers_->create(scope(), server);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errors.at(0).path, std::vector<std::string>{"view"});
  server.view = std::nullopt;
  const auto made = nameservers_->create(scope(), server).value();
  EXPECT_EQ(made.view, "default");

  api::TsigKeyChange key_change;
  key_change.view = "internal";
  const auto in_use = keys_->update(scope(), key.id, key_change);
  ASSERT_FALSE(in_use) << "a nameserver transfers with it";
  EXPECT_EQ(in_use.error().errors.at(0).path, std::vector<std::string>{"view"});

  api::NameserverChange change;
  change.transfer_key_id = api::Change<TsigKeyId>::set(inside.id);
  EXPECT_EQ(nameservers_->update(scope(), made.id, change)->view, "internal");
  EXPECT_TRUE(keys_->update(scope(), key.id, key_change)) << "nobody's any more";
  EXPECT_EQ(keys_->list(scope(), {.view = api::TextPattern{"internal"}}, {})->items.size(), 2U);
  EXPECT_EQ(views_->remove(scope(), "internal").error().type, ProblemType::in_use);
  EXPECT_EQ(views_->remove(scope(), "default").error().type, ProblemType::invalid_operation);
}

TEST_F(PortsTest, ANameserverGetsIntoServiceByWayOfBootstrapping) {
  const auto pool = create_pool("one");
  const auto made = nameservers_->create(scope(), nameserver(pool.id, "one")).value();
  EXPECT_EQ(made.state, api::NameserverState::bootstrapping);
  EXPECT_TRUE(made.enters_service);
  ASSERT_TRUE(made.catching_up);
  EXPECT_FALSE(made.catching_up->compared);
  const auto change_to = [&](api::NameserverState state, bool force = false) {
    api::NameserverChange change;
    change.state = state;
    change.force = force;
    return nameservers_->update(scope(), made.id, change);
  };
  const auto forced = change_to(api::NameserverState::in_service, true).value();
  EXPECT_EQ(forced.state, api::NameserverState::in_service);
  EXPECT_FALSE(forced.enters_service);
  EXPECT_FALSE(forced.catching_up);
  EXPECT_EQ(change_to(api::NameserverState::retired)->state, api::NameserverState::retired);
  const auto before = nameservers_->get(scope(), made.id)->revision;
  const auto refused = change_to(api::NameserverState::maintenance);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errors.at(0).path, std::vector<std::string>{"state"});
  EXPECT_EQ(nameservers_->get(scope(), made.id)->revision, before) << "nothing was written";
  EXPECT_TRUE(change_to(api::NameserverState::in_service)->enters_service);
}

TEST_F(PortsTest, ADeletionThatWasRefusedIsConfirmedByItsNumber) {
  const auto pool = create_pool("one");
  const auto made = nameservers_->create(scope(), nameserver(pool.id, "one")).value();
  const auto none = nameservers_->confirm_deletion(scope(), made.id, 12);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().type, api::ProblemType::invalid_operation);
  sql("insert into refused_deletions (nameserver_id, unknown, zones, names, fingerprint) values ('" +
      made.id.to_string() + "', 12, 90, '{a.example.}', '\\x00')");
  const auto wrong = nameservers_->confirm_deletion(scope(), made.id, 11);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().errors.at(0).message.find("12 are unknown by now"), std::string::npos);
  const auto right = nameservers_->confirm_deletion(scope(), made.id, 12).value();
  ASSERT_TRUE(right.refused_deletion);
  EXPECT_EQ(right.refused_deletion->names, std::vector<std::string>{"a.example."});
  EXPECT_TRUE(right.refused_deletion->confirmed_until);
  const auto gone = nameservers_->confirm_deletion(scope(), NameserverId(Uuid::version7({})), 12);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().type, api::ProblemType::nameserver_not_found);
}

TEST_F(PortsTest, WhatIsNotThereIsNamed) {
  const auto pool = create_pool("one", true);
  auto server = nameserver(pool.id, "one");
  server.transfer_key_id = TsigKeyId(pool.id.uuid());
  EXPECT_FALSE(nameservers_->create(scope(), server)) << "no such key";
  EXPECT_FALSE(nameservers_->create(scope(), nameserver(PoolId(Uuid::version7({})), "two"))) << "no such pool";
  EXPECT_FALSE(keys_->create(scope(), {.name = {"k.", name("k.")},
                                       .algorithm = tsig::Algorithm::hmac_sha256,
                                       .secret = Secret(Bytes(32, 1)),
                                       .scope = ZoneId(pool.id.uuid())}))
      << "no such zone";
}

TEST_F(PortsTest, EveryWriteIsInTheFeed) {
  const auto pool = create_pool("one", true);
  const auto key = create_key(pool.id, "transfer.test.", Secret(Bytes(32, 1)));
  const auto server = nameservers_->create(scope(), nameserver(pool.id, "one")).value();
  ASSERT_TRUE(nameservers_->remove(scope(), server.id));
  ASSERT_TRUE(keys_->remove(scope(), key.id));
  desk_->number();
  EXPECT_EQ(sql("select string_agg(kind, ' ' order by seq) from changes"), "pool key nameserver nameserver key");
}

TEST_F(PortsTest, TokensOpenUntilTheyEnd) {
  PostgresTokens tokens(desk_->pool());
  central::TokenAuthenticator authenticator(tokens, clock_);
  const auto now = std::chrono::system_clock::now();
  const auto add = [&](const std::string& token, std::optional<WallTime> expires) {
    const TokenId id(Uuid::version7(now));
    tokens.add({.id = id,
                .project = ProjectId("alice"),
                .role = TokenRole::member,
                .description = {},
                .created_at = now,
                .expires_at = expires,
                .revoked_at = {}},
               central::token_hash(token));
    return id;
  };
  const auto id = add("good", std::nullopt);
  add("old", now - 1h);
  EXPECT_EQ(authenticator.authenticate("good").value()->project, ProjectId("alice"));
  EXPECT_FALSE(authenticator.authenticate("old").value());
  EXPECT_FALSE(authenticator.authenticate("other").value());
  EXPECT_FALSE(authenticator.authenticate("").value());
  ASSERT_TRUE(tokens.revoke(id));
  EXPECT_FALSE(tokens.revoke(id)) << "once";
  clock_.advance(central::token_cache_time + 1s);
  EXPECT_FALSE(authenticator.authenticate("good").value()) << "at the latest when the cache forgets it";
  EXPECT_EQ(sql("select count(*) from tokens where position(convert_to('good', 'utf8') in hash) > 0"), "0");
}

}  // namespace
}  // namespace minidns::storage::postgres
