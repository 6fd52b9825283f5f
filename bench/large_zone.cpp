#include "bench/large_zone.hpp"

#include "base/bytes.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/wait.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <fstream>
#include <random>
#include <stdexcept>

namespace minidns::bench {

namespace {

constexpr std::size_t first_host = 1'000'000;  // all owners have the same length, so their order is that of the numbers
constexpr std::chrono::minutes load_limit{5};

std::string owner(std::size_t host) {
  return "host-" + std::to_string(first_host + host);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::string hex_of_wire(const std::string& name) {
  Bytes wire;
  std::size_t begin = 0;
  for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', begin)) {
    wire.push_back(static_cast<std::uint8_t>(dot - begin));
    wire.insert(wire.end(), name.begin() + static_cast<std::ptrdiff_t>(begin),
                name.begin() + static_cast<std::ptrdiff_t>(dot));
    begin = dot + 1;
  }
  wire.push_back(0);
  return to_hex(wire);
}

class SignatureText {
 public:
  explicit SignatureText(std::string zone) : zone_(std::move(zone)) {}

  void write(std::ostream& out, const std::string& name, const char* covered) {
    Bytes signature;
    while (signature.size() < 64) {
      const auto bits = random_();
      for (unsigned shift = 0; shift < 64; shift += 8) signature.push_back(static_cast<std::uint8_t>(bits >> shift));
    }
    out << name << " IN RRSIG " << covered << " 13 4 3600 20361231000000 20261101000000 12345 " << zone_ << ' '
        << to_base64(signature) << '\n';
  }

 private:
  std::string zone_;
  std::mt19937_64 random_;
};

// The rows of the hosts, as central stores them: owner key, and each record with its length before it. ZONE is the
// zone's name in wire form.
constexpr const char* insert_unsigned = R"(
insert into rrsets (zone_id, owner, type, ttl, since, rdata)
select z.id, convert_to('host-' || (1000000 + h), 'UTF8') || '\x00', t.type, 3600, z.version,
  case t.type when 1 then '\x00040a'::bytea || substring(int4send(h) from 2)
              else '\x001020010db8'::bytea || decode(repeat('00', 8), 'hex') || int4send(h) end
from zones z, generate_series(0, HOSTS - 1) h, (values (1), (28)) t(type)
where z.name = 'NAME' and z.deleted_at is null)";

constexpr const char* insert_signatures = R"(
insert into rrsets (zone_id, owner, type, ttl, since, rdata)
select z.id, convert_to('host-' || (1000000 + h), 'UTF8') || '\x00', t.type, 3600, z.version,
  case t.type when 46 then (select string_agg(int2send((82 + length('\xZONE'::bytea))::int2) || int2send(covered::int2)
       || '\x0d0400000e107de7a18069057f003039'::bytea || '\xZONE'::bytea || sha512(int4send(h) || int2send(covered::int2)),
       ''::bytea) from (values (1), (28), (47)) c(covered))
     else int2send((13 + length('\xZONE'::bytea) + 8)::int2) || '\x0c'::bytea
       || convert_to('host-' || (1000000 + (h + 1) % HOSTS), 'UTF8') || '\xZONE'::bytea || '\x0006400000080003'::bytea end
from zones z, generate_series(0, HOSTS - 1) h, (values (46), (47)) t(type)
where z.name = 'NAME' and z.deleted_at is null)";

// The version is the address: new in each.
constexpr const char* change_addresses = R"(
update rrsets r set until = z.version from zones z
where z.name = 'NAME' and z.deleted_at is null and r.zone_id = z.id and r.until is null and r.type = 1
  and r.owner >= convert_to('host-1000000', 'UTF8') and r.owner < convert_to('host-' || (1000000 + COUNT), 'UTF8');
insert into rrsets (zone_id, owner, type, ttl, since, rdata)
select z.id, convert_to('host-' || (1000000 + h), 'UTF8') || '\x00', 1, 3600, z.version,
  '\x0004'::bytea || int4send((2886729728 - 4294967296 + z.version)::int)
from zones z, generate_series(0, COUNT - 1) h where z.name = 'NAME' and z.deleted_at is null)";

