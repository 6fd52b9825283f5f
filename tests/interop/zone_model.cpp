#include "tests/interop/zone_model.hpp"

#include "tests/harness/process.hpp"

#include <algorithm>
#include <cctype>

namespace minidns::mdns::test {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char octet) { return std::tolower(octet); });
  return text;
}

}  // namespace

Set apex_ns(const std::string& zone) {
  return {zone, "NS", {"ns1.example.net.", "ns2.example.net."}};
}

ZoneModel::ZoneModel(World& world, const std::string& name, const std::vector<Set>& sets, std::uint32_t serial)
    : world_(world), zone_(world.create_zone(name, sets, world.pool(), serial)) {
  remember({apex_ns(name)});
  remember(sets);
}

void ZoneModel::remember(const std::vector<Set>& sets) {
  for (const Set& set : sets) {
    const auto key = std::make_pair(lower(set.owner), set.type);
    sets_.erase(key);
    if (!set.records.empty()) sets_.emplace(key, set);
  }
}

void ZoneModel::change(const std::vector<Set>& sets) {
  world_.change_zone(zone_, sets);
  remember(sets);
}

Set ZoneModel::random_set(std::mt19937& random) const {
  const auto number = [&random](unsigned limit) { return std::to_string(random() % limit); };
  static const std::vector<std::string> types{"A", "AAAA", "TXT", "MX", "SRV", "TYPE65400"};
  Set set;
  // Few owners, so that changes meet each other; some below others, so that empty non-terminals come and go.
  set.owner = "r" + number(12) + "." + (random() % 3 == 0 ? "deep." : "") + zone_.name;
  set.type = types[random() % types.size()];
  set.ttl = static_cast<int>(60 * (1 + random() % 3));
  for (auto count = random() % 4; count > 0; --count) {
    std::string record;
    if (set.type == "A") record = "192.0.2." + number(250);
    if (set.type == "AAAA") record = "2001:db8::" + number(9999);
    if (set.type == "TXT") record = "\"" + std::string(random() % 200, 'x') + "\" \"" + number(1000) + "\"";
    if (set.type == "MX") record = number(100) + " mail" + number(9) + "." + zone_.name;
    if (set.type == "SRV") record = number(100) + " 0 5060 sip" + number(9) + "." + zone_.name;
    if (set.type == "TYPE65400") record = "\\# 2 0" + number(10) + "0" + number(10);
    if (std::find(set.records.begin(), set.records.end(), record) == set.records.end()) set.records.push_back(record);
  }
  return set;
}

void ZoneModel::change_at_random(std::mt19937& random) {
  std::map<std::pair<std::string, std::string>, Set> sets;
  for (auto count = 1 + random() % 5; count > 0; --count) {
    Set set = random_set(random);
    sets[{set.owner, set.type}] = std::move(set);
  }
  std::vector<Set> changes;
  for (auto& [key, set] : sets) changes.push_back(std::move(set));
  change(changes);
}

std::string ZoneModel::text() const {
  std::vector<Set> sets;
  for (const auto& [key, set] : sets_) sets.push_back(set);
  return zone_text(zone_.name, sets, zone_.serial);
}

std::string zone_text(const std::string& zone, const std::vector<Set>& sets, std::uint32_t serial,
                      const std::string& klass) {
  std::string text = zone + " 300" + klass + "SOA ns1.example.net. hostmaster.example.net. " + std::to_string(serial) +
                     " 3600 600 604800 300\n";
  for (const auto& set : sets) {
    for (const auto& record : set.records) {
      text += set.owner + " " + std::to_string(set.ttl) + klass + set.type + " " + record + "\n";
    }
  }
  return text;
}

