// Zones out of the database, through mdns, judged by dig, kdig and dnspython.

#include "tests/harness/process.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/mdns_world.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <sstream>

namespace minidns::mdns::test {
namespace {

using harness::eventually;
using harness::KeySpec;

class MdnsTransfers : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>("transfers");
    key_ = world().add_key("pool.key.", "hmac-sha256", "POOL", world().pool().uuid());
    server_ = world().start_mdns("127.0.0.1");
  }
  static void TearDownTestSuite() {
    server_.reset();
    world_.reset();
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << server_->log();
  }
  static World& world() { return *world_; }

  static std::vector<std::string> dig_command(const std::string& tool, const KeySpec* key) {
    std::vector<std::string> command{tool, "@127.0.0.1", "-p", std::to_string(world().port())};
    if (key != nullptr) command.insert(command.end(), {"-y", key->algorithm + ":" + key->name + ":" + key->secret});
    return command;
  }
  static std::string ask(const std::string& tool, const KeySpec* key, const std::vector<std::string>& question) {
    auto command = dig_command(tool, key);
    command.insert(command.end(), question.begin(), question.end());
    auto result = harness::run(command);
    return result.out + result.err;
  }
  static std::string dig(const std::vector<std::string>& question) { return ask("dig", &key_, question); }

  static bool serves(const WrittenZone& zone) {
    return eventually([&] {
      std::istringstream answer(dig({"+short", zone.name, "SOA"}));
      std::string mname, rname;
      std::uint32_t serial = 0;
      answer >> mname >> rname >> serial;
      return serial == zone.serial;
    });
  }
  /// dnspython as the client; prints one record per line. `arguments`: kind, zone, serial.
  static std::string transfer_with_dnspython(const KeySpec& key, const std::string& kind, const std::string& zone,
                                             std::uint32_t serial = 0, const std::string& zone_text = {}) {
    static const std::string script = R"(
import sys, dns.query, dns.tsigkeyring, dns.zone, dns.name, dns.rdatatype, dns.xfr, dns.versioned
kind, zone, serial, port, name, secret, algorithm = sys.argv[1:8]
ring = dns.tsigkeyring.from_text({name: (algorithm, secret)})
text = sys.stdin.read()
origin = dns.name.from_text(zone)
z = dns.versioned.Zone(origin)
if text:
    z = dns.zone.from_text(text, origin, zone_factory=dns.versioned.Zone, relativize=True)
rdtype = dns.rdatatype.AXFR if kind == 'axfr' else dns.rdatatype.IXFR
query, first = dns.xfr.make_query(z, keyring=ring, keyname=name, serial=int(serial) if int(serial) else (0 if rdtype == dns.rdatatype.AXFR else int(serial)))
dns.query.inbound_xfr('127.0.0.1', z, query=query, port=int(port), timeout=10)
print(z.to_text(relativize=False, sorted=True))
)";
    return harness::run({"/usr/bin/python3", "-c", script, kind, zone, std::to_string(serial),
                         std::to_string(world().port()), key.name, key.secret, key.algorithm},
                        zone_text)
        .out;
  }

  static std::unique_ptr<World> world_;
  static std::unique_ptr<harness::Program> server_;
  static KeySpec key_;
};

