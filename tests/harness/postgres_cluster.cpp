#include "tests/harness/postgres_cluster.hpp"

#include "storage/postgres/migrations.hpp"
#include "tests/harness/ports.hpp"
#include "tests/harness/wait.hpp"

#include <filesystem>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace minidns::harness {

namespace {

constexpr const char* bin = "/usr/lib/postgresql/15/bin/";

void check(const CommandResult& result, const std::string& what) {
  if (result.status != 0) throw std::runtime_error(what + ": " + result.out + result.err);
}

}  // namespace

ProcessOptions PostgresCluster::as_postgres() {
  return {.log_file = {}, .user = "postgres", .folder = "/"};
}

PostgresCluster::PostgresCluster(Empty /*unused*/) : folder_("postgres"), port_(free_port()) {
  // The server's user must own its folders; initdb and pg_basebackup make `data` themselves.
  if (::geteuid() == 0) check(run({"chown", "postgres", folder_.path().string()}), "chown");
}

PostgresCluster::PostgresCluster(std::unique_ptr<NetworkNamespace> network) : PostgresCluster(Empty{}) {
  network_ = std::move(network);
  init();
  start();
}

void PostgresCluster::init() {
  check(run({std::string(bin) + "initdb", "-D", folder_ / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8",
             "--locale=C", "--no-sync"},
            {}, std::chrono::seconds(60), as_postgres()),
        "initdb");
  if (network_) {
    const auto access = folder_ / "data/pg_hba.conf";
    write_file(access, read_file(access) + "host all all " + network_->network() + " trust\n");
  }
}

void PostgresCluster::make_anew() {
  if (server_.running()) kill();
  check(run({"rm", "-rf", folder_ / "data"}), "rm");
  init();
  start();
}

std::unique_ptr<PostgresCluster> PostgresCluster::standby_of(const PostgresCluster& primary) {
  std::unique_ptr<PostgresCluster> standby(new PostgresCluster(Empty{}));
  check(run({std::string(bin) + "pg_basebackup", "-D", standby->folder_ / "data", "-R", "-c", "fast", "--no-sync", "-d",
             primary.conninfo("postgres")},
            {}, std::chrono::seconds(120), as_postgres()),
        "pg_basebackup");
  standby->start();
  return standby;
}

void PostgresCluster::cut_replication() {
  sql("postgres", "alter system set primary_conninfo = ''");
  sql("postgres", "select pg_reload_conf()");
  const bool cut = eventually([&] { return sql("postgres", "select count(*) from pg_stat_wal_receiver") == "0"; });
  if (!cut) throw std::runtime_error("the standby still receives");
}

void PostgresCluster::catch_up(const PostgresCluster& primary) {
  if (sql("postgres", "show primary_conninfo").empty()) {
    sql("postgres", "alter system reset primary_conninfo");
    sql("postgres", "alter system set primary_conninfo = '" + primary.conninfo("postgres") + "'");
    sql("postgres", "select pg_reload_conf()");
  }
  const auto end = primary.sql("postgres", "select pg_current_wal_flush_lsn()");
  const bool has_all =
      eventually([&] { return sql("postgres", "select pg_last_wal_replay_lsn() >= '" + end + "'") == "t"; },
                 std::chrono::seconds(60));
  if (!has_all) throw std::runtime_error("the standby does not catch up");
}

void PostgresCluster::promote() {
  if (sql("postgres", "select pg_promote(true, 60)") != "t") throw std::runtime_error("not promoted");
}

void PostgresCluster::take_snapshot() {
  const bool runs = server_.running();
  if (runs) stop();
  const auto snapshot = folder_ / "snapshot";
  check(run({"rm", "-rf", snapshot}), "rm");
  check(run({"cp", "-a", folder_ / "data", snapshot}), "cp");
  if (runs) start();
}

void PostgresCluster::restore_snapshot() {
  if (server_.running()) kill();
  check(run({"rm", "-rf", folder_ / "data"}), "rm");
  check(run({"cp", "-a", folder_ / "snapshot", folder_ / "data"}), "cp");
  start();
}

