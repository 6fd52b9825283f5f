// Zones of customers' own primaries, end to end: a real BIND or Knot is the primary, a real BIND and a PowerDNS are the
// pool's nameservers, and the verdict is theirs and the tools'.

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "tests/e2e/primaries.hpp"
#include "tests/e2e/served.hpp"
#include "tests/harness/ports.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <memory>

namespace minidns::e2e {
namespace {

using harness::KeySpec;
using harness::run;
using harness::write_file;
using std::chrono::minutes;

constexpr minutes patience(2);

std::string soa(const std::string& zone, std::uint32_t serial, const char* timers = "3600 600 604800 300") {
  return "$TTL 300\n$ORIGIN " + zone + "\n@ 600 IN SOA ns." + zone + " hostmaster." + zone + " " +
         std::to_string(serial) + " " + timers + "\n@ IN NS ns." + zone + "\nns IN A 192.0.2.53\n";
}

/// Much of what a zone may have: unknown types, capitals, wildcards, delegations, long strings, several TTLs.
PrimaryZone rich_zone(const std::string& zone, std::uint32_t serial, const std::string& more = {}) {
  return {zone, soa(zone, serial) +
                    "WWW.Mixed 60 IN A 192.0.2.1\nwww.mixed 60 IN A 192.0.2.2\nMail IN MX 10 MX.Example.NET.\n"
                    "*.wild IN TXT \"any\"\n*.wild.deep 17 IN CNAME target\ntarget IN AAAA 2001:db8::1\n"
                    "unknown IN TYPE65280 \\# 4 0A000001\n_sip._tcp IN SRV 1 2 5060 ns\n"
                    "child IN NS ns.child\nns.child IN A 192.0.2.54\n"
                    "secure IN NS ns.elsewhere.example.\nsecure IN DS 12345 13 2 "
                    "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\n"
                    "dn IN DNAME elsewhere.example.\nlong IN TXT \"" +
                    std::string(255, 'x') + "\" \"" + std::string(200, 'y') +
                    "\"\nodd\\.label IN TXT \"\\001\\255\"\n" + more};
}

KeySpec new_key(const std::string& name) {
  return {name, "hmac-sha256", to_base64(random_bytes(32))};
}

class SecondaryZones : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    harness::PlatformOptions options;
    options.central_config = "inbound: {allow: [127.0.0.0/8]}\n";
    options.mdns_config =
        "inbound: {allow: [127.0.0.0/8], refresh_min: 1s, retry_min: 1s, retry_max: 5s, answer_limit: 500ms, "
        "records_max: 100000}\n";
    options.pool_manager_config = "confirm_within: 1s\n";
    platform_ = std::make_unique<Platform>(options);
  }
  static void TearDownTestSuite() { platform_.reset(); }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs();
  }
  static Platform& platform() { return *platform_; }

  static std::vector<std::string> notified() {
    const auto port = " port " + std::to_string(platform().mdns_port());
    return {"127.0.0.1" + port, "127.0.0.2" + port};
  }

  static json::object body(const std::string& zone, const std::vector<std::string>& masters, const KeySpec& key) {
    return {{"name", zone},
            {"type", "SECONDARY"},
            {"masters", json::array(masters.begin(), masters.end())},
            {"masters_tsig_key", {{"name", key.name}, {"algorithm", key.algorithm}, {"secret", key.secret}}}};
  }
  static std::string create(RestClient& rest, const std::string& zone, const std::vector<std::string>& masters,
                            const KeySpec& key) {
    return id_of(Platform::created(rest.post("/v2/zones", body(zone, masters, key))));
  }
  static json::object transfer(RestClient& rest, const std::string& id) {
    return rest.get("/v2/zones/" + id).body.at("transfer").as_object();
  }
  static bool has_state(RestClient& rest, const std::string& id, const char* state) {
    return eventually([&] { return transfer(rest, id).at("state").as_string() == state; }, patience);
  }
  static bool on_both(const std::string& zone, std::uint32_t serial) {
    return serves(platform().bind(), zone, serial, patience) && serves(platform().powerdns(), zone, serial, patience);
  }
  /// Of both mdns.
  static double metric(const std::string& name) {
    return platform().mdns(1).metric(name) + platform().mdns(2).metric(name);
  }

  /// What the pool's BIND serves is, record for record, what the primary serves.
  template <class Primary>
  static void expect_same_records(const Primary& primary, const std::string& zone) {
    const auto given = records_of(primary.address(), primary.port(), zone, &primary.key());
    const auto served = records_of(platform().bind().address(), platform().bind().port(), zone, nullptr);
    EXPECT_GT(given.size(), 3U);
    EXPECT_EQ(given, served);
  }

  /// The zone as the pool's BIND serves it, in a file.
  static std::string served_file(const harness::TempDir& folder, const std::string& zone) {
    auto& bind = platform().bind();
    std::string text;
    for (const auto& line : records_of(bind.address(), bind.port(), zone, nullptr)) {
      const bool is_soa = line.find("\tSOA\t") != std::string::npos;
      text = is_soa ? line + "\n" + text : text + line + "\n";
    }
    write_file(folder / "served", text);
    return folder / "served";
  }

  static std::unique_ptr<Platform> platform_;
};

