// One contract for all drivers, on real servers.

#include "base/random.hpp"
#include "pool-manager/drivers/soa_probe.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/drivers_nameserver.hpp"
#include "tests/interop/drivers_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace minidns::pool::test {
namespace {

namespace asio = boost::asio;

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

const harness::KeySpec& transfer_key_spec() {
  static const harness::KeySpec key{"xfr.", "hmac-sha256", to_base64(random_bytes(32))};
  return key;
}

tsig::Key transfer_key() {
  return {name(transfer_key_spec().name), tsig::Algorithm::hmac_sha256,
          Secret(from_base64(transfer_key_spec().secret).value())};
}

struct Kind {
  std::string name;
  std::function<std::unique_ptr<Nameserver>(std::uint16_t primary)> start;
};

/// A BIND that has the zones' content; one for all tests.
class PrimaryServer {
 public:
  PrimaryServer() : server_({transfer_key_spec()}) {}

  [[nodiscard]] Upstream upstream() const { return {{{asio::ip::make_address("127.0.0.1"), server_.port()}}, key()}; }
  static dns::Name key() { return name(transfer_key_spec().name); }

  void serve(const std::string& zone, int serial) {
    write_zone(zone, serial);
    ASSERT_EQ(server_.rndc({"addzone", zone, "{ type primary; file \"" + zone + "db\"; };"}).status, 0);
  }
  void change(const std::string& zone, int serial) {
    write_zone(zone, serial);
    ASSERT_EQ(server_.rndc({"reload", zone}).status, 0);
  }

 private:
  void write_zone(const std::string& zone, int serial) {
    harness::write_file(server_.folder() + "/" + zone + "db",
                        "$TTL 60\n@ SOA ns.test. host.test. " + std::to_string(serial) +
                            " 3600 600 86400 60\n@ NS ns.test.\nwww A 192.0.2.1\n");
  }

  harness::BindServer server_;
};

class DriverContract : public testing::TestWithParam<Kind> {
 protected:
  DriverContract()
      : server_(GetParam().start(primary_->upstream().primaries[0].port)),
        driver_(server_->driver(io_.get_executor())) {}

  static void SetUpTestSuite() { primary_ = std::make_unique<PrimaryServer>(); }
  static void TearDownTestSuite() { primary_.reset(); }

  void ensure_key() { ASSERT_TRUE(run(io_, driver_->ensure_key(transfer_key())).has_value()); }
  ZoneResults add(std::vector<dns::Name> zones) {
    return run(io_, driver_->add_zones(std::move(zones), primary_->upstream()));
  }
  DriverResult<std::vector<ListedZone>> list() { return run(io_, driver_->list_zones()); }

  static void expect_error(const DriverResult<void>& result, DriverErrc code) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(to_text(result.error().code), to_text(code)) << result.error().detail;
  }

  /// Waits until the driver's list shows the zone with the serial.
  bool shows(const std::string& zone, std::uint32_t serial) {
    return harness::eventually([&] {
      const auto zones = list();
      const ListedZone wanted{name(zone), dns::Serial(serial)};
      return zones && std::find(zones->begin(), zones->end(), wanted) != zones->end();
    });
  }

  static std::unique_ptr<PrimaryServer> primary_;
  asio::io_context io_;
  std::unique_ptr<Nameserver> server_;
  std::unique_ptr<Driver> driver_;
};

std::unique_ptr<PrimaryServer> DriverContract::primary_;

TEST_P(DriverContract, PingAnswers) {
  EXPECT_TRUE(run(io_, driver_->ping()).has_value());
}

TEST_P(DriverContract, AZoneCanBeAddedOnce) {
  ensure_key();
  const ZoneResults first = add({name("one.test."), name("two.test.")});
  ASSERT_EQ(first.size(), 2U);
  EXPECT_TRUE(first[0].has_value()) << first[0].error().detail;
  EXPECT_TRUE(first[1].has_value());
  EXPECT_TRUE(server_->has_secondary_zone("one.test."));
  EXPECT_TRUE(server_->has_secondary_zone("two.test."));

  const ZoneResults second = add({name("one.test."), name("three.test.")});
  ASSERT_EQ(second.size(), 2U);
  expect_error(second[0], DriverErrc::already_exists);
  EXPECT_TRUE(second[1].has_value()) << "an error of one zone is not the next one's";
}

TEST_P(DriverContract, AZoneCanBeRemovedOnce) {
  ensure_key();
  (void)add({name("one.test.")});
  const ZoneResults results = run(io_, driver_->remove_zones({name("one.test."), name("one.test.")}));
  ASSERT_EQ(results.size(), 2U);
  EXPECT_TRUE(results[0].has_value());
  EXPECT_FALSE(server_->has_secondary_zone("one.test."));
  expect_error(results[1], DriverErrc::no_such_zone);
  EXPECT_TRUE(add({name("one.test.")})[0].has_value()) << "it can come back";
}