std::unique_ptr<World> MdnsTransfers::world_;
std::unique_ptr<harness::Program> MdnsTransfers::server_;
KeySpec MdnsTransfers::key_;

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_F(MdnsTransfers, ServeAllCommonTypesAsTheyWereWritten) {
  const auto zone =
      world().create_zone("types.example.", {{"types.example.", "MX", {"10 mail.types.example."}},
                                             {"MiXed.types.example.", "A", {"192.0.2.1", "192.0.2.2"}},
                                             {"www.types.example.", "CNAME", {"mixed.types.example."}},
                                             {"text.types.example.", "TXT", {"\"one\" \"two\"", "\"\""}},
                                             {"_sip._tcp.types.example.", "SRV", {"1 2 5060 sip.types.example."}},
                                             {"*.wild.types.example.", "AAAA", {"2001:db8::1"}},
                                             {"caa.types.example.", "CAA", {"0 issue \"ca.example\""}},
                                             {"unknown.types.example.", "TYPE65280", {"\\# 4 0a000001"}}});
  ASSERT_TRUE(serves(zone));
  for (const char* tool : {"dig", "kdig"}) {
    const auto answer = ask(tool, &key_, {"types.example.", "AXFR"});
    EXPECT_NE(answer.find("MiXed.types.example."), std::string::npos) << tool << answer;
    for (const char* part : {"192.0.2.2", "10 mail.types.example.", "\"one\" \"two\"", "1 2 5060 sip.types.example.",
                             "2001:db8::1", "issue \"ca.example\"", "\\# 4"}) {
      EXPECT_NE(answer.find(part), std::string::npos) << tool << " lacks " << part << "\n" << answer;
    }
    EXPECT_EQ(count_of(answer, "hostmaster.example.net."), 2) << tool << ": the SOA is first and last\n" << answer;
  }
  EXPECT_NE(transfer_with_dnspython(key_, "axfr", "types.example.").find("2001:db8::1"), std::string::npos);
}

TEST_F(MdnsTransfers, WorkWithEveryTsigAlgorithm) {
  const auto zone = world().create_zone("algorithms.example.", {});
  for (const char* algorithm : {"hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"}) {
    const auto key = world().add_key(std::string(algorithm) + ".key.", algorithm, "POOL", world().pool().uuid());
    EXPECT_TRUE(eventually([&] {
      return ask("dig", &key, {zone.name, "AXFR"}).find("XFR size: 4 records") != std::string::npos;
    })) << ask("dig", &key, {zone.name, "AXFR"});
    EXPECT_NE(ask("kdig", &key, {zone.name, "AXFR"}).find("Received"), std::string::npos);
    EXPECT_NE(transfer_with_dnspython(key, "axfr", zone.name).find("ns2.example.net."), std::string::npos);
  }
}

TEST_F(MdnsTransfers, SendTheDifferenceForAKnownSerialAndTheZoneForAnother) {
  std::vector<Set> many;
  for (int i = 0; i < 50; ++i) many.push_back({"h" + std::to_string(i) + ".ixfr.example.", "A", {"192.0.2.1"}});
  auto zone = world().create_zone("ixfr.example.", many);
  ASSERT_TRUE(serves(zone));
  const auto before = transfer_with_dnspython(key_, "axfr", zone.name);
  world().change_zone(zone, {{"new.ixfr.example.", "A", {"192.0.2.77"}}, {"h1.ixfr.example.", "A", {}}});
  world().change_zone(zone, {{"h2.ixfr.example.", "A", {"192.0.2.1"}, 60}});
  ASSERT_TRUE(serves(zone));
  for (const char* tool : {"dig", "kdig"}) {
    const auto changes = ask(tool, &key_, {"+tcp", zone.name, "IXFR=1"});
    EXPECT_NE(changes.find("192.0.2.77"), std::string::npos) << changes;
    EXPECT_EQ(changes.find("h7.ixfr.example."), std::string::npos) << "a difference only\n" << changes;
    const auto full = ask(tool, &key_, {"+tcp", zone.name, "IXFR=4000000000"});
    EXPECT_NE(full.find("h7.ixfr.example."), std::string::npos) << "unknown serial: the zone\n" << full;
    const auto current = ask(tool, &key_, {"+tcp", zone.name, "IXFR=3"});
    EXPECT_EQ(count_of(current, "hostmaster.example.net."), 1) << current;
    const auto ahead = ask(tool, &key_, {"+tcp", zone.name, "IXFR=9"});
    EXPECT_EQ(count_of(ahead, "hostmaster.example.net."), 1) << ahead;
  }
  const auto after = transfer_with_dnspython(key_, "ixfr", zone.name, 1, before);
  EXPECT_EQ(after, transfer_with_dnspython(key_, "axfr", zone.name));
  EXPECT_NE(after.find("192.0.2.77"), std::string::npos);
}