constexpr const char* next_version = R"(
update zones set version = version + 1, serial = serial + 1 where name = 'NAME' and deleted_at is null;
insert into versions (zone_id, version, serial, kind, key_set_id, signing_time, buckets, rules)
select id, version, serial, 'update', key_set_id, signing_time, buckets, rules from zones where name = 'NAME' and deleted_at is null)";

}  // namespace

LargeZone unsigned_zone(std::size_t records) {
  return {"axfr.bench.example.", records / 2};
}

LargeZone signed_zone(std::size_t unsigned_records, Signatures signatures) {
  return {"signed.bench.example.", unsigned_records / 2, signatures};
}

void write_zone_file(const std::string& path, const LargeZone& zone) {
  std::ofstream out(path, std::ios::trunc);
  SignatureText signature(zone.name);
  out << "$ORIGIN " << zone.name
      << "\n$TTL 3600\n@ IN SOA ns1.test. a.bench.example. 1 3600 600 604800 3600\n@ IN NS ns1.test.\n@ IN NS "
         "ns2.test.\n";
  for (std::size_t host = 0; host < zone.hosts; ++host) {
    const auto name = owner(host);
    out << name << " IN A 10." << (host >> 16 & 255) << '.' << (host >> 8 & 255) << '.' << (host & 255) << '\n'
        << name << " IN AAAA 2001:db8::" << std::hex << (host >> 16) << ':' << (host & 0xffff) << std::dec << '\n';
    if (!zone.is_signed()) continue;
    for (const char* covered : {"A", "AAAA", "NSEC"}) signature.write(out, name, covered);
    out << name << " IN NSEC " << owner((host + 1) % zone.hosts) << " A AAAA RRSIG NSEC\n";
  }
  if (!out.flush()) throw std::runtime_error("can't write " + path);
}

void create_large_zone(harness::Platform& platform, const LargeZone& zone) {
  auto rest = platform.rest("bench");
  const auto created = harness::Platform::created(
      rest.post("/v2/zones", boost::json::object{{"name", zone.name}, {"email", "a@bench.example"}}));
  std::string script = std::string("begin;") + next_version + ";" + insert_unsigned + ";";
  if (zone.signatures == Signatures::made_up) script += std::string(insert_signatures) + ";";
  script += "commit; analyze rrsets;";
  script = replaced(replaced(replaced(script, "HOSTS", std::to_string(zone.hosts)), "NAME", zone.name), "ZONE",
                    hex_of_wire(zone.name));
  (void)platform.postgres().sql("minidns", script, load_limit);
  if (zone.signatures == Signatures::by_mdns) {
    sign_by_default_policy(rest, "/v2/zones/" + std::string(created.at("id").as_string()));
  }
}

void sign_by_default_policy(harness::RestClient& rest, const std::string& zone_path) {
  harness::Platform::created(rest.put(zone_path + "/dnssec", boost::json::object{{"policy", "default"}}));
}

std::uint32_t change_hosts(harness::Platform& platform, const LargeZone& zone, std::size_t count) {
  const auto script = "begin;" + std::string(next_version) + ";" + change_addresses +
                      "; commit; select serial - 1, id, version from zones where name = 'NAME' and deleted_at is null;"
                      " select pg_notify('minidns_versions', id || ' ' || version) from zones where name = 'NAME'"
                      " and deleted_at is null;";
  const auto out = platform.postgres().sql(
      "minidns", replaced(replaced(script, "COUNT", std::to_string(count)), "NAME", zone.name), load_limit);
  return static_cast<std::uint32_t>(std::stoul(out));
}

void wait_until_loaded(harness::Platform& platform, const LargeZone& zone, int which_mdns) {
  const auto serial = std::stoul(platform.postgres().sql(
      "minidns", "select serial from zones where name = '" + zone.name + "' and deleted_at is null"));
  harness::SoaAsker asker("127.0.0." + std::to_string(which_mdns), platform.mdns_port());
  const auto is_there = [&] {
    const auto answer = asker.ask(zone.name);
    return answer && answer->serial == serial;
  };
  if (!harness::eventually(is_there, load_limit)) throw std::runtime_error("mdns does not serve the zone");
}

}  // namespace minidns::bench
