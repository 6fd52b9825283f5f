#include "tests/interop/mdns_world.hpp"

#include "base/random.hpp"
#include "base/secret_box.hpp"
#include "dns/rrset.hpp"
#include "dns/soa.hpp"
#include "dns/text/rdata_text.hpp"
#include "tests/harness/ports.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/wait.hpp"

#include <sstream>
#include <stdexcept>
#include <sys/stat.h>

namespace minidns::mdns::test {
namespace {

dns::Name name_of(const std::string& text) {
  auto name = dns::Name::from_text(text);
  if (!name) throw std::runtime_error(text + ": " + name.error().detail);
  return *name;
}

std::string hex(ByteView octets) {
  return "'\\x" + to_hex(octets) + "'::bytea";
}
std::string quoted(const Uuid& id) {
  return "'" + id.to_string() + "'";
}
Uuid new_id() {
  return Uuid::version7(std::chrono::system_clock::now());
}

/// The sort key of a whole name: its owner key below the root.
std::string name_key(const dns::Name& name) {
  return hex(dns::OwnerKey::of(name, dns::Name::root()).octets());
}

dns::RRType type_of(const std::string& text) {
  return *dns::RRType::from_text(text);
}

Bytes packed(const Set& set) {
  std::vector<dns::Rdata> rdata;
  for (const std::string& record : set.records) {
    auto parsed = dns::rdata_from_text(type_of(set.type), record);
    if (!parsed) throw std::runtime_error(record + ": " + parsed.error().detail);
    rdata.push_back(*parsed);
  }
  return dns::pack_rdata(rdata);
}

/// Null unless the owner has capitals: its labels below the apex.
std::string owner_case(const dns::Name& owner, const dns::Name& apex) {
  const auto wire = owner.wire();
  const auto lower = owner.lowercased();
  if (std::equal(wire.begin(), wire.end(), lower.wire().begin(), lower.wire().end())) return "null";
  return hex(wire.first(wire.size() - apex.wire().size()));
}

Set soa_of(const std::string& zone) {
  return {zone, "SOA", {"ns1.example.net. hostmaster.example.net. 0 3600 600 604800 300"}};
}

}  // namespace

World::World(const std::string& database)
    : folder_("mdns"),
      database_(database),
      master_key_(random_bytes(32)),
      port_(harness::free_port()),
      pool_(new_id()) {
  postgres_.create_database(database_);
  harness::write_file(folder_ / "master-key", to_hex(master_key_) + "\n");
  ::chmod((folder_ / "master-key").c_str(), 0600);
  pool_ = add_pool("first");
}

PoolId World::add_pool(const std::string& name) {
  const PoolId id(new_id());
  (void)sql("insert into pools (id, name) values (" + quoted(id.uuid()) + ", '" + name + "')");
  return id;
}

harness::KeySpec World::add_key(const std::string& name, const std::string& algorithm, const std::string& scope,
                                const Uuid& resource) {
  const TsigKeyId id(new_id());
  const Bytes secret = random_bytes(32);
  const auto box = *SecretBox::create(Secret(master_key_));
  const Bytes sealed = box.seal(Secret(secret), "tsig-key:" + id.to_string());
  (void)sql("begin; insert into tsig_keys (id, name, name_key, algorithm, secret_sealed, scope, resource_id) values (" +
            quoted(id.uuid()) + ", '" + name + "', " + name_key(name_of(name)) + ", '" + algorithm + "', " +
            hex(sealed) + ", '" + scope + "', " + quoted(resource) +
            "); insert into events (kind, subject) values ('key', " + quoted(id.uuid()) + "); commit;");
  number();
  return {name, algorithm, to_base64(secret)};
}

NameserverId World::add_nameserver(const std::string& name, const std::string& address, std::uint16_t port,
                                   const std::string& notify_key, bool allow_unsigned_soa) {
  const NameserverId id(new_id());
  const std::string key = notify_key.empty() ? "null" : "(select id from tsig_keys where name = '" + notify_key + "')";
  (void)sql(
      "begin; insert into nameservers (id, pool_id, name, driver, address, port, notify_key_id,"
      " allow_unsigned_soa) values (" +
      quoted(id.uuid()) + ", " + quoted(pool_.uuid()) + ", '" + name + "', 'none', '" + address + "', " +
      std::to_string(port) + ", " + key + ", " + (allow_unsigned_soa ? "true" : "false") +
      "); insert into events (kind, subject) values ('nameserver', " + quoted(id.uuid()) + "); commit;");
  number();
  return id;
}

void World::number() {
  (void)sql("select number_changes(); notify minidns_feed");
}

void World::write_sets(std::string& script, const WrittenZone& zone, const std::vector<Set>& sets) const {
  const dns::Name apex = name_of(zone.name);
  const std::string version = std::to_string(zone.version);
  for (const Set& set : sets) {
    const dns::Name owner = name_of(set.owner);
    const std::string key = hex(dns::OwnerKey::of(owner, apex).octets());
    const std::string type = std::to_string(type_of(set.type).value());
    script += "update rrsets set until = " + version + " where zone_id = " + quoted(zone.id.uuid()) +
              " and owner = " + key + " and type = " + type + " and until is null;\n";
    if (!set.records.empty()) {
      script += "insert into rrsets (zone_id, owner, type, ttl, since, owner_case, rdata) values (" +
                quoted(zone.id.uuid()) + ", " + key + ", " + type + ", " + std::to_string(set.ttl) + ", " + version +
                ", " + owner_case(owner, apex) + ", " + hex(packed(set)) + ");\n";
    }
  }
}

WrittenZone World::create_zone(const std::string& name, const std::vector<Set>& sets) {
  return create_zone(name, sets, pool_);
}

WrittenZone World::create_zone(const std::string& name, const std::vector<Set>& sets, const PoolId& pool,
                               std::uint32_t serial) {
  const WrittenZone zone{ZoneId(new_id()), name, 1, serial};
  const std::string id = quoted(zone.id.uuid());
  std::string script =
      "begin; insert into zones (id, name, name_key, project_id, pool_id, email, ttl, version, serial,"
      " epoch) values (" +
      id + ", '" + name + "', " + name_key(name_of(name)) + ", 'p', " + quoted(pool.uuid()) +
      ", 'a@example.net', 300, 1, " + std::to_string(serial) +
      ", current_epoch());\ninsert into versions (zone_id, version, serial, kind) values (" + id + ", 1, " +
      std::to_string(serial) + ", 'create');\n";
  write_sets(script, zone, {soa_of(name), {name, "NS", {"ns1.example.net.", "ns2.example.net."}}});
  write_sets(script, zone, sets);
  script += "commit; notify minidns_versions, '" + zone.id.to_string() + " 1'; select number_changes()";
  (void)sql(script);
  return zone;
}

void World::change_zone(WrittenZone& zone, const std::vector<Set>& sets, bool with_hint) {
  ++zone.version;
  ++zone.serial;
  const std::string id = quoted(zone.id.uuid());
  const std::string version = std::to_string(zone.version);
  const std::string serial = std::to_string(zone.serial);
  std::string script = "begin; select 1 from zones where id = " + id + " for update;\n";
  script += "insert into versions (zone_id, version, serial, kind) values (" + id + ", " + version + ", " + serial +
            ", 'update');\n";
  write_sets(script, zone, sets);
  script += "update zones set version = " + version + ", serial = " + serial + " where id = " + id + "; commit;\n";
  if (with_hint) script += "notify minidns_versions, '" + zone.id.to_string() + " " + version + "';\n";
  script += "select number_changes()";
  (void)sql(script);
}

void World::delete_zone(const WrittenZone& zone, bool with_hint) {
  const std::string id = quoted(zone.id.uuid());
  const std::string version = std::to_string(zone.version + 1);
  std::string script = "begin; update zones set deleted_at = now(), version = " + version + " where id = " + id +
                       "; insert into versions (zone_id, version, serial, kind) values (" + id + ", " + version + ", " +
                       std::to_string(zone.serial + 1) + ", 'delete'); commit;\n";
  if (with_hint) script += "notify minidns_versions, '" + zone.id.to_string() + " " + version + "';\n";
  (void)sql(script + "select number_changes()");
}

void World::fill_zone(WrittenZone& zone, int count) {
  const std::string id = quoted(zone.id.uuid());
  ++zone.version;
  ++zone.serial;
  const std::string version = std::to_string(zone.version);
  (void)sql("begin; insert into versions (zone_id, version, serial, kind) values (" + id + ", " + version + ", " +
            std::to_string(zone.serial) +
            ", 'update'); insert into rrsets (zone_id, owner, type, ttl, since, rdata)"
            " select " +
            id + ", convert_to('h' || lpad(n::text, 7, '0'), 'UTF8') || '\\x00'::bytea, 1, 300, " + version +
            ", '\\x0004'::bytea || decode(lpad(to_hex(n + 167772160), 8, '0'), 'hex') from generate_series(1, " +
            std::to_string(count) + ") n; update zones set version = " + version +
            ", serial = " + std::to_string(zone.serial) + " where id = " + id + "; commit; notify minidns_versions, '" +
            zone.id.to_string() + " " + version + "'; select number_changes()");
}

std::unique_ptr<harness::Program> World::make_mdns(const std::string& address, const std::string& config,
                                                   const std::string& conninfo) {
  const std::string name = "mdns-" + std::to_string(++programs_);
  const auto ops = harness::free_port();
  const std::string file = folder_ / (name + ".yaml");
  harness::write_file(file, "log: {level: debug}\nops: {address: 127.0.0.1, port: " + std::to_string(ops) +
                                "}\nmaster_key_file: " + (folder_ / "master-key") + "\ndatabase: {conninfo: \"" +
                                (conninfo.empty() ? postgres_.conninfo(database_) : conninfo) +
                                "\"}\nlisten: [{address: " + address + ", port: " + std::to_string(port_) + "}]\n" +
                                config);
  return std::make_unique<harness::Program>("mdns", std::vector<std::string>{}, file, folder_ / (name + ".log"), ops);
}

std::unique_ptr<harness::Program> World::start_mdns(const std::string& address, const std::string& config) {
  auto program = make_mdns(address, config);
  program->start();
  return program;
}

std::string World::dig(const std::vector<std::string>& question, const harness::KeySpec& key) const {
  std::vector<std::string> command{"dig",      "@127.0.0.1", "-p", std::to_string(port_),
                                   "+time=10", "+tries=1",   "-y", key.algorithm + ":" + key.name + ":" + key.secret};
  command.insert(command.end(), question.begin(), question.end());
  return harness::run(command).out;
}

bool World::serves(const WrittenZone& zone, const harness::KeySpec& key) const {
  return harness::eventually([&] {
    std::istringstream answer(dig({"+short", zone.name, "SOA"}, key));
    std::string word;
    std::uint32_t serial = 0;
    answer >> word >> word >> serial;
    return serial == zone.serial;
  });
}

}  // namespace minidns::mdns::test