TEST_F(MdnsTransfers, TakeTheDifferenceFromTheDatabaseAfterARestart) {
  std::vector<Set> many;
  for (int i = 0; i < 50; ++i) many.push_back({"h" + std::to_string(i) + ".cold.example.", "A", {"192.0.2.1"}});
  auto zone = world().create_zone("cold.example.", many);
  world().change_zone(zone, {{"h1.cold.example.", "A", {"192.0.2.9"}}});
  world().change_zone(zone, {{"h2.cold.example.", "A", {"192.0.2.9"}}, {"h1.cold.example.", "A", {"192.0.2.1"}}});
  ASSERT_TRUE(serves(zone));
  server_->stop();
  server_->start();
  const auto changes = dig({"+tcp", zone.name, "IXFR=1"});
  EXPECT_NE(changes.find("h2.cold.example."), std::string::npos) << changes;
  EXPECT_EQ(changes.find("h1.cold.example."), std::string::npos) << "what came and went isn't in it\n" << changes;
}

TEST_F(MdnsTransfers, AnswerIxfrOverUdpWithTheDifferenceOrTheSoa) {
  std::vector<Set> many;
  for (int i = 0; i < 200; ++i) many.push_back({"h" + std::to_string(i) + ".udp.example.", "A", {"192.0.2.1"}});
  auto zone = world().create_zone("udp.example.", many);
  ASSERT_TRUE(serves(zone));
  world().change_zone(zone, {{"h1.udp.example.", "A", {"192.0.2.9"}}});
  ASSERT_TRUE(serves(zone));
  // kdig asks IXFR over TCP unless told not to; +ignore keeps it from trying again.
  const auto small = ask("kdig", &key_, {"+notcp", "+ignore", zone.name, "IXFR=1"});
  EXPECT_NE(small.find("192.0.2.9"), std::string::npos) << small;
  many.resize(150);
  for (auto& set : many) set.records = {"192.0.2.200"};
  world().change_zone(zone, many);
  ASSERT_TRUE(serves(zone));
  const auto large = ask("kdig", &key_, {"+notcp", "+ignore", zone.name, "IXFR=1"});
  EXPECT_EQ(count_of(large, "hostmaster.example.net."), 1) << large;
}

TEST_F(MdnsTransfers, RefuseAnotherPoolsKeyAndNoKeyAlike) {
  const auto other_pool = world().add_pool("second");
  const auto stranger = world().add_key("stranger.key.", "hmac-sha256", "POOL", other_pool.uuid());
  const auto zone = world().create_zone("secret.example.", {});
  const auto narrow = world().add_key("narrow.key.", "hmac-sha256", "ZONE", zone.id.uuid());
  ASSERT_TRUE(serves(zone));
  ASSERT_TRUE(eventually([&] { return ask("dig", &narrow, {zone.name, "SOA"}).find("NOERROR") != std::string::npos; }));
  for (const char* type : {"SOA", "A", "NS", "ANY"}) {
    for (const auto& name : {zone.name, std::string("absent.example.")}) {
      EXPECT_NE(ask("dig", &stranger, {name, type}).find("REFUSED"), std::string::npos) << name << type;
      EXPECT_NE(ask("dig", nullptr, {name, type}).find("REFUSED"), std::string::npos) << name << type;
    }
  }
  for (const auto& name : {zone.name, std::string("absent.example.")}) {
    EXPECT_NE(ask("dig", &stranger, {name, "AXFR"}).find("Transfer failed"), std::string::npos);
    EXPECT_NE(ask("dig", nullptr, {name, "AXFR"}).find("Transfer failed"), std::string::npos);
  }
  EXPECT_NE(ask("dig", &narrow, {zone.name, "AXFR"}).find("XFR size"), std::string::npos);
  EXPECT_NE(ask("dig", &narrow, {"types.example.", "SOA"}).find("REFUSED"), std::string::npos);
  KeySpec wrong = key_;
  wrong.secret = narrow.secret;
  EXPECT_NE(ask("dig", &wrong, {zone.name, "SOA"}).find("NOTAUTH"), std::string::npos);
  EXPECT_NE(dig({"inside." + zone.name, "AXFR", "+tcp"}).find("failed"), std::string::npos);
}

