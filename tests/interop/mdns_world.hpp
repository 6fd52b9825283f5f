#pragma once

#include "base/ids.hpp"
#include "dns/name.hpp"
#include "tests/harness/bind_server.hpp"
#include "tests/harness/postgres_cluster.hpp"
#include "tests/harness/program.hpp"
#include "tests/harness/temp_dir.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace minidns::mdns::test {

/// A record set as a test writes it down: owner in text, absolute.
struct Set {
  std::string owner;
  std::string type;
  std::vector<std::string> records;
  int ttl = 300;
};

/// One zone of the database, written by SQL as central would.
struct WrittenZone {
  ZoneId id;
  std::string name;
  std::int64_t version;
  std::uint32_t serial;
};

/// A PostgreSQL with our schema, filled by SQL, and mdns programs that serve it.
class World {
 public:
  explicit World(const std::string& database);

  [[nodiscard]] harness::PostgresCluster& postgres() { return postgres_; }
  [[nodiscard]] std::string sql(const std::string& text) const { return postgres_.sql(database_, text); }
  [[nodiscard]] const std::string& database() const { return database_; }

  PoolId add_pool(const std::string& name);
  [[nodiscard]] const PoolId& pool() const { return pool_; }
  /// `scope` is POOL or ZONE.
  harness::KeySpec add_key(const std::string& name, const std::string& algorithm, const std::string& scope,
                           const Uuid& resource);
  NameserverId add_nameserver(const std::string& name, const std::string& address, std::uint16_t port,
                              const std::string& notify_key = {}, bool allow_unsigned_soa = false);

  /// Version 1, serial 1; SOA and NS are added.
  WrittenZone create_zone(const std::string& name, const std::vector<Set>& sets);
  WrittenZone create_zone(const std::string& name, const std::vector<Set>& sets, const PoolId& pool,
                          std::uint32_t serial = 1);
  /// The next version: `sets` replace the sets of their owner and type, without records they go.
  void change_zone(WrittenZone& zone, const std::vector<Set>& sets, bool with_hint = true);
  void delete_zone(const WrittenZone& zone, bool with_hint = true);
  /// `count` A records, made inside the database.
  void fill_zone(WrittenZone& zone, int count);
  /// Gives the feed its numbers and tells of it.
  void number();

  /// On `address`, at a port of its own for all instances; `config` are further lines. `conninfo`: another than that of
  /// our PostgreSQL.
  std::unique_ptr<harness::Program> make_mdns(const std::string& address, const std::string& config = {},
                                              const std::string& conninfo = {});
  std::unique_ptr<harness::Program> start_mdns(const std::string& address, const std::string& config = {});
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// What dig prints of a question to 127.0.0.1 signed with `key`.
  [[nodiscard]] std::string dig(const std::vector<std::string>& question, const harness::KeySpec& key) const;
  /// Whether the mdns there comes to answer with the zone's serial.
  [[nodiscard]] bool serves(const WrittenZone& zone, const harness::KeySpec& key) const;

 private:
  void write_sets(std::string& script, const WrittenZone& zone, const std::vector<Set>& sets) const;

  harness::PostgresCluster postgres_;
  harness::TempDir folder_;
  std::string database_;
  Bytes master_key_;
  std::uint16_t port_;
  PoolId pool_;
  int programs_ = 0;
};

}  // namespace minidns::mdns::test
