#include "bench/fleet.hpp"

#include "bench/idle_zones.hpp"
#include "bench/measure.hpp"
#include "tests/harness/wait.hpp"

#include <boost/json/array.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace minidns::bench {

namespace json = boost::json;

namespace {

constexpr std::chrono::minutes fill_limit{5};

// Beyond what the harness has: room for a list of any size (32 MB hold about 100,000 zones), no refreshes of its own.
constexpr const char* bind_options = "lmdb-mapsize 2g;\n  min-refresh-time 2000000;\n  min-retry-time 2000000;\n  ";
constexpr const char* powerdns_options = "xfr-cycle-interval=86400\n";

// Rows as PowerDNS makes them when it has transferred such a zone.
constexpr const char* powerdns_rows = R"(
pragma synchronous = 0;
begin;
with recursive n(i) as (select 1 union all select i + 1 from n where i < COUNT)
insert into domains (id, name, master, last_check, type, notified_serial)
select i, 'z' || i || '.idle.example', 'MASTERS', strftime('%s', 'now'), 'SLAVE', 1 from n;
insert into records (domain_id, name, type, content, ttl, prio, disabled, ordername, auth)
select id, name, 'SOA', 'ns1.test a.idle.example 1 3600 600 604800 300', 3600, 0, 0, '', 1 from domains;
insert into records (domain_id, name, type, content, ttl, prio, disabled, ordername, auth)
select id, name, 'NS', 'ns1.test', 3600, 0, 0, '', 1 from domains;
insert into domainmetadata (domain_id, kind, content) select id, 'AXFR-MASTER-TSIG', 'KEY' from domains;
commit;)";

// All that was committed until now is visible there, and was transferred as content of this pool and view.
constexpr const char* note_progress =
    "insert into nameserver_progress (nameserver_id, visible_through, content_pool, content_view) "
    "select n.id, h.seq, n.pool_id, n.view from nameservers n, feed_head h "
    "on conflict (nameserver_id) do update set visible_through = excluded.visible_through, "
    "  content_pool = excluded.content_pool, content_view = excluded.content_view";

constexpr const char* count_invisible =
    "select ((select count(*) from nameservers n left join nameserver_progress g on g.nameserver_id = n.id, feed_head "
    "h "
    "        where n.state in ('bootstrapping', 'in_service') and coalesce(g.visible_through, 0) < h.seq) "
    "     + (select count(*) from tasks t join nameservers n on n.id = t.nameserver_id "
    "        where n.state in ('bootstrapping', 'in_service')))::text";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

harness::PlatformOptions platform_options(const std::string& manager_config) {
  harness::PlatformOptions options;
  options.bind = false;
  options.powerdns = false;
  options.log_level = "info";
  options.pool_manager_config = manager_config;
  return options;
}

std::string text_of(const json::value& value, const char* key) {
  return std::string(value.at(key).as_string());
}

std::string without_dot(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  return name;
}

}  // namespace

std::string idle_zone_name(std::size_t number) {
  return "z" + std::to_string(number) + ".idle.example.";
}

Fleet::Fleet(std::size_t zones, const std::string& manager_config)
    : zones_(zones), platform_(platform_options(manager_config)) {
  const std::string config = harness::read_file(platform_.pool_manager().config_file());
  manager_config_ = config.substr(0, config.size() - manager_config.size());
  count_statements();
  add_idle_zones(platform_, zones_, platform_.pool_id());
  platform_.pool_manager().stop();
  make_servers();
  describe_nameservers();
  sql(note_progress);
  storage::postgres::ConnectionSettings settings;
  settings.conninfo = platform_.postgres().conninfo("minidns");
  session_ = std::make_unique<storage::postgres::Connection>(settings);
  platform_.pool_manager().start();
}

Fleet::~Fleet() = default;