TEST_F(MdnsTransfers, AnswerOtherQueriesAuthoritatively) {
  const auto zone =
      world().create_zone("answers.example.", {{"a.answers.example.", "A", {"192.0.2.1"}},
                                               {"*.w.answers.example.", "A", {"192.0.2.2"}},
                                               {"sub.answers.example.", "NS", {"ns.sub.answers.example."}},
                                               {"ns.sub.answers.example.", "A", {"192.0.2.3"}}});
  ASSERT_TRUE(serves(zone));
  EXPECT_NE(dig({"a.answers.example.", "A"}).find("flags: qr aa rd;"), std::string::npos);
  EXPECT_NE(dig({"x.w.answers.example.", "A"}).find("192.0.2.2"), std::string::npos);
  EXPECT_NE(dig({"none.answers.example.", "A"}).find("NXDOMAIN"), std::string::npos);
  const auto referral = dig({"deep.sub.answers.example.", "A"});
  EXPECT_NE(referral.find("ns.sub.answers.example."), std::string::npos);
  EXPECT_EQ(referral.find(" aa "), std::string::npos) << referral;
  EXPECT_NE(dig({"+edns=1", "+noednsneg", "a.answers.example.", "A"}).find("BADVERS"), std::string::npos);
  EXPECT_NE(dig({"+opcode=STATUS", "a.answers.example.", "A"}).find("NOTIMP"), std::string::npos);
  EXPECT_NE(dig({"+opcode=NOTIFY", zone.name, "SOA"}).find("NOERROR"), std::string::npos);
  EXPECT_NE(dig({"+opcode=NOTIFY", "absent.example.", "SOA"}).find("NOTAUTH"), std::string::npos);
}

TEST_F(MdnsTransfers, FollowDeletionAndCreationOfTheSameName) {
  auto zone = world().create_zone("again.example.", {{"old.again.example.", "A", {"192.0.2.1"}}});
  ASSERT_TRUE(serves(zone));
  world().delete_zone(zone);
  ASSERT_TRUE(eventually([&] { return dig({zone.name, "SOA"}).find("REFUSED") != std::string::npos; }));
  const auto next =
      world().create_zone("again.example.", {{"new.again.example.", "A", {"192.0.2.2"}}}, world().pool(), 7);
  ASSERT_TRUE(serves(next));
  // The serial of the earlier zone isn't in this one's history: the whole zone.
  const auto answer = dig({"+tcp", zone.name, "IXFR=1"});
  EXPECT_NE(answer.find("new.again.example."), std::string::npos) << answer;
  EXPECT_EQ(answer.find("old.again.example."), std::string::npos) << answer;
}

TEST_F(MdnsTransfers, SendALargeZoneInManySignedMessages) {
  auto zone = world().create_zone("large.example.", {});
  world().fill_zone(zone, 20'000);
  ASSERT_TRUE(serves(zone));
  EXPECT_NE(dig({zone.name, "AXFR"}).find("XFR size: 20004 records"), std::string::npos);
  EXPECT_EQ(count_of(transfer_with_dnspython(key_, "axfr", zone.name), "\n"), 20'004)
      << "20,003 lines and one of print";
}

}  // namespace
}  // namespace minidns::mdns::test
