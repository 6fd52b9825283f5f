#include "tests/harness/postgres_cluster.hpp"

#include "storage/postgres/migrations.hpp"
#include "tests/harness/ports.hpp"
#include "tests/harness/wait.hpp"

#include <filesystem>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace minidns::harness {

namespace {

constexpr const char* bin = "/usr/lib/postgresql/15/bin/";

void check(const CommandResult& result, const std::string& what) {
  if (result.status != 0) throw std::runtime_error(what + ": " + result.out + result.err);
}

}  // namespace

PostgresCluster::PostgresCluster() : folder_("postgres"), port_(free_port()) {
  // The server's user must own its folders; initdb makes `data` itself.
  const ProcessOptions as_postgres{.log_file = {}, .user = "postgres", .folder = "/"};
  if (::geteuid() == 0) check(run({"chown", "postgres", folder_.path().string()}), "chown");
  check(run({std::string(bin) + "initdb", "-D", folder_ / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8",
             "--locale=C", "--no-sync"},
            {}, std::chrono::seconds(60), as_postgres),
        "initdb");
  start();
}

PostgresCluster::~PostgresCluster() {
  thaw();
  server_.signal(SIGINT);
  if (!server_.wait(std::chrono::seconds(10))) kill();
}

void PostgresCluster::start() {
  const auto log = folder_ / "log";
  server_ = Process({std::string(bin) + "postgres", "-D", folder_ / "data", "-k", folder_.path().string(), "-p",
                     std::to_string(port_), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c",
                     "max_connections=200", "-c", "shared_buffers=256MB", "-c", "max_wal_size=2GB"},
                    {.log_file = log, .user = "postgres", .folder = "/"});
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
  return "host=" + folder_.path().string() + " port=" + std::to_string(port_) + " user=postgres dbname=" + database;
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
