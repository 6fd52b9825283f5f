// BIND, PowerDNS, Knot and NSD, each fed by two mdns in turn, follow signed zones through random changes and refreshes:
// what each serves is what both mdns made, tools accept it, and no server had to give up a difference or to transfer a
// serial twice.
#include "tests/e2e/signed_zones.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/nsd_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <regex>

namespace minidns::e2e {
namespace {

constexpr int rounds = 12;

/// A zone that changes at random, by the API.
class ChangingZone {
 public:
  ChangingZone(RestClient& rest, std::string zone, const std::string& policy)
      : name_(std::move(zone)), policy_(policy), id_(create_hard_zone(rest, name_)) {
    for (int i = 0; i < 30; ++i) {
      create_recordset(rest, id_, recordset_body("Filler" + std::to_string(i) + "." + name_, "A", {"192.0.2.1"}));
    }
    sign(rest, id_, policy);
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] bool has_csk() const { return policy_ == "csk"; }

  /// Adds, changes or removes a recordset; what can't be beside what is there is refused, and another is tried.
  void change(RestClient& rest, std::mt19937& random) {
    for (bool done = false; !done;) {
      const auto below = [&](std::size_t limit) { return random() % limit; };
      static constexpr std::array owners{"a.",
                                         "B.",
                                         "c.B.",
                                         "*.B.",
                                         "d.e.f.",
                                         "E.F.",
                                         "*.",
                                         "Cut.",
                                         "g.cut.",
                                         "cut2.",
                                         "ns.cut2.",
                                         "x.y.z.",
                                         "Y.z.",
                                         "zz.",
                                         "www.mixed.",
                                         "m.non.terminal.",
                                         "under.insecure.",
                                         "0.",
                                         "\\200."};
      static const std::array<std::pair<const char*, std::array<const char*, 2>>, 5> types{
          {{"A", {"192.0.2.77", "192.0.2.78"}},
           {"TXT", {"\"Some text\"", "\"other text\""}},
           {"MX", {"10 Mail.Example.NET.", "20 mail.example.net."}},
           {"NS", {"Ns1.Example.NET.", "ns2.example.net."}},
           {"DS",
            {"1 13 2 1123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
             "2 13 2 2123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"}}}};
      const std::string owner = owners[below(owners.size())] + name_;
      const auto& [type, records] = types[below(types.size())];
      const std::string record = records[below(records.size())];
      const auto there = recordsets_.find({owner, type});
      const std::string recordsets = "/v2/zones/" + id_ + "/recordsets";
      if (there == recordsets_.end()) {
        const auto answer = rest.post(recordsets, recordset_body(owner, type, {record}));
        done = answer.status / 100 == 2;
        if (done) recordsets_[{owner, type}] = id_of(answer.body);
      } else if (below(2) == 0) {
        done = rest.del(recordsets + "/" + there->second).status / 100 == 2;
        if (done) recordsets_.erase(there);
      } else {
        const json::object body{{"records", json::array{record}}, {"ttl", static_cast<int>(60 + below(1000))}};
        done = rest.put(recordsets + "/" + there->second, body).status / 100 == 2;
      }
    }
  }

 private:
  const std::string name_;
  const std::string policy_;
  const std::string id_;
  std::map<std::pair<std::string, std::string>, std::string> recordsets_;  ///< owner and type, to the id
};

class SignedSecondaries : public testing::Test {
 protected:
  void SetUp() override {
    servers_ = {{"BIND", &platform_.bind()}, {"PowerDNS", &platform_.powerdns()}, {"Knot", &knot_}, {"NSD", &nsd_}};
    auto admin = platform_.rest("operator", "admin");
    for (const auto& [name, fields] : std::initializer_list<std::pair<const char*, json::object>>{
             {"nsec", {}},
             {"nsec3", {{"denial", "NSEC3"}}},
             {"opt-out", {{"denial", "NSEC3_OPT_OUT"}}},
             {"csk", {{"algorithm", "ED25519"}, {"key_model", "CSK"}}}}) {
      auto body = fields;
      body["name"] = name;
      body["refresh_period"] = body["inception_skew"] = period_s;
      Platform::created(admin.post("/v2/dnssec/policies", body));
    }
    // These are told of versions as the others are; their zones are this test's to add.
    const auto keys = admin.get("/v2/tsigkeys").body.at("tsigkeys").as_array();
    for (const auto& [name, server] : {servers_[2], servers_[3]}) {
      Platform::created(admin.post("/v2/nameservers", json::object{{"name", name},
                                                                   {"pool_id", platform_.pool_id()},
                                                                   {"driver", "none"},
                                                                   {"address", server->address()},
                                                                   {"port", server->port()},
                                                                   {"transfer_key_id", keys.at(0).at("id")}}));
    }
    platform_.wait_until_in_service();
    for (const int which : {1, 2}) {
      ASSERT_TRUE(eventually([&] { return platform_.mdns(which).log().find("nameservers=4") != std::string::npos; }))
          << platform_.mdns(which).log();
    }
  }
  void TearDown() override {
    if (!HasFailure()) return;
    std::cerr << platform_.logs();
    for (const auto& [name, server] : servers_) std::cerr << name << ":\n" << server->log();
  }