PostgresCluster::~PostgresCluster() {
  thaw();
  server_.signal(SIGINT);
  if (!server_.wait(std::chrono::seconds(10))) kill();
}

void PostgresCluster::start() {
  const auto log = folder_ / "log";
  std::vector<std::string> command;
  ProcessOptions options{.log_file = log, .user = "postgres", .folder = "/"};
  if (network_) {
    // Both end in exec, so that the process is the server itself.
    command = {"ip",
               "netns",
               "exec",
               network_->name(),
               "setpriv",
               "--reuid=postgres",
               "--regid=postgres",
               "--clear-groups",
               "--pdeathsig=KILL"};
    options.user = {};
  }
  const std::string addresses = network_ ? "127.0.0.1," + network_->address() : "127.0.0.1";
  for (const auto& word :
       std::vector<std::string>{std::string(bin) + "postgres", "-D", folder_ / "data", "-k", folder_.path().string(),
                                "-p", std::to_string(port_), "-c", "listen_addresses=" + addresses, "-c", "fsync=off",
                                "-c", "max_connections=200", "-c", "shared_buffers=256MB", "-c", "max_wal_size=2GB"}) {
    command.push_back(word);
  }
  server_ = Process(command, options);
  const bool up = eventually([&] {
    return !server_.running() ||
           run({std::string(bin) + "pg_isready", "-q", "-h", folder_.path().string(), "-p", std::to_string(port_)})
                   .status == 0;
  });
  if (!up || !server_.running()) throw std::runtime_error("PostgreSQL did not start: " + read_file(log));
}

void PostgresCluster::stop() {
  server_.signal(SIGINT);
  if (!server_.wait(std::chrono::seconds(30))) throw std::runtime_error("PostgreSQL did not stop");
}

void PostgresCluster::kill() {
  signal_all(SIGKILL);
  server_.kill();
  // Backends that were reparented must be gone before the folder is used again.
  const auto pid_file = folder_ / "data/postmaster.pid";
  std::filesystem::remove(pid_file);
}

void PostgresCluster::freeze() {
  signal_all(SIGSTOP);
}
void PostgresCluster::thaw() {
  signal_all(SIGCONT);
}

void PostgresCluster::signal_all(int number) {
  if (!server_.running()) return;
  const auto children = run({"pgrep", "-P", std::to_string(server_.pid())}).out;
  server_.signal(number);
  std::istringstream lines(children);
  for (pid_t pid = 0; lines >> pid;) ::kill(pid, number);
  if (number != SIGKILL) return;
  std::istringstream again(children);
  for (pid_t pid = 0; again >> pid;) {
    if (!eventually([pid] { return ::kill(pid, 0) != 0; }, std::chrono::seconds(10))) {
      throw std::runtime_error("a PostgreSQL backend survived SIGKILL");
    }
  }
}

std::string PostgresCluster::conninfo(const std::string& database) const {
  return "host=" + (network_ ? network_->address() : folder_.path().string()) + " port=" + std::to_string(port_) +
         " user=postgres dbname=" + database;
}

std::string PostgresCluster::conninfo(const std::string& database, const PostgresCluster& other) const {
  return "host=" + folder_.path().string() + "," + other.folder_.path().string() + " port=" + std::to_string(port_) +
         "," + std::to_string(other.port_) + " user=postgres dbname=" + database;
}

std::string PostgresCluster::create_empty_database(const std::string& name) {
  sql("postgres", "create database " + name);
  return conninfo(name);
}

std::string PostgresCluster::create_database(const std::string& name) {
  create_empty_database(name);
  storage::postgres::ConnectionSettings settings;
  settings.conninfo = conninfo(name);
  storage::postgres::Connection session(settings);
  storage::postgres::migrate(session, [](const storage::postgres::Migration&) {});
  return conninfo(name);
}

std::string PostgresCluster::sql(const std::string& database, const std::string& text,
                                 std::chrono::milliseconds limit) const {
  auto result = run({"psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", conninfo(database)}, text, limit);
  check(result, "psql");
  if (!result.out.empty() && result.out.back() == '\n') result.out.pop_back();
  return result.out;
}

}  // namespace minidns::harness
