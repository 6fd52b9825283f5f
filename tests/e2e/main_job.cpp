// The main job, with the verdict from outside: what was written by REST is read back from real secondaries and by
// other people's tools.

#include "tests/e2e/served.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>
#include <string_view>

namespace minidns::e2e {
namespace {

using harness::run;
using harness::write_file;

struct Row {
  const char* owner;  ///< relative to the zone; empty: the apex
  const char* type;
  std::vector<const char*> records;  ///< as `dig` prints them, so that they compare as text
};

const std::vector<Row>& common_types() {
  static const std::vector<Row> rows{
      {"www.", "A", {"192.0.2.1", "192.0.2.2"}},
      {"www.", "AAAA", {"2001:db8::1"}},
      {"alias.", "CNAME", {"www.types.example.org."}},
      {"", "MX", {"10 mail.types.example.org.", "20 mail2.example.net."}},
      {"", "TXT", {"\"v=spf1 -all\"", "\"two\" \"strings\"", "\"\""}},
      {"null.", "MX", {"0 ."}},
      {"_sip._tcp.", "SRV", {"1 2 5060 sip.example.net."}},
      {"_none._tcp.", "SRV", {"0 0 0 ."}},
      {"", "CAA", {"0 issue \"ca.example.net\"", "128 issuewild \";\""}},
      {"host.", "SSHFP", {"4 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"}},
      {"_443._tcp.", "TLSA", {"3 1 1 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"}},
      {"enum.", "NAPTR", {"100 10 \"U\" \"E2U+sip\" \"!^.*$!sip:info@example.org!\" ."}},
      {"svc.", "HTTPS", {"1 . alpn=\"h2,h3\" ipv4hint=192.0.2.1"}},
      {"svc.", "SVCB", {"2 other.example.net. port=8443"}},
      {"child.", "NS", {"ns1.child.types.example.org.", "ns.example.net."}},
      {"child.", "DS", {"12345 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"}},
      {"*.wild.", "TXT", {"\"any\""}},
      {"loc.", "LOC", {"52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m"}},
      {"uri.", "URI", {"10 1 \"https://example.org/\""}},
      {"hinfo.", "HINFO", {"\"PC\" \"Linux\""}},
      {"rp.", "RP", {"admin.example.org. info.example.org."}},
      {"old.", "DNAME", {"new.example.net."}},
      {"unknown.", "TYPE65280", {"\\# 4 0A000001"}},
  };
  return rows;
}

/// Debian's ldns-compare-zones can't read these two; the queries before compare them.
bool unknown_to_ldns(std::string_view type) {
  return type == "SVCB" || type == "HTTPS";
}

/// The tools print the TSIG record of the answer too.
std::string without_lines_unknown_to_ldns(const std::string& zone) {
  std::istringstream lines(zone);
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string owner, ttl, klass, type;
    words >> owner >> ttl >> klass >> type;
    if (!unknown_to_ldns(type) && type != "TSIG") {
      kept += line + "\n";
    }
  }
  return kept;
}

constexpr const char* types_zone = "types.example.org.";

class MainJob : public testing::Test {
 protected:
  static void SetUpTestSuite() { platform_ = std::make_unique<Platform>(); }
  static void TearDownTestSuite() { platform_.reset(); }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs();
  }
  static Platform& platform() { return *platform_; }

  static bool on_both(const std::string& zone, std::uint32_t serial) {
    return serves(platform().bind(), zone, serial) && serves(platform().powerdns(), zone, serial);
  }

  /// `server` gives exactly these records: the last fields of dig's lines.
  template <class Server>
  static std::vector<std::string> rdata(const Server& server, const std::string& name, const std::string& type) {
    std::vector<std::string> found;
    for (const auto& line : dig(server, name, type)) {
      // owner TTL class type RDATA, separated by tabs or spaces
      std::size_t at = 0;
      for (int field = 0; field < 4; ++field) at = line.find_first_not_of(" \t", line.find_first_of(" \t", at));
      found.push_back(line.substr(at));
    }
    return found;
  }

  static std::unique_ptr<Platform> platform_;
};

std::unique_ptr<Platform> MainJob::platform_;

TEST_F(MainJob, BothSecondariesAnswerEveryRecordOfEveryCommonType) {
  auto rest = platform().rest("tenant");
  const auto id = create_zone(rest, types_zone);
  for (const auto& row : common_types()) {
    json::array records;
    for (const auto* record : row.records) records.push_back(record);
    const auto name = std::string(row.owner) + types_zone;
    create_recordset(rest, id, {{"name", name}, {"type", row.type}, {"records", records}});
  }
  ASSERT_TRUE(on_both(types_zone, serial_of(rest, id)));

  for (const auto& row : common_types()) {
    // Below the cut and at the DNAME a query is answered with a referral or more records: read them by transfer below.
    const std::string type = row.type;
    const auto name = std::string(row.owner) + types_zone;
    if (type == "NS") continue;
    auto expected = std::vector<std::string>(row.records.begin(), row.records.end());
    std::sort(expected.begin(), expected.end());
    for (auto found : {rdata(platform().bind(), name, type), rdata(platform().powerdns(), name, type)}) {
      std::sort(found.begin(), found.end());
      EXPECT_EQ(found, expected) << name << ' ' << type;
    }
  }
  EXPECT_TRUE(zone_has_status(rest, id, "ACTIVE"));
}

