#include "tests/harness/platform.hpp"

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "tests/harness/ports.hpp"
#include "tests/harness/wait.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <stdexcept>
#include <sys/stat.h>

namespace minidns::harness {

namespace json = boost::json;

namespace {

std::string text_of(const json::value& value, const char* key) {
  return std::string(value.at(key).as_string());
}

}  // namespace

Platform::Platform(const PlatformOptions& options)
    : folder_("platform"),
      log_level_(options.log_level),
      postgres_(options.own_network ? NetworkNamespace::create() : nullptr),
      mdns_port_(free_port()),
      api_port_(free_port()),
      transfer_key_{"transfer.test.", "hmac-sha256", to_base64(random_bytes(32))} {
  database_config_ = options.database_config;
  postgres_.create_empty_database("minidns");
  if (options.standby) standby_ = PostgresCluster::standby_of(postgres_);
  for (const auto* name : {"master-key", "ksk-master-key"}) {
    write_file(folder_ / name, to_hex(random_bytes(32)) + "\n");
    ::chmod((folder_ / name).c_str(), 0600);
  }

  const auto port = std::to_string(api_port_);
  const auto central_ops = free_port();
  const auto central_file = program_config("central",
                                           "listen: {address: 127.0.0.1, port: " + port + "}\nksk_master_key_file: " +
                                               (folder_ / "ksk-master-key") + "\n" + options.central_config,
                                           central_ops);
  central_ = std::make_unique<Program>("central", std::vector<std::string>{"serve"}, central_file,
                                       folder_ / "central.log", central_ops);
  central_command({"migrate"});
  central_->start();

  for (int which = 1; which <= 2; ++which) {
    const auto name = "mdns-" + std::to_string(which);
    const auto ops = free_port();
    const auto file = program_config(name,
                                     "listen: [{address: 127.0.0." + std::to_string(which) +
                                         ", port: " + std::to_string(mdns_port_) + "}]\n" + options.mdns_config,
                                     ops);
    mdns_.push_back(
        std::make_unique<Program>("mdns", std::vector<std::string>{}, file, folder_ / (name + ".log"), ops));
    mdns_.back()->start();
  }

  if (options.bind) bind_ = std::make_unique<BindServer>(std::vector{transfer_key_});
  if (options.powerdns) powerdns_ = std::make_unique<PowerdnsServer>();
  describe_pool(options);

  pool_manager_config_ = options.pool_manager_config;
  const auto pool_ops = free_port();
  const auto pool_file = program_config("pool-manager", pool_manager_config_, pool_ops);
  pool_manager_ = std::make_unique<Program>("pool-manager", std::vector<std::string>{}, pool_file,
                                            folder_ / "pool-manager.log", pool_ops);
  pool_manager_->start();
  wait_until_in_service();
}

Platform::~Platform() = default;

std::string Platform::program_config(const std::string& name, const std::string& lines, std::uint16_t ops_port) {
  auto file = folder_ / (name + ".yaml");
  const auto database = standby_ ? postgres_.conninfo("minidns", *standby_) : postgres_.conninfo("minidns");
  write_file(file, "log: {level: " + log_level_ + "}\nops: {address: 127.0.0.1, port: " + std::to_string(ops_port) +
                       "}\nmaster_key_file: " + folder_.path().string() + "/master-key\ndatabase: {conninfo: \"" +
                       database + "\"" + database_config_ + "}\n" + lines);
  return file;
}

std::unique_ptr<Program> Platform::another_pool_manager() {
  const auto ops = free_port();
  const auto name = "pool-manager-" + std::to_string(ops);
  return std::make_unique<Program>("pool-manager", std::vector<std::string>{},
                                   program_config(name, pool_manager_config_, ops), folder_ / (name + ".log"), ops);
}

void Platform::describe_pool(const PlatformOptions& options) {
  auto admin = rest("operator", "admin");
  const auto primary = [&](const char* address) { return json::object{{"address", address}, {"port", mdns_port_}}; };
  const auto pool = created(admin.post(
      "/v2/pools", json::object{{"name", "test"},
                                {"is_default", true},
                                {"unknown_zones", options.unknown_zones},
                                {"ns_records", json::array{json::object{{"hostname", "ns1.test."}, {"priority", 1}},
                                                           json::object{{"hostname", "ns2.test."}, {"priority", 2}}}},
                                {"primaries", json::array{primary("127.0.0.1"), primary("127.0.0.2")}}}));
  pool_id_ = text_of(pool, "id");
  const auto key = created(admin.post("/v2/tsigkeys", json::object{{"name", transfer_key_.name},
                                                                   {"algorithm", transfer_key_.algorithm},
                                                                   {"secret", transfer_key_.secret},
                                                                   {"scope", "POOL"},
                                                                   {"resource_id", pool_id_}}));
  if (bind_) {
    const auto statistics = "http://" + bind_->address() + ":" + std::to_string(bind_->statistics_port());
    created(
        admin.post("/v2/nameservers", json::object{{"name", "bind"},
                                                   {"pool_id", pool_id_},
                                                   {"driver", "bind"},
                                                   {"address", bind_->address()},
                                                   {"port", bind_->port()},
                                                   {"transfer_key_id", text_of(key, "id")},
                                                   {"settings", json::object{{"control_port", bind_->control_port()},
                                                                             {"statistics_url", statistics}}},
                                                   {"secret", bind_->control_key().secret}}));
  }
  if (powerdns_) {
    created(admin.post("/v2/nameservers", json::object{{"name", "powerdns"},
                                                       {"pool_id", pool_id_},
                                                       {"driver", "powerdns"},
                                                       {"address", powerdns_->address()},
                                                       {"port", powerdns_->port()},
                                                       {"transfer_key_id", text_of(key, "id")},
                                                       {"settings", json::object{{"api_url", powerdns_->api_url()}}},
                                                       {"secret", powerdns_->api_key()}}));
  }
}

void Platform::wait_until_in_service() {
  auto admin = rest("operator", "admin");
  const auto all_are = [&admin] {
    const auto servers = admin.get("/v2/nameservers?state=bootstrapping&limit=max").body.at("nameservers").as_array();
    return std::none_of(servers.begin(), servers.end(),
                        [](const json::value& server) { return server.at("enters_service").as_bool(); });
  };
  if (!eventually(all_are, std::chrono::minutes(2))) {
    throw std::runtime_error("nameservers don't get into service:\n" + logs());
  }
}

std::string Platform::central_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), MINIDNS_BUILD_DIR "/central/central");
  arguments.insert(arguments.end(), {"--config", folder_ / "central.yaml"});
  const auto result = run(arguments, {}, std::chrono::minutes(5));
  if (result.status != 0) throw std::runtime_error("central " + arguments[1] + ": " + result.out + result.err);
  return result.out;
}

std::vector<std::string> Platform::minidns_command(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), MINIDNS_BUILD_DIR "/pool-manager/minidns");
  arguments.insert(arguments.end(), {"--config", folder_ / "pool-manager.yaml"});
  return arguments;
}

CommandResult Platform::minidns(std::vector<std::string> arguments, std::chrono::milliseconds limit) {
  return run(minidns_command(std::move(arguments)), {}, limit);
}

std::string Platform::token(const std::string& project, const std::string& role) {
  auto out = central_command({"token", "create", "--project", project, "--role", role});
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out.substr(out.rfind('\n') + 1);
}

RestClient Platform::rest(const std::string& project, const std::string& role) {
  return {"127.0.0.1", api_port_, token(project, role)};
}

json::value Platform::created(const RestAnswer& answer) {
  if (answer.status / 100 != 2) {
    throw std::runtime_error("status " + std::to_string(answer.status) + ": " + json::serialize(answer.body));
  }
  return answer.body;
}

std::string Platform::logs() const {
  std::string text = central_->log();
  for (const auto& program : mdns_) text += program->log();
  return text + (pool_manager_ ? pool_manager_->log() : std::string());
}

}  // namespace minidns::harness