std::unique_ptr<Platform> SecondaryZones::platform_;

TEST_F(SecondaryZones, APresignedZoneGoesThroughByteForByteAndSoDoItsChanges) {
  const harness::TempDir folder("presigned");
  const std::string zone = "presigned.example.org.";
  const auto first = sign_with_bind(folder, rich_zone(zone, 100), {"-3", "-", "-H", "0"});
  BindPrimary primary(new_key("transfer.presigned."), {first}, notified());
  auto rest = platform().rest("tenant");
  const auto id = create(rest, zone, {primary.master()}, primary.key());
  ASSERT_TRUE(on_both(zone, 100));
  EXPECT_TRUE(has_state(rest, id, "FRESH"));
  expect_same_records(primary, zone);
  EXPECT_EQ(run({"dnssec-verify", "-o", zone, served_file(folder, zone)}).status, 0);
  EXPECT_EQ(run({"ldns-verify-zone", served_file(folder, zone)}).status, 0);

  const double before = metric("minidns_mdns_inbound_transfers_total{result=\"ixfr\"}");
  // What was signed before keeps its signatures, so that the difference is smaller than the zone.
  const std::string more = "added." + zone + " 300 IN TXT \"new\"\nWWW.Mixed." + zone + " 60 IN AAAA 2001:db8::2\n";
  primary.replace(sign_with_bind(folder, {zone, first.text + more}, {"-3", "-", "-H", "0", "-N", "increment"}));
  ASSERT_TRUE(on_both(zone, 101));
  expect_same_records(primary, zone);
  const auto verified = run({"dnssec-verify", "-o", zone, served_file(folder, zone)});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
  EXPECT_EQ(metric("minidns_mdns_inbound_transfers_total{result=\"ixfr\"}"), before + 1) << "a difference would do";
  EXPECT_TRUE(zone_has_status(rest, id, "ACTIVE", patience));
}

TEST_F(SecondaryZones, AZoneWithItsDigestKeepsIt) {
  const harness::TempDir folder("zonemd");
  const std::string zone = "zonemd.example.org.";
  const auto given =
      sign_with_ldns(folder, {zone, soa(zone, 7) + "a IN TXT \"x\"\nempty IN TYPE65281 \\# 0\n"}, {"-z", "1:1"});
  ASSERT_NE(given.text.find("ZONEMD"), std::string::npos);
  BindPrimary primary(new_key("transfer.zonemd."), {given}, notified());
  auto rest = platform().rest("tenant");
  (void)create(rest, zone, {primary.master()}, primary.key());
  ASSERT_TRUE(serves(platform().bind(), zone, 7, patience));
  expect_same_records(primary, zone);
  const auto verified = run({"ldns-verify-zone", "-Z", "-Z", served_file(folder, zone)});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
}

TEST_F(SecondaryZones, UpdatesOfADynamicZoneArriveOneAfterTheOther) {
  const std::string zone = "dynamic.example.org.";
  auto given = rich_zone(zone, 1);
  given.dynamic = true;
  BindPrimary primary(new_key("transfer.dynamic."), {given}, notified());
  auto rest = platform().rest("tenant");
  const auto id = create(rest, zone, {primary.master()}, primary.key());
  ASSERT_TRUE(on_both(zone, 1));
  std::uint32_t serial = 1;
  for (int i = 0; i < 12; ++i) {
    const auto n = std::to_string(i);
    primary.update(zone,
                   {"add h" + n + "." + zone + " 60 A 192.0.2." + n, "add h" + n + "." + zone + " 60 A 198.51.100.1",
                    i % 3 == 2 ? "delete h" + std::to_string(i - 1) + "." + zone + " A 198.51.100.1"
                               : "add Big." + zone + " 60 TXT \"" + n + "\""});
    ++serial;
    if (i % 4 == 3) {
      ASSERT_TRUE(on_both(zone, serial)) << i;
    }
  }
  expect_same_records(primary, zone);
  EXPECT_EQ(transfer(rest, id).at("failures").to_number<int>(), 0);
  const auto written = rest.post("/v2/zones/" + id + "/recordsets", recordset_body("a." + zone, "A", {"192.0.2.1"}));
  EXPECT_EQ(written.status, 403);
}