TEST_P(DriverContract, ListIsInCanonicalOrderWithoutSerialsBeforeTheFirstTransfer) {
  ensure_key();
  EXPECT_TRUE(list().value().empty());
  for (const auto& result : add({name("b.test."), name("a.b.test."), name("UPPER.test."), name("test.")})) {
    EXPECT_TRUE(result.has_value()) << result.error().detail;
  }
  const std::vector<ListedZone> expected = {
      {name("test."), {}}, {name("b.test."), {}}, {name("a.b.test."), {}}, {name("upper.test."), {}}};
  EXPECT_EQ(list().value(), expected);
}

TEST_P(DriverContract, AZoneIsTransferredWithTheKeyAndListedWithItsSerial) {
  ensure_key();
  const std::string zone = GetParam().name + "-loaded.test.";
  primary_->serve(zone, 2026112101);
  ASSERT_TRUE(add({name(zone)})[0].has_value());
  ASSERT_TRUE(run(io_, driver_->force(name(zone))).has_value());
  EXPECT_TRUE(shows(zone, 2026112101));
}

TEST_P(DriverContract, FetchTakesWhatIsNewer) {
  ensure_key();
  if (!server_->can_fetch()) {
    expect_error(run(io_, driver_->fetch(name("any.test."))), DriverErrc::unsupported);
    return;
  }
  const std::string zone = GetParam().name + "-fetched.test.";
  primary_->serve(zone, 7);
  ASSERT_TRUE(add({name(zone)})[0].has_value());
  ASSERT_TRUE(shows(zone, 7));
  primary_->change(zone, 8);
  ASSERT_TRUE(run(io_, driver_->fetch(name(zone))).has_value());
  EXPECT_TRUE(shows(zone, 8));
}

TEST_P(DriverContract, ChangeGivesAZoneOtherPrimaries) {
  ensure_key();
  const std::string zone = GetParam().name + "-moved.test.";
  primary_->serve(zone, 5);
  const Upstream nowhere{{{asio::ip::make_address("127.0.0.1"), 9}, {asio::ip::make_address("::1"), 9}},
                         PrimaryServer::key()};
  const std::unique_ptr<Driver> lost = server_->driver_to_nowhere(io_.get_executor());
  ASSERT_TRUE(run(io_, lost->add_zones({name(zone)}, nowhere))[0].has_value());
  const auto changed = run(io_, driver_->change_zones({name(zone)}, primary_->upstream()));
  ASSERT_TRUE(changed[0].has_value()) << changed[0].error().detail;
  ASSERT_TRUE(run(io_, driver_->force(name(zone))).has_value());
  EXPECT_TRUE(shows(zone, 5));
}

TEST_P(DriverContract, CommandsAboutAZoneThatIsNotThereSaySo) {
  ensure_key();
  expect_error(run(io_, driver_->force(name("absent.test."))), DriverErrc::no_such_zone);
  expect_error(run(io_, driver_->change_zones({name("absent.test.")}, primary_->upstream()))[0],
               DriverErrc::no_such_zone);
}

TEST_P(DriverContract, AKeyIsMadeOrItsAbsenceIsReported) {
  const tsig::Key key{name("other."), tsig::Algorithm::hmac_sha512, Secret(random_bytes(64))};
  const DriverResult<void> ensured = run(io_, driver_->ensure_key(key));
  if (ensured) {
    EXPECT_EQ(server_->key_secret("other."), to_base64(key.secret.reveal()));
    const tsig::Key rolled{key.name, tsig::Algorithm::hmac_sha256, Secret(random_bytes(32))};
    EXPECT_TRUE(run(io_, driver_->ensure_key(rolled)).has_value());
    EXPECT_EQ(server_->key_secret("other."), to_base64(rolled.secret.reveal()));
    EXPECT_TRUE(run(io_, driver_->ensure_key(rolled)).has_value()) << "nothing to do";
  } else {
    expect_error(ensured, DriverErrc::rejected);
  }
}

TEST_P(DriverContract, AZoneWithAKeyThatTheServerDoesNotHaveIsRejected) {
  const Upstream upstream{primary_->upstream().primaries, name("unknown-key.")};
  for (const auto& result : run(io_, driver_->add_zones({name("one.test."), name("two.test.")}, upstream))) {
    expect_error(result, DriverErrc::rejected);
  }
  EXPECT_TRUE(list().value().empty());
}

TEST_P(DriverContract, NamesWithSpecialCharactersGoThereAndBackOrAreRejected) {
  ensure_key();
  for (const char* text :
       {"0/25.2.0.192.in-addr.arpa.", "_tcp.example.test.", "a\\.b.test.", "sp\\032ace.test.", "quo\\\"te.test.",
        "semi\\;{}.test.", "back\\\\slash.test.", "\\000\\255.test.", "xn--bcher-kva.test.", "*.test."}) {
    const dns::Name zone = name(text);
    const DriverResult<void> added = add({zone})[0];
    if (!added) {
      EXPECT_EQ(added.error().code, DriverErrc::rejected) << text << ": " << added.error().detail;
      EXPECT_TRUE(list().value().empty()) << text;
      continue;
    }
    EXPECT_EQ(list().value(), (std::vector<ListedZone>{{zone, {}}})) << text;
    const ZoneResults removed = run(io_, driver_->remove_zones({zone}));
    EXPECT_TRUE(removed[0].has_value()) << text << ": " << removed[0].error().detail;
  }
}