  ChangingZone& add_zone(const std::string& name, const std::string& policy) {
    auto& zone = *zones_.emplace_back(std::make_unique<ChangingZone>(rest_, name, policy));
    const auto& key = platform_.transfer_key().name;
    for (harness::Secondary* server : {servers_[2].second, servers_[3].second}) {
      server->add_zone(name, {{"127.0.0.1", platform_.mdns_port(), key}, {"127.0.0.2", platform_.mdns_port(), key}});
    }
    return zone;
  }

  /// Signing time moves by a part of the period (in both directions), or the number of buckets: with the next change.
  /// It is what central's scheduler does in days, done behind its back.
  void move_signing_time(const ChangingZone& zone, std::mt19937& random) {
    const int parts = static_cast<int>(random() % 5);
    platform_.postgres().sql("minidns", "update zones set signing_time = extract(epoch from now())::bigint + " +
                                            std::to_string(parts * period_s / 4) + ", buckets = " +
                                            std::to_string(1 << (random() % 4)) + " where id = '" + zone.id() + "'");
  }
  /// Central makes refresh versions.
  void refresh_all() {
    std::vector<std::uint32_t> serials;
    for (const auto& zone : zones_) serials.push_back(serial_of(rest_, zone->id()));
    platform_.postgres().sql("minidns", "update zones set refresh_due = now() where refresh_due is not null");
    for (std::size_t i = 0; i < zones_.size(); ++i) {
      ASSERT_TRUE(eventually([&] { return serial_of(rest_, zones_[i]->id()) != serials[i]; }));
    }
  }

  void expect_all_have(const ChangingZone& zone) {
    const auto serial = serial_of(rest_, zone.id());
    for (const auto& [name, server] : servers_) {
      ASSERT_TRUE(serves(*server, zone.name(), serial, std::chrono::seconds(60))) << name << ' ' << zone.name();
    }
  }
  void expect_all_serve_what_was_made(const ChangingZone& zone, int which) {
    const auto made = transferred(platform_, zone.name(), which);
    EXPECT_EQ(complaints(zone.name(), made, zone.has_csk()), "") << "mdns " << which;
    for (const auto& [name, server] : servers_) {
      SCOPED_TRACE(name + " " + zone.name());
      EXPECT_EQ(differences(*server, zone.name(), made, name == "PowerDNS"), "");
      EXPECT_EQ(complaints(zone.name(), transferred(*server, zone.name()), zone.has_csk()), "");
    }
  }

  /// Where the log of each server stands.
  [[nodiscard]] std::map<std::string, std::size_t> log_sizes() const {
    std::map<std::string, std::size_t> sizes;
    for (const auto& [name, server] : servers_) sizes[name] = server->log().size();
    return sizes;
  }

