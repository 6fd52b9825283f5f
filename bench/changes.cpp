#include "bench/changes.hpp"

#include <boost/json/array.hpp>

#include <functional>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace minidns::bench {
namespace {

namespace json = boost::json;

/// Calls `work` for 0 to `count` - 1, by so many clients at once.
void by_clients(Fleet& fleet, const std::string& token, std::size_t clients, std::size_t count,
                const std::function<void(harness::RestClient&, std::size_t)>& work) {
  std::vector<std::jthread> threads;
  for (std::size_t client = 0; client < clients; ++client) {
    threads.emplace_back([&, client] {
      harness::RestClient rest("127.0.0.1", fleet.platform().api_port(), token);
      for (std::size_t n = client; n < count; n += clients) work(rest, n);
    });
  }
}

}  // namespace

Changes::Changes(Fleet& fleet, std::size_t first)
    : fleet_(fleet), next_(first), token_(fleet.platform().token("idle")) {}

std::vector<Changes::Zone> Changes::take(std::size_t count) {
  if (next_ + count > fleet_.zones() + 1) throw std::runtime_error("there are no more zones to change");
  std::string names;
  for (std::size_t i = 0; i < count; ++i) names += (i == 0 ? "'" : ",'") + idle_zone_name(next_ + i) + "'";
  next_ += count;
  std::istringstream lines(
      fleet_.sql("select id || ' ' || name from zones where deleted_at is null and name in (" + names + ")"));
  std::vector<Zone> zones;
  for (Zone zone; lines >> zone.id >> zone.name;) zones.push_back(zone);
  if (zones.size() != count) throw std::runtime_error("the database lacks idle zones");
  return zones;
}

std::vector<std::string> Changes::change(std::size_t count, std::size_t clients) {
  const auto zones = take(count);
  by_clients(fleet_, token_, clients, count, [&](harness::RestClient& rest, std::size_t n) {
    harness::Platform::created(rest.post(
        "/v2/zones/" + zones[n].id + "/recordsets",
        json::object{{"name", "www." + zones[n].name}, {"type", "A"}, {"records", json::array{"192.0.2.1"}}}));
  });
  std::vector<std::string> names;
  for (const auto& zone : zones) names.push_back(zone.name);
  return names;
}

std::vector<std::string> Changes::remove(std::size_t count, std::size_t clients) {
  const auto zones = take(count);
  by_clients(fleet_, token_, clients, count, [&](harness::RestClient& rest, std::size_t n) {
    harness::Platform::created(rest.del("/v2/zones/" + zones[n].id));
  });
  std::vector<std::string> names;
  for (const auto& zone : zones) names.push_back(zone.name);
  return names;
}

std::vector<std::string> Changes::create(std::size_t count, std::size_t clients) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back("new" + std::to_string(++created_) + ".bench.example.");
  by_clients(fleet_, token_, clients, count, [&](harness::RestClient& rest, std::size_t n) {
    harness::Platform::created(rest.post("/v2/zones", json::object{{"name", names[n]}, {"email", "a@bench.example"}}));
  });
  return names;
}

}  // namespace minidns::bench