TEST_P(DriverContract, WrongCredentialsAreRefused) {
  const std::unique_ptr<Driver> intruder = server_->driver_with_wrong_key(io_.get_executor());
  server_->drop_rights();
  expect_error(run(io_, intruder->ping()), DriverErrc::refused);
  const ZoneResults results =
      run(io_, intruder->add_zones({name("one.test."), name("two.test.")}, primary_->upstream()));
  server_->restore_rights();
  expect_error(results[0], DriverErrc::refused);
  expect_error(results[1], DriverErrc::refused);
  EXPECT_FALSE(server_->has_secondary_zone("one.test."));
}

TEST_P(DriverContract, AHangingServerIsATimeoutAndAfterwardsWorksAgain) {
  ensure_key();
  server_->freeze();
  const auto begin = std::chrono::steady_clock::now();
  const ZoneResults results = add({name("one.test."), name("two.test."), name("three.test.")});
  const auto duration = std::chrono::steady_clock::now() - begin;
  ASSERT_EQ(results.size(), 3U);
  for (const auto& result : results) expect_error(result, DriverErrc::timeout);
  EXPECT_LT(duration, 3 * wait_max) << "the others are not tried";
  EXPECT_EQ(list().error().code, DriverErrc::timeout);
  server_->thaw();
  EXPECT_TRUE(harness::eventually([&] { return run(io_, driver_->ping()).has_value(); }));
}

TEST_P(DriverContract, AServerThatIsGoneIsUnreachableAndAfterItsRestartWorksAgain) {
  ensure_key();
  ASSERT_TRUE(add({name("kept.test.")})[0].has_value());
  server_->kill();
  expect_error(run(io_, driver_->ping()), DriverErrc::unreachable);
  expect_error(add({name("one.test.")})[0], DriverErrc::unreachable);
  EXPECT_EQ(list().error().code, DriverErrc::unreachable);
  server_->start();
  EXPECT_TRUE(run(io_, driver_->ping()).has_value());
  EXPECT_EQ(list().value(), (std::vector<ListedZone>{{name("kept.test."), {}}}));
}

TEST_P(DriverContract, AConnectionThatTheServerClosedMeanwhileIsNoError) {
  ASSERT_TRUE(run(io_, driver_->ping()).has_value());
  server_->kill();
  server_->start();
  EXPECT_TRUE(run(io_, driver_->ping()).has_value());
}

TEST_P(DriverContract, ManyCallersAtOnceAreServedInTurn) {
  ensure_key();
  constexpr std::size_t callers = 20;
  std::vector<std::optional<ZoneResults>> results(callers);
  std::size_t done = 0;
  for (std::size_t i = 0; i < callers; ++i) {
    asio::co_spawn(
        io_,
        store_result(driver_->add_zones({name("z" + std::to_string(i) + ".test.")}, primary_->upstream()), &results[i]),
        [&](std::exception_ptr error) {
          EXPECT_FALSE(error);
          ++done;
        });
  }
  EXPECT_TRUE(harness::eventually([&] {
    io_.restart();
    io_.poll();
    return done == callers;
  }));
  for (const auto& result : results) EXPECT_TRUE(result && result->at(0).has_value());
  EXPECT_EQ(list().value().size(), callers);
}

TEST_P(DriverContract, TheProbeMeasuresWhatTheServerServes) {
  ensure_key();
  const std::string zone = GetParam().name + "-probed.test.";
  primary_->serve(zone, 42);
  ASSERT_TRUE(add({name(zone)})[0].has_value());
  ASSERT_TRUE(run(io_, driver_->force(name(zone))).has_value());
  SoaProbe probe(io_.get_executor(), {asio::ip::make_address("127.0.0.1"), server_->port()});
  harness::SoaAsker oracle("127.0.0.1", server_->port());
  ASSERT_TRUE(harness::eventually([&] {
    const auto answer = oracle.ask(zone);
    return answer && answer->serial == 42U;
  }));
  // More than once: while NSD takes a transfer into service, a process of before may still answer.
  EXPECT_TRUE(harness::eventually([&] { return run(io_, probe.ask_one(name(zone))) == SoaAnswer(dns::Serial(42)); }));
  EXPECT_EQ(run(io_, probe.ask_one(name("absent.example."))), SoaAnswer(SoaFailure::refused));
}

INSTANTIATE_TEST_SUITE_P(
    Drivers, DriverContract,
    testing::Values(Kind{"bind", [](std::uint16_t) { return start_bind(transfer_key_spec()); }},
                    Kind{"powerdns", [](std::uint16_t) { return start_powerdns(); }},
                    Kind{"knot", [](std::uint16_t) { return start_knot(); }},
                    Kind{"nsd", [](std::uint16_t primary) { return start_nsd(transfer_key_spec(), primary); }}),
    [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace minidns::pool::test
