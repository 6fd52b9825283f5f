#include "tests/harness/wait.hpp"
#include "tests/unit/api_http_client.hpp"
#include "tests/unit/api_running_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <stdexcept>

namespace minidns::api {
namespace {

using namespace std::chrono_literals;
using test::Gate;
using test::RawClient;
using test::RawResponse;
using test::RunningServer;

TEST(ServerShutdown, ClosesIdleConnectionsAtOnce) {
  RunningServer server;
  RawClient fresh(server.port());
  RawClient used(server.port());
  used.get("/healthcheck");
  EXPECT_EQ(used.receive().status, 200);
  server.shutdown();
  EXPECT_TRUE(fresh.is_closed());
  EXPECT_TRUE(used.is_closed());
}

TEST(ServerShutdown, TakesNoMoreConnections) {
  RunningServer server;
  const std::uint16_t port = server.port();
  server.shutdown();
  EXPECT_THROW(RawClient client(port), std::runtime_error);
}

TEST(ServerShutdown, LetsARequestInFlightFinish) {
  Gate gate;
  RunningServer server;
  server.fakes().run_in_ports([&gate] { gate.pass(); });
  RawClient client(server.port());
  client.get("/v2/zones");
  ASSERT_TRUE(gate.wait_for_callers(1));

  auto shutdown = std::async(std::launch::async, [&server] { server.shutdown(); });
  // The listener closes before anything is waited for, so this ends when the shutdown is under way.
  while (true) {
    try {
      const RawClient probe(server.port());
    } catch (const std::runtime_error&) {
      break;
    }
  }
  EXPECT_EQ(shutdown.wait_for(0s), std::future_status::timeout);
  gate.open();
  RawResponse response = client.receive();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.fields["connection"], "close");
  EXPECT_TRUE(client.is_closed());
  client.shut_down_sending();
  shutdown.get();
}

TEST(ServerShutdown, CutsWhatTakesTooLong) {
  Gate gate;
  ServerSettings settings;
  settings.shutdown_time = 50ms;
  RunningServer server(settings);
  server.fakes().run_in_ports([&gate] { gate.pass(); });
  RawClient in_database(server.port());
  in_database.get("/v2/zones");
  ASSERT_TRUE(gate.wait_for_callers(1));
  RawClient half_sent(server.port());
  half_sent.send("GET /v2/zon");
  ASSERT_TRUE(harness::eventually([&] { return server.metric("minidns_central_http_connections") == 2; }));

  auto shutdown = std::async(std::launch::async, [&server] { server.shutdown(); });
  EXPECT_TRUE(half_sent.is_closed());
  gate.open();
  shutdown.get();
  EXPECT_EQ(server.metric("minidns_central_http_connections"), 0);
}

TEST(ServerShutdown, CanBeAskedForTwice) {
  RunningServer server;
  server.shutdown();
  server.shutdown();
}

}  // namespace
}  // namespace minidns::api