  static constexpr int period_s = 3600;
  Platform platform_;
  harness::KnotServer knot_{{platform_.transfer_key()}};
  harness::NsdServer nsd_{{platform_.transfer_key()}};
  RestClient rest_ = platform_.rest("tenant");
  std::vector<std::pair<std::string, harness::Secondary*>> servers_;
  std::vector<std::unique_ptr<ChangingZone>> zones_;
};

/// What a server says when a difference doesn't fit, or it can't use what came.
std::vector<std::string> bad_lines(const std::string& log) {
  static const std::regex bad(
      "failed while receiving|IXFR failed|malformed|bad diff|failed to apply|fallback|falling back|not exact|"
      "journal.*(error|out of sync)|unexpected (end|rcode)|bad.*(ixfr|axfr|transfer)|FORMERR|(ixfr|axfr).*(failed|bad)|"
      "xfrd.*(corrupt|cannot)|diff:.*(fail|not exist|does not|cannot|exist)|semantic|bogus|invalid",
      std::regex::icase);
  // A primary that is down is asked in vain, and the next one has what is wanted; an rndc that came and went.
  static const std::regex harmless("refused|no usable primar|not responding|invalid command from", std::regex::icase);
  std::vector<std::string> lines;
  std::istringstream text(log);
  for (std::string line; std::getline(text, line);) {
    if (std::regex_search(line, bad) && !std::regex_search(line, harmless)) lines.push_back(line);
  }
  return lines;
}

/// Serials that a server says it has taken over, by zone: each once.
std::vector<std::string> repeated_transfers(const std::string& log) {
  static const std::array<std::regex, 4> taken{
      std::regex("zone (\\S+)/IN: transferred serial (\\d+)"),                           // BIND
      std::regex("zone: '(\\S+)'.*zone committed with serial (?:number )?(\\d+)"),       // PowerDNS
      std::regex("\\[(\\S+)\\] refresh.*zone updated.*serial (?:none|\\d+) -> (\\d+)"),  // Knot
      std::regex("zone (\\S+) serial \\d+ is updated to (\\d+)"),                        // NSD
  };
  std::map<std::string, int> times;
  std::istringstream text(log);
  for (std::string line; std::getline(text, line);) {
    for (const auto& pattern : taken) {
      std::smatch found;
      if (std::regex_search(line, found, pattern)) ++times[found[1].str() + " " + found[2].str()];
    }
  }
  std::vector<std::string> repeated;
  for (const auto& [what, count] : times) {
    if (count > 1) repeated.push_back(what + ": " + std::to_string(count) + " times");
  }
  if (times.empty()) repeated.emplace_back("no transfer is in the log");
  return repeated;
}

/// Times that a server took a version from one of its primaries.
int transfers_from(const std::string& primary, const std::string& log) {
  const std::regex taken("transfer of .* from " + primary + "#.*Transfer status: success|primary: '" + primary +
                         "', zone committed|refresh, remote " + primary + "@.*zone updated|received update .* from " +
                         primary + "@");
  int times = 0;
  std::istringstream text(log);
  for (std::string line; std::getline(text, line);) times += std::regex_search(line, taken) ? 1 : 0;
  return times;
}

TEST_F(SignedSecondaries, EachFedByTwoMdnsInTurnServeWhatBothMadeAndNeverGiveUpADifference) {
  std::mt19937 random(20261126);  // NOLINT: always the same
  add_zone("Plain.Example.ORG.", "nsec");
  add_zone("hashed.example.org.", "nsec3");
  add_zone("opt-out.example.org.", "opt-out");
  add_zone("one.key.example.org.", "csk");
  for (const auto& zone : zones_) {
    expect_all_have(*zone);
    expect_all_serve_what_was_made(*zone, 1);
  }
  const auto begin = log_sizes();

  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const int away = 1 + round % 2;
    const int serving = 3 - away;
    platform_.mdns(away).kill();
    for (const auto& zone : zones_) {
      if (random() % 2 == 0) move_signing_time(*zone, random);
      for (auto changes = 1 + random() % 4; changes > 0; --changes) zone->change(rest_, random);
    }
    if (round % 3 == 0) refresh_all();
    for (const auto& zone : zones_) expect_all_have(*zone);
    platform_.mdns(away).start();
    for (const auto& zone : zones_) expect_all_serve_what_was_made(*zone, round % 4 < 2 ? serving : away);
  }

  for (const auto& [name, server] : servers_) {
    SCOPED_TRACE(name);
    const auto log = server->log().substr(begin.at(name));
    EXPECT_EQ(bad_lines(log), std::vector<std::string>());
    EXPECT_EQ(repeated_transfers(log), std::vector<std::string>());
    for (const std::string primary : {"127.0.0.1", "127.0.0.2"}) {
      EXPECT_GT(transfers_from(primary, log), 5) << primary;
      const bool takes_differences =
          name != "Knot" || log.find("IXFR, incoming, remote " + primary) != std::string::npos;
      EXPECT_TRUE(takes_differences) << primary;
    }
  }
  for (const int which : {1, 2}) {
    EXPECT_EQ(platform_.mdns(which).log().find("level=error"), std::string::npos) << platform_.mdns(which).log();
  }
}

}  // namespace
}  // namespace minidns::e2e