void Fleet::count_statements() {
  auto& postgres = platform_.postgres();
  postgres.sql("postgres", "alter system set shared_preload_libraries = 'pg_stat_statements'");
  postgres.stop();
  postgres.start();
  sql("create extension pg_stat_statements");
  postgres_pid_ = std::stoi(sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"));
}

void Fleet::make_servers() {
  const std::vector keys{platform_.transfer_key()};
  for (int i = 1; i <= 2; ++i) {
    binds_.push_back(std::make_unique<harness::BindServer>(keys));
    fill_bind(*binds_.back());
    servers_.push_back({"BIND " + std::to_string(i), binds_.back().get()});
  }
  for (int i = 1; i <= 2; ++i) {
    powerdns_.push_back(std::make_unique<harness::PowerdnsServer>(keys));
    fill_powerdns(*powerdns_.back());
    servers_.push_back({"PowerDNS " + std::to_string(i), powerdns_.back().get()});
  }
}

void Fleet::fill_bind(harness::BindServer& server) {
  server.stop();
  const std::string folder = server.folder();
  const std::string config = folder + "/named.conf";
  harness::write_file(
      config, replaced(harness::read_file(config), "recursion no;", bind_options + std::string("recursion no;")));
  const auto primary = [this](const char* address) {
    return std::string(address) + " port " + std::to_string(platform_.mdns_port()) + " key \"" +
           platform_.transfer_key().name + "\"; ";
  };
  const std::string primaries = "primaries { " + primary("127.0.0.1") + primary("127.0.0.2") + "}; };\n";
  std::filesystem::create_directory(folder + "/idle");
  std::ofstream list(folder + "/_default.nzf");
  for (std::size_t i = 1; i <= zones_; ++i) {
    const std::string name = idle_zone_name(i);
    const std::string file = "idle/" + std::to_string(i);
    list << "zone \"" << without_dot(name) << "\" { type secondary; masterfile-format text; file \"" << file << "\"; "
         << primaries;
    harness::write_file(folder + "/" + file, name + " 3600 IN SOA ns1.test. a.idle.example. 1 3600 600 604800 300\n" +
                                                 name + " 3600 IN NS ns1.test.\n");
  }
  list.close();
  if (!list) throw std::runtime_error("can't write BIND's list of zones");
  server.start();
}

void Fleet::fill_powerdns(harness::PowerdnsServer& server) {
  server.stop();
  const std::string port = ":" + std::to_string(platform_.mdns_port());
  const std::string rows = replaced(replaced(replaced(powerdns_rows, "COUNT", std::to_string(zones_)), "MASTERS",
                                             "127.0.0.1" + port + ",127.0.0.2" + port),
                                    "KEY", platform_.transfer_key().name);
  const auto result = harness::run({"sqlite3", server.folder() + "/db.sqlite"}, rows, fill_limit);
  if (result.status != 0) throw std::runtime_error("sqlite3: " + result.err);
  const std::string config = server.folder() + "/pdns.conf";
  harness::write_file(config, harness::read_file(config) + powerdns_options);
  server.start();
}

void Fleet::describe_nameservers() {
  auto admin = platform_.rest("operator", "admin");
  key_id_ = text_of(admin.get("/v2/tsigkeys").body.at("tsigkeys").as_array().at(0), "id");
  for (std::size_t i = 0; i < 2; ++i) {
    auto& server = *binds_[i];
    const auto statistics = "http://" + server.address() + ":" + std::to_string(server.statistics_port());
    add_nameserver(servers_[i],
                   {{"driver", "bind"},
                    {"settings", json::object{{"control_port", server.control_port()}, {"statistics_url", statistics}}},
                    {"secret", server.control_key().secret}});
  }
  for (std::size_t i = 0; i < 2; ++i) {
    auto& server = *powerdns_[i];
    add_nameserver(servers_[2 + i], {{"driver", "powerdns"},
                                     {"settings", json::object{{"api_url", server.api_url()}}},
                                     {"secret", server.api_key()}});
  }
  put_in_service({bind_1, bind_2, powerdns_1, powerdns_2});
}

void Fleet::add_nameserver(Server& server, json::object driver) {
  auto admin = platform_.rest("operator", "admin");
  driver["name"] = server.name;
  driver["pool_id"] = platform_.pool_id();
  driver["address"] = server.secondary->address();
  driver["port"] = server.secondary->port();
  driver["transfer_key_id"] = key_id_;
  server.nameserver_id = text_of(harness::Platform::created(admin.post("/v2/nameservers", driver)), "id");
}

void Fleet::put_in_service(const std::vector<std::size_t>& which) {
  std::string ids = "''";
  for (const auto server : which) ids += ", '" + servers_.at(server).nameserver_id + "'";
  sql("update nameservers set enters_service = false, state = case when id::text in (" + ids +
      ") then 'in_service' else 'maintenance' end");
}

void Fleet::restart_manager(const std::string& config) {
  platform_.pool_manager().stop();
  harness::write_file(platform_.pool_manager().config_file(), manager_config_ + config);
  platform_.pool_manager().start();
}

std::string Fleet::ask(const std::string& text) {
  return session_->execute_unprepared(text, {}).text(0, 0);
}

bool Fleet::is_all_visible() {
  (void)ask("select number_changes()::text");  // what is committed counts
  return ask(count_invisible) == "0";
}

bool Fleet::wait_until_visible(std::chrono::milliseconds limit) {
  return harness::eventually([this] { return is_all_visible(); }, limit);
}

std::string Fleet::hot_statements() {
  return sql(
      "select round(total_exec_time) || ' ms, ' || calls || ' calls, ' || round(shared_blks_hit / calls) || ' pages "
      "each: "
      "' || left(regexp_replace(query, '\\s+', ' ', 'g'), 90) from pg_stat_statements order by total_exec_time desc "
      "limit 14");
}

double Fleet::metric(std::size_t server, const std::string& name, const std::string& more_labels) {
  return platform_.pool_manager().metric("minidns_pool_manager_" + name + "{nameserver=\"" + servers_.at(server).name +
                                         "\"" + (more_labels.empty() ? "" : "," + more_labels) + "}");
}

Usage::Usage(Fleet& fleet) {
  auto& platform = fleet.platform();
  // The statements of others; this one is not counted before it has ended.
  std::istringstream counts(fleet.sql("select sum(calls), sum(rows) from pg_stat_statements"));
  char bar = 0;
  counts >> statements >> bar >> rows;
  manager = cpu_seconds(platform.pool_manager().pid());
  postgres = cpu_seconds(fleet.postgres_pid());
  mdns = cpu_seconds(platform.mdns(1).pid()) + cpu_seconds(platform.mdns(2).pid());
  central = cpu_seconds(platform.central().pid());
  for (std::size_t i = 0; i < servers.size(); ++i) {
    servers.at(i) = cpu_seconds(fleet.servers().at(i).secondary->process().pid());
  }
  time = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Usage operator-(Usage later, const Usage& earlier) {
  later.manager -= earlier.manager;
  later.postgres -= earlier.postgres;
  later.mdns -= earlier.mdns;
  later.central -= earlier.central;
  for (std::size_t i = 0; i < later.servers.size(); ++i) later.servers.at(i) -= earlier.servers.at(i);
  later.statements -= earlier.statements;
  later.rows -= earlier.rows;
  later.time -= earlier.time;
  return later;
}

}  // namespace minidns::bench