std::vector<Set> every_common_type(const std::string& zone) {
  return {{zone, "MX", {"10 mail." + zone, "20 mail2.example.net."}},
          {zone, "CAA", {"0 issue \"ca.example\"", "128 iodef \"mailto:a@example.net\""}},
          {"host." + zone, "A", {"192.0.2.1", "192.0.2.2"}},
          {"host." + zone, "AAAA", {"2001:db8::1"}},
          {"host." + zone, "HINFO", {"\"a cpu\" \"an os\""}},
          {"host." + zone, "LOC", {"52 22 23.000 N 4 53 32.000 E -2.00m 1.00m 10000.00m 10.00m"}},
          {"host." + zone, "SSHFP", {"4 2 " + std::string(64, 'a')}},
          {"host." + zone, "RP", {"admin." + zone + " text." + zone}},
          {"www." + zone, "CNAME", {"host." + zone}},
          {"text." + zone, "TXT", {"\"one\" \"two words\"", "\"\"", "\"\\\"quoted\\\" ; \\\\ \\000\\255\""}},
          {"text." + zone, "SPF", {"\"v=spf1 -all\""}},
          {"text." + zone, "EUI48", {"00-00-5e-00-53-2a"}},
          {"_sip._tcp." + zone, "SRV", {"1 2 5060 sip." + zone}},
          {"_25._tcp.mail." + zone, "TLSA", {"3 1 1 " + std::string(64, 'b')}},
          {"enum." + zone, "NAPTR", {"100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:info@example.net!\" ."}},
          {"_http._tcp." + zone, "URI", {"10 1 \"https://www.example.net/\""}},
          {"svc." + zone, "SVCB", {"1 svc2." + zone + " alpn=\"h2,h3\" port=\"8443\""}},
          {"svc." + zone, "HTTPS", {"1 . alpn=\"h3\" ipv4hint=\"192.0.2.3\"", "2 . key65333=\"unknown\""}},
          {"key." + zone, "OPENPGPKEY", {"AAEC"}},
          {"key." + zone, "CERT", {"1 0 0 AAEC"}},
          {"ptr." + zone, "PTR", {"host." + zone}},
          {"unknown." + zone, "TYPE65280", {"\\# 4 0a000001", "\\# 0"}}};
}

std::vector<Set> hard_names(const std::string& zone) {
  const std::string long_label(63, 'l');
  // Three labels of 63 octets and one that fills the name up to 255 octets on the wire.
  const std::size_t used = 3 * 64 + zone.size() + 1;
  const std::string longest = std::string(255 - used - 1, 'f') + "." + long_label + "." + long_label + "." + long_label;
  return {{"MiXed.Case." + zone, "A", {"192.0.2.1"}},
          {"mixed.case." + zone, "MX", {"10 MaiL.Mixed.Case." + zone}},
          {"dot\\.inside." + zone, "A", {"192.0.2.2"}},
          {"back\\\\slash." + zone, "A", {"192.0.2.3"}},
          {"zero\\000.space\\032here." + zone, "A", {"192.0.2.4"}},
          {"high\\255\\200." + zone, "A", {"192.0.2.5"}},
          {"\\\"quote\\;\\@\\$\\(." + zone, "A", {"192.0.2.6"}},
          {"under_score.a/b." + zone, "A", {"192.0.2.7"}},
          {long_label + "." + zone, "A", {"192.0.2.8"}},
          {longest + "." + zone, "A", {"192.0.2.9"}}};
}

std::vector<Set> cuts_and_wildcards(const std::string& zone) {
  return {{"*." + zone, "TXT", {"\"at the apex\""}},
          {"*.wild." + zone, "A", {"192.0.2.1"}},
          {"*.deep.wild." + zone, "AAAA", {"2001:db8::2"}},
          {"*.alias." + zone, "CNAME", {"target." + zone}},
          {"a.b.c.ent." + zone, "A", {"192.0.2.3"}},
          {"cut." + zone, "NS", {"ns.cut." + zone, "ns.other.example."}},
          {"cut." + zone, "DS", {"12345 13 2 " + std::string(64, 'c')}},
          {"ns.cut." + zone, "A", {"192.0.2.4"}},
          {"ns.cut." + zone, "AAAA", {"2001:db8::4"}},
          {"deep.below.cut." + zone, "A", {"192.0.2.5"}},
          {"bare." + zone, "NS", {"ns.elsewhere.example."}},
          {"tree." + zone, "DNAME", {"forest.example."}},
          {"zerottl." + zone, "A", {"192.0.2.6"}, 0}};
}

Set largest_record(const std::string& zone) {
  // 64,000 octets: what fits a message with the longest names and a TSIG.
  std::string strings;
  for (int i = 0; i < 250; ++i) strings += " \"" + std::string(255, 't') + "\"";
  return {"text." + zone, "TXT", {strings.substr(1)}};
}

Set large_rrset(const std::string& zone) {
  Set set{"many." + zone, "TXT", {}};
  for (int i = 0; i < 99; ++i) {  // within the 100 records that BIND allows in an RRset
    std::string record = "\"" + std::to_string(i) + "\"";
    for (int part = 0; part < 3; ++part) record += " \"" + std::string(255, 't') + "\"";
    set.records.push_back(record);
  }
  return set;
}

std::string differences(const std::string& address, std::uint16_t port, const ZoneModel& model,
                        const std::vector<std::string>& options) {
  std::vector<std::string> command{"/usr/bin/python3",   "-I",        MINIDNS_INTEROP_DIR "/compare_zone.py", address,
                                   std::to_string(port), model.name()};
  command.insert(command.end(), options.begin(), options.end());
  const auto result = harness::run(command, model.text());
  return result.out + result.err + (result.status == 0 ? "" : "status " + std::to_string(result.status));
}

}  // namespace minidns::mdns::test
