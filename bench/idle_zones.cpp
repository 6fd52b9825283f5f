#include "bench/idle_zones.hpp"

#include "tests/harness/wait.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <stdexcept>
#include <string>

namespace minidns::bench {

namespace json = boost::json;

namespace {

constexpr std::chrono::minutes limit{5};

// RDATA with its length before it: ns1.test. a.idle.example. 0 3600 600 604800 300, and ns1.test.
constexpr const char* insert_zones = R"(
begin;
insert into zones (id, name, name_key, project_id, pool_id, email, ttl, version, serial, epoch)
select gen_random_uuid(), 'z' || i || '.idle.example.',
  '\x6578616d706c650069646c6500'::bytea || convert_to('z' || i, 'UTF8') || '\x00', 'idle', 'POOL'::uuid,
  'a@idle.example', 3600, 1, 1, (select epoch from feed_head) from generate_series(1, COUNT) i;
insert into versions (zone_id, version, serial, kind) select id, 1, 1, 'create' from zones where project_id = 'idle';
insert into rrsets (zone_id, owner, type, ttl, since, rdata)
select z.id, '', t.type, 3600, 1, case t.type when 2 then '\x000a036e7331047465737400'::bytea
  else '\x002e036e7331047465737400016104'::bytea || '\x69646c65076578616d706c6500000000000000'::bytea ||
       '\x0e100000025800093a800000012c'::bytea end
from zones z, (values (2), (6)) t(type) where z.project_id = 'idle';
commit;
analyze;)";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

}  // namespace

void add_idle_zones(harness::Platform& platform, std::size_t count) {
  if (count == 0) return;
  const auto pool = harness::Platform::created(
      platform.rest("operator", "admin")
          .post("/v2/pools",
                json::object{{"name", "idle"},
                             {"ns_records", json::array{json::object{{"hostname", "ns1.test."}, {"priority", 1}}}},
                             {"primaries",
                              json::array{json::object{{"address", "127.0.0.1"}, {"port", platform.mdns_port()}}}}}));
  add_idle_zones(platform, count, std::string(pool.at("id").as_string()));
}

void add_idle_zones(harness::Platform& platform, std::size_t count, const std::string& pool_id) {
  platform.mdns(1).stop();
  platform.mdns(2).stop();
  const auto sql = replaced(replaced(insert_zones, "POOL", pool_id), "COUNT", std::to_string(count));
  (void)platform.postgres().sql("minidns", sql, limit);
  const auto all_numbered = [&] {
    return std::stoull(platform.postgres().sql("minidns", "select count(*) from changes")) >= count;
  };
  if (!harness::eventually(all_numbered, limit)) throw std::runtime_error("the zones were not numbered");
  platform.mdns(1).start();
  platform.mdns(2).start();
}

}  // namespace minidns::bench