TEST_F(SecondaryZones, KnotIsAPrimaryToo) {
  const std::string zone = "knot.example.org.";
  KnotPrimary primary(new_key("transfer.knot."), rich_zone(zone, 4'294'967'290U),
                      {{"127.0.0.1", platform().mdns_port()}, {"127.0.0.2", platform().mdns_port()}});
  auto rest = platform().rest("tenant");
  (void)create(rest, zone, {primary.master()}, primary.key());
  ASSERT_TRUE(on_both(zone, 4'294'967'290U));
  expect_same_records(primary, zone);
  const double before = metric("minidns_mdns_inbound_transfers_total{result=\"ixfr\"}");
  primary.replace(rich_zone(zone, 3, "wrapped IN A 192.0.2.9\n"));
  ASSERT_TRUE(on_both(zone, 3)) << "RFC 1982: 3 comes after 4294967290";
  expect_same_records(primary, zone);
  EXPECT_EQ(metric("minidns_mdns_inbound_transfers_total{result=\"ixfr\"}"), before + 1);
}

TEST_F(SecondaryZones, TheNextPrimaryIsAskedWhereOneIsAwayOrHasAnotherKey) {
  const std::string zone = "fallback.example.org.";
  BindPrimary stranger(new_key("other.key."), {rich_zone(zone, 9)}, {});
  BindPrimary primary(new_key("transfer.fallback."), {rich_zone(zone, 5)}, notified());
  auto rest = platform().rest("tenant");
  const auto id = create(rest, zone, {"127.0.0.1:1", stranger.master(), primary.master()}, primary.key());
  ASSERT_TRUE(serves(platform().bind(), zone, 5, patience));
  EXPECT_TRUE(has_state(rest, id, "FRESH"));
}

TEST_F(SecondaryZones, ASerialThatWentBackIsKeptOutUntilItIsAccepted) {
  const std::string zone = "back.example.org.";
  BindPrimary primary(new_key("transfer.back."), {rich_zone(zone, 50)}, notified());
  auto rest = platform().rest("tenant");
  auto admin = platform().rest("tenant", "admin");
  const auto id = create(rest, zone, {primary.master()}, primary.key());
  ASSERT_TRUE(on_both(zone, 50));

  primary.restart_with(rich_zone(zone, 20, "restored IN A 192.0.2.20\n"));
  EXPECT_EQ(rest.post("/v2/zones/" + id + "/tasks/xfr", json::object{}).status, 202);
  ASSERT_TRUE(eventually([&] { return transfer(rest, id).at("alarm").is_object(); }, patience));
  EXPECT_EQ(transfer(rest, id).at("alarm").at("kind").as_string(), "SERIAL_WENT_BACK");
  EXPECT_EQ(transfer(rest, id).at("alarm").at("serial").to_number<int>(), 20);
  EXPECT_EQ(serial_of(rest, id), 50U);
  EXPECT_TRUE(on_both(zone, 50));

  EXPECT_EQ(rest.post("/v2/zones/" + id + "/tasks/accept_transfer", json::object{}).status, 403) << "an operator's";
  EXPECT_EQ(admin.post("/v2/zones/" + id + "/tasks/accept_transfer", json::object{}).status, 202);
  ASSERT_TRUE(eventually([&] { return serial_of(rest, id) == 20U; }, patience));
  EXPECT_TRUE(eventually([&] { return transfer(rest, id).at("alarm").is_null(); }, patience));
  EXPECT_EQ(platform().bind().rndc({"retransfer", zone}).status, 0) << "no nameserver goes back by itself";
  ASSERT_TRUE(serves(platform().bind(), zone, 20, patience));
  expect_same_records(primary, zone);
}

TEST_F(SecondaryZones, OtherRecordsUnderTheSameSerialAreKeptOutUntilTheyAreAccepted) {
  const std::string zone = "same.example.org.";
  BindPrimary primary(new_key("transfer.same."), {rich_zone(zone, 8)}, notified());
  auto rest = platform().rest("tenant");
  auto admin = platform().rest("tenant", "admin");
  const auto id = create(rest, zone, {primary.master()}, primary.key());
  ASSERT_TRUE(on_both(zone, 8));
  ASSERT_EQ(rest.post("/v2/zones/" + id + "/tasks/xfr", json::object{}).status, 202);
  ASSERT_TRUE(eventually([&] { return metric("minidns_mdns_inbound_transfers_total{result=\"unchanged\"}") >= 1; }));
  EXPECT_TRUE(transfer(rest, id).at("alarm").is_null()) << "the same records";

  primary.stop();
  BindPrimary other(primary.key(), {rich_zone(zone, 8, "sneaked IN A 192.0.2.66\n")}, {});
  const json::object moved{{"masters", json::array{other.master()}}};
  ASSERT_EQ(rest.patch("/v2/zones/" + id, moved).status, 202);
  ASSERT_EQ(rest.post("/v2/zones/" + id + "/tasks/xfr", json::object{}).status, 202);
  ASSERT_TRUE(eventually([&] { return transfer(rest, id).at("alarm").is_object(); }, patience));
  EXPECT_EQ(transfer(rest, id).at("alarm").at("kind").as_string(), "CONTENT_CHANGED");
  ASSERT_EQ(admin.post("/v2/zones/" + id + "/tasks/accept_transfer", json::object{}).status, 202);
  EXPECT_TRUE(eventually([&] { return transfer(rest, id).at("alarm").is_null(); }, patience));
  EXPECT_TRUE(eventually(
      [&] {
        (void)platform().bind().rndc({"retransfer", zone});
        return !dig(platform().bind(), "sneaked." + zone, "A").empty();
      },
      patience));
}

/// dig's status of a signed SOA question to the first mdns.
std::string status_at_mdns(Platform& platform, const std::string& zone) {
  const auto& key = platform.transfer_key();
  const auto out = run({"dig", "@127.0.0.1", "-p", std::to_string(platform.mdns_port()), "-y",
                        key.algorithm + ":" + key.name + ":" + key.secret, "+norecurse", "+time=2", zone, "SOA"})
                       .out;
  const auto at = out.find("status: ");
  return at == std::string::npos ? "none" : out.substr(at + 8, out.find(',', at) - at - 8);
}

TEST_F(SecondaryZones, AZoneExpiresWithoutItsPrimaryAndComesBackWithIt) {
  const std::string zone = "expire.example.org.";
  BindPrimary primary(new_key("transfer.expire."), {{zone, soa(zone, 3, "2 1 6 300")}}, notified());
  auto rest = platform().rest("tenant");
  const auto id = create(rest, zone, {primary.master()}, primary.key());
  ASSERT_TRUE(serves(platform().bind(), zone, 3, patience));
  EXPECT_EQ(status_at_mdns(platform(), zone), "NOERROR");
  primary.stop();
  EXPECT_TRUE(has_state(rest, id, "FAILING"));
  EXPECT_EQ(status_at_mdns(platform(), zone), "NOERROR") << "until it expires";
  ASSERT_TRUE(has_state(rest, id, "EXPIRED"));
  EXPECT_TRUE(eventually([&] { return status_at_mdns(platform(), zone) == "SERVFAIL"; }, patience));
  primary.start();
  EXPECT_TRUE(has_state(rest, id, "FRESH"));
  EXPECT_TRUE(eventually([&] { return status_at_mdns(platform(), zone) == "NOERROR"; }, patience));
  EXPECT_TRUE(serves(platform().bind(), zone, 3, patience));
}

TEST_F(SecondaryZones, WithoutTheDatabaseChangesWaitAndTheZoneIsServedOn) {
  const std::string zone = "waits.example.org.";
  auto given = rich_zone(zone, 1);
  given.dynamic = true;
  BindPrimary primary(new_key("transfer.waits."), {given}, notified());
  auto rest = platform().rest("tenant");
  (void)create(rest, zone, {primary.master()}, primary.key());
  ASSERT_TRUE(serves(platform().bind(), zone, 1, patience));
  platform().postgres().kill();
  primary.update(zone, {"add late." + zone + " 60 A 192.0.2.1"});
  EXPECT_EQ(status_at_mdns(platform(), zone), "NOERROR");
  platform().postgres().start();
  EXPECT_TRUE(serves(platform().bind(), zone, 2, patience));
  expect_same_records(primary, zone);
}

TEST_F(SecondaryZones, APrimaryThatNeverEndsIsCutAndOthersAreServedMeanwhile) {
  const harness::TempDir folder("endless");
  const auto port = harness::free_port();
  // SOA by UDP; by TCP a transfer whose records never end.
  write_file(folder / "endless.py", R"(
import socket, struct, sys, threading
port = int(sys.argv[1])
name = b"\x07endless\x07example\x03org\x00"
soa = name + struct.pack("!HHIH", 6, 1, 300, 22) + b"\x00\x00" + struct.pack("!IIIII", 1, 3600, 600, 86400, 300)
def answer(query, records, count):
    return query[:2] + b"\x84\x00\x00\x01" + struct.pack("!HHH", count, 0, 0) + query[12:12 + len(name) + 4] + records
def udp():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", port))
    while True:
        q, peer = s.recvfrom(4096); s.sendto(answer(q, soa, 1), peer)
def transfer(c):
    try:
        size = struct.unpack("!H", c.recv(2))[0]; q = c.recv(size)
        m = answer(q, soa, 1); c.sendall(struct.pack("!H", len(m)) + m); n = 0
        while True:
            records = b"".join(b"\x08" + b"%08d" % (n + i) + name + struct.pack("!HHIH", 1, 1, 300, 4) + b"\x0a\x00\x00\x01" for i in range(500))
            n += 500; m = answer(q, records, 500); c.sendall(struct.pack("!H", len(m)) + m)
    except OSError:
        pass
threading.Thread(target=udp, daemon=True).start()
t = socket.socket(); t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); t.bind(("127.0.0.1", port)); t.listen(16)
while True:
    c, _ = t.accept(); threading.Thread(target=transfer, args=(c,), daemon=True).start()
)");
  const harness::Process endless({"python3", folder / "endless.py", std::to_string(port)});
  const std::string zone = "meanwhile.example.org.";
  BindPrimary primary(new_key("transfer.meanwhile."), {rich_zone(zone, 1)}, notified());
  auto rest = platform().rest("tenant");
  const auto hostile = id_of(Platform::created(
      rest.post("/v2/zones", json::object{{"name", "endless.example.org."},
                                          {"type", "SECONDARY"},
                                          {"masters", json::array{"127.0.0.1:" + std::to_string(port)}}})));
  (void)create(rest, zone, {primary.master()}, primary.key());
  EXPECT_TRUE(serves(platform().bind(), zone, 1, patience));
  EXPECT_TRUE(eventually(
      [&] {
        const auto error = transfer(rest, hostile).at("error");
        return error.is_string() && error.as_string().find("records") != json::string::npos;
      },
      patience))
      << json::serialize(transfer(rest, hostile));
  EXPECT_EQ(rest.del("/v2/zones/" + hostile).status, 202);
}

TEST_F(SecondaryZones, AnotherInstanceTakesOverATransferWhoseMdnsWasKilled) {
  const std::string zone = "large.example.org.";
  std::string text = soa(zone, 1);
  // More octets than fit the buffers between the two.
  const std::string filling = " IN TXT \"" + std::string(250, 'x') + "\" \"" + std::string(250, 'y') + "\"\n";
  for (int i = 0; i < 80'000; ++i) text += "h" + std::to_string(i) + filling;
  BindPrimary primary(new_key("transfer.large."), {{zone, std::move(text)}}, notified());
  auto rest = platform().rest("tenant");
  const auto id = create(rest, zone, {primary.master()}, primary.key());
  const auto sql = [&](const std::string& query) { return platform().postgres().sql("minidns", query); };
  ASSERT_TRUE(eventually([&] { return sql("select count(*) from inbound_records") != "0"; }, patience));
  primary.freeze();
  const auto holder =
      sql("select address from instances i join inbound_zones z on z.holder = i.id where z.zone_id = '" + id + "'");
  ASSERT_FALSE(holder.empty());
  const int killed = holder.starts_with("127.0.0.1:") ? 1 : 2;
  platform().mdns(killed).kill();
  primary.thaw();
  EXPECT_TRUE(serves(platform().bind(), zone, 1, patience)) << "by the other one";
  EXPECT_EQ(sql("select count(*) from rrsets where zone_id = '" + id + "' and until is null"), "80003");
  platform().mdns(killed).start();
}

}  // namespace
}  // namespace minidns::e2e