TEST_F(MainJob, AZoneReadBackByTransferEqualsWhatWasWritten) {
  auto rest = platform().rest("tenant");
  const auto listed = rest.get("/v2/zones?name=" + std::string(types_zone));
  ASSERT_EQ(listed.body.at("zones").as_array().size(), 1U) << "the test before this one makes the zone";

  std::string written = "$TTL 300\n";
  const auto soa = dig(platform().bind(), types_zone, "SOA");
  ASSERT_EQ(soa.size(), 1U);
  written += soa.front() + "\n" + types_zone + " NS ns1.test.\n" + types_zone + " NS ns2.test.\n";
  for (const auto& row : common_types()) {
    if (unknown_to_ldns(row.type)) {
      continue;
    }
    for (const auto* record : row.records) {
      written += std::string(row.owner) + types_zone + " 300 IN " + row.type + " " + record + "\n";
    }
  }
  const harness::TempDir folder("zones");
  write_file(folder / "written", written);

  const auto& key = platform().transfer_key();
  const auto secret = key.algorithm + ":" + key.name + ":" + key.secret;
  for (int which = 1; which <= 2; ++which) {
    const auto address = "127.0.0." + std::to_string(which);
    const auto port = std::to_string(platform().mdns_port());
    const std::map<std::string, std::vector<std::string>> tools{
        {"dig",
         {"dig", "@" + address, "-p", port, "-y", secret, "+onesoa", "+nocmd", "+nostats", "+nocomments", types_zone,
          "AXFR"}},
        {"kdig", {"kdig", "@" + address, "-p", port, "-y", secret, "+nostats", "+noheader", types_zone, "AXFR"}},
    };
    for (const auto& [tool, command] : tools) {
      const auto transferred = run(command);
      ASSERT_EQ(transferred.status, 0) << tool << transferred.out << transferred.err;
      write_file(folder / tool, without_lines_unknown_to_ldns(transferred.out));
      // -a: all differences; -s: the SOA is compared too. Status 0: no difference.
      const auto compared = run({"ldns-compare-zones", "-a", "-s", folder / "written", folder / tool});
      EXPECT_EQ(compared.status, 0) << tool << " from " << address << ":\n" << compared.out << compared.err;
    }
  }
}

