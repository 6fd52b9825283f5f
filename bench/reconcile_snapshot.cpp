// The same rate of changes with and without a snapshot that is held in the database meanwhile.
#include "bench/changes.hpp"
#include "bench/measure.hpp"
#include "bench/reconcile.hpp"
#include "tests/harness/wait.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace minidns::bench {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

constexpr std::chrono::minutes give_up{5};
constexpr std::chrono::milliseconds tick{100};

/// How many changes are known to be visible on all four: as far as the prefix goes, less what is kept as exceptions.
double confirmed(Fleet& fleet) {
  return std::stod(
      fleet.sql("select coalesce(min(visible_through), 0) - (select count(*) from tasks) from nameserver_progress"));
}

/// Changes that were seen in time, of all four.
double count_of_delays(Fleet& fleet) {
  double sum = 0;
  for (std::size_t i = 0; i < fleet.servers().size(); ++i) {
    sum += fleet.metric(i, "commit_to_visible_seconds_count");
  }
  return sum;
}

/// Of all, from commit to the moment when it was seen, in s.
double sum_of_delays(Fleet& fleet) {
  double sum = 0;
  for (std::size_t i = 0; i < fleet.servers().size(); ++i) {
    sum += fleet.metric(i, "commit_to_visible_seconds_sum");
  }
  return sum;
}

struct Point {
  explicit Point(Fleet& fleet)
      : usage(fleet), seen(confirmed(fleet)), delays(sum_of_delays(fleet)), delayed(count_of_delays(fleet)) {}
  Usage usage;
  double seen;
  double delays;
  double delayed;
};

void print(const char* what, const Point& from, const Point& to) {
  const Usage used = to.usage - from.usage;
  const double seen = to.seen - from.seen;
  std::printf(
      "%-40s %6.2f changes/s visible on all four, commit to visible %7.1f ms on average; CPU ms per change: "
      "manager %.2f PostgreSQL %.2f\n",
      what, seen / used.time, (to.delays - from.delays) / (to.delayed - from.delayed) * 1000,
      used.manager / seen * 1000, used.postgres / seen * 1000);
  std::fflush(stdout);
}

/// At a fixed rate for so long.
void go_on(Changes& changes, int per_second, duration<double> time) {
  const auto start = steady_clock::now();
  double made = 0;
  while (steady_clock::now() - start < time) {
    const double due = duration<double>(steady_clock::now() - start).count() * per_second;
    if (due > made) {
      const auto count = static_cast<std::size_t>(due - made) + 1;
      (void)changes.change(count, 1);
      made += static_cast<double>(count);
    }
    std::this_thread::sleep_for(tick);
  }
}

/// As fast as four clients can, until all is visible.
void burst(Fleet& fleet, Changes& changes, const char* what) {
  constexpr std::size_t count = 500;
  const Point before(fleet);
  (void)changes.change(count, 4);
  if (!fleet.wait_until_visible(give_up)) {
    throw std::runtime_error("the burst is not visible");
  }
  print(what, before, Point(fleet));
}

void measure(Fleet& fleet, Changes& changes, int per_second, int seconds) {
  if (!fleet.wait_until_visible(give_up)) throw std::runtime_error("the nameservers did not settle");
  const double edge = std::min(60.0, seconds / 4.0);
  burst(fleet, changes, "  burst of 500 at the begin");
  const Point begin(fleet);
  go_on(changes, per_second, duration<double>(edge));
  print("  first minute", begin, Point(fleet));
  go_on(changes, per_second, duration<double>(seconds - 2 * edge));
  const Point end(fleet);
  go_on(changes, per_second, duration<double>(edge));
  print("  last minute", end, Point(fleet));
  burst(fleet, changes, "  burst of 500 at the end");
  std::printf("  dead rows at the end: %s\n",
              fleet
                  .sql("select string_agg(relname || ' ' || n_dead_tup, ', ' order by n_dead_tup desc) from (select * "
                       "from pg_stat_user_tables where n_dead_tup > 100 order by n_dead_tup desc limit 8) t")
                  .c_str());
  std::fflush(stdout);
}

}  // namespace

void measure_snapshot(Fleet& fleet, int per_second, int seconds) {
  Changes changes(fleet, 1);
  std::printf("%d changes per second for %d s, no snapshot held\n", per_second, seconds);
  measure(fleet, changes, per_second, seconds);
  std::printf("the same with a snapshot held\n");
  const harness::Process holder({"psql", "-q", "-d", fleet.platform().postgres().conninfo("minidns"), "-c",
                                 "begin isolation level repeatable read; select count(*) from pools; select pg_sleep(" +
                                     std::to_string(seconds * 10) + ")"});
  const auto held = [&] {
    return fleet.sql(
               "select count(*) from pg_stat_activity where query like '%pg_sleep%' and backend_xmin is not null "
               "and pid <> pg_backend_pid()") == "1";
  };
  if (!harness::eventually(held)) throw std::runtime_error("no snapshot is held");
  measure(fleet, changes, per_second, seconds);
  if (!held()) throw std::runtime_error("the snapshot was not held to the end");
  fleet.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> "
      "pg_backend_pid()");
}

}  // namespace minidns::bench