TEST_F(MainJob, ChangesDeletionsAndRecreationFollow) {
  auto rest = platform().rest("tenant");
  const std::string zone = "follow.example.org.";
  auto id = create_zone(rest, zone);
  const auto www = create_recordset(rest, id, recordset_body("www." + zone, "A", {"192.0.2.1"}));
  ASSERT_TRUE(on_both(zone, serial_of(rest, id)));

  const auto changed = rest.put("/v2/zones/" + id + "/recordsets/" + www, {{"records", json::array{"192.0.2.9"}}});
  ASSERT_EQ(changed.status, 202);
  ASSERT_TRUE(on_both(zone, serial_of(rest, id)));
  EXPECT_EQ(rdata(platform().bind(), "www." + zone, "A"), std::vector<std::string>{"192.0.2.9"});
  EXPECT_EQ(rdata(platform().powerdns(), "www." + zone, "A"), std::vector<std::string>{"192.0.2.9"});

  ASSERT_EQ(rest.del("/v2/zones/" + id + "/recordsets/" + www).status, 202);
  ASSERT_TRUE(on_both(zone, serial_of(rest, id)));
  EXPECT_TRUE(dig(platform().bind(), "www." + zone, "A").empty());
  EXPECT_TRUE(dig(platform().powerdns(), "www." + zone, "A").empty());

  const auto last_serial = serial_of(rest, id);
  ASSERT_EQ(rest.del("/v2/zones/" + id).status, 202);
  EXPECT_TRUE(is_gone(platform().bind(), zone));
  EXPECT_TRUE(is_gone(platform().powerdns(), zone));
  EXPECT_TRUE(eventually([&] { return rest.get("/v2/zones/" + id).status == 404; }));

  id = create_zone(rest, zone);
  create_recordset(rest, id, recordset_body("www." + zone, "A", {"192.0.2.77"}));
  const auto serial = serial_of(rest, id);
  EXPECT_LT(serial - last_serial, 0x8000'0000U) << "newer than every serial before (RFC 1982)";
  ASSERT_TRUE(on_both(zone, serial));
  EXPECT_EQ(rdata(platform().bind(), "www." + zone, "A"), std::vector<std::string>{"192.0.2.77"});
  EXPECT_EQ(rdata(platform().powerdns(), "www." + zone, "A"), std::vector<std::string>{"192.0.2.77"});
}

TEST_F(MainJob, IxfrIsTheDifferenceForDigAndDnspython) {
  auto rest = platform().rest("tenant");
  const std::string zone = "difference.example.org.";
  const auto id = create_zone(rest, zone);
  for (int host = 0; host < 50; ++host) {
    create_recordset(rest, id, recordset_body("h" + std::to_string(host) + "." + zone, "A", {"192.0.2.1"}));
  }
  const auto before = serial_of(rest, id);
  create_recordset(rest, id, recordset_body("new." + zone, "TXT", {"\"came\""}));
  const auto after = serial_of(rest, id);
  ASSERT_TRUE(on_both(zone, after));

  const auto& key = platform().transfer_key();
  for (int which = 1; which <= 2; ++which) {
    const auto address = "127.0.0." + std::to_string(which);
    const auto port = std::to_string(platform().mdns_port());
    const auto difference =
        run({"dig", "@" + address, "-p", port, "-y", key.algorithm + ":" + key.name + ":" + key.secret, "+noall",
             "+answer", zone, "IXFR=" + std::to_string(before)});
    EXPECT_EQ(difference.status, 0);
    // RFC 1995 §4: new SOA, old SOA, new SOA, the record, new SOA.
    EXPECT_EQ(std::count(difference.out.begin(), difference.out.end(), '\n'), 5) << difference.out;
    EXPECT_NE(difference.out.find("came"), std::string::npos) << difference.out;

    const auto script =
        run({"/usr/bin/python3", "-c", R"(
import sys, dns.query, dns.zone, dns.tsigkeyring, dns.xfr, dns.rdatatype
zone, address, port, name, algorithm, secret, before, after = sys.argv[1:]
ring = dns.tsigkeyring.from_text({name: (algorithm, secret)})
z = dns.zone.Zone(zone)
def transfer(kind, serial):
    query, _ = dns.xfr.make_query(z, serial=serial, keyring=ring, keyname=name, keyalgorithm=algorithm)
    dns.query.inbound_xfr(address, z, query, port=int(port), timeout=20)
transfer('AXFR', None)
full = z.to_text(sorted=True)
assert z.get_rdataset('@', 'SOA')[0].serial == int(after)
with z.writer() as w:                      # back to the version before, then forward by difference
    w.delete('new')
    soa = z.get_rdataset('@', 'SOA')[0].replace(serial=int(before))
    import dns.rdataset
    w.replace('@', dns.rdataset.from_rdata(300, soa))
transfer('IXFR', int(before))
assert z.to_text(sorted=True) == full, z.to_text(sorted=True)
print('equal')
)",
             zone, address, port, key.name, key.algorithm, key.secret, std::to_string(before), std::to_string(after)});
    EXPECT_EQ(script.out, "equal\n") << script.err;
  }
}

TEST_F(MainJob, AKeyOpensOnlyItsPool) {
  auto admin = platform().rest("operator", "admin");
  auto rest = platform().rest("tenant");
  const auto id = create_zone(rest, "scoped.example.org.");
  ASSERT_TRUE(on_both("scoped.example.org.", serial_of(rest, id)));
  const auto pool = Platform::created(admin.post(
      "/v2/pools",
      {{"name", "other"}, {"ns_records", json::array{json::object{{"hostname", "ns.other."}, {"priority", 1}}}}}));
  const std::string secret = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";
  Platform::created(admin.post("/v2/tsigkeys", {{"name", "other.key."},
                                                {"algorithm", "hmac-sha256"},
                                                {"secret", secret},
                                                {"scope", "POOL"},
                                                {"resource_id", id_of(pool)}}));
  const auto transfer = [&](const std::vector<std::string>& with, const std::string& zone) {
    std::vector<std::string> command{"dig", "@127.0.0.1", "-p", std::to_string(platform().mdns_port())};
    command.insert(command.end(), with.begin(), with.end());
    command.insert(command.end(), {"+noall", "+comments", "+answer", zone, "SOA"});
    return run(command).out;
  };
  const std::vector<std::string> other{"-y", "hmac-sha256:other.key.:" + secret};
  ASSERT_TRUE(eventually([&] { return transfer(other, "scoped.example.org.").find("BADKEY") == std::string::npos; }))
      << "mdns learns the new key";
  for (const auto& with : {other, std::vector<std::string>{}}) {
    for (const auto* zone : {"scoped.example.org.", "no-such-zone.example.org."}) {
      EXPECT_NE(transfer(with, zone).find("status: REFUSED"), std::string::npos) << zone << transfer(with, zone);
    }
  }
}

}  // namespace
}  // namespace minidns::e2e
