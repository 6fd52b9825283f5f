// Requests that wait for a version, over sockets.
#include "tests/harness/wait.hpp"
#include "tests/unit/api_http_client.hpp"
#include "tests/unit/api_running_server.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <vector>

namespace minidns::api {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::RawClient;
using test::RunningServer;

class ServerWaits : public testing::Test {
 protected:
  ServerWaits() { server_.fakes().set_visibility(1); }

  static test::RunningServerOptions one_database_thread() { return {.database_threads = 1, .database_queue = 4}; }
  static bool is_visible(const test::RawResponse& response) {
    return json::parse(response.body).at("visible").at("is_visible").as_bool();
  }
  [[nodiscard]] test::FakeWaits& waits() { return server_.fakes().waits(); }

  RunningServer server_{{}, one_database_thread()};
  const std::string path_ = "/v2/zones/" + server_.fakes().add_zone("example.org.", "p1").id.to_string();
};

TEST_F(ServerWaits, AreAnsweredWhenTheVersionIsVisible) {
  RawClient client(server_.port());
  client.get(path_ + "?wait=visible&timeout=60");
  ASSERT_TRUE(waits().wait_for_waiters(1));
  EXPECT_EQ(waits().versions(), std::vector<dns::Version>{dns::Version(7)});
  server_.fakes().set_visibility(2);
  waits().finish(WaitEnd::visible);
  const auto response = client.receive();
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(is_visible(response));
  client.get(path_);
  EXPECT_EQ(client.receive().status, 200) << "the connection goes on";
  EXPECT_TRUE(waits().given_up().empty());
}

TEST_F(ServerWaits, EndWithTheirTime) {
  RawClient client(server_.port());
  client.get(path_ + "?wait=visible&timeout=1");
  const auto response = client.receive();
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(is_visible(response));
  EXPECT_EQ(waits().given_up(), std::vector<WaitEnd>{WaitEnd::timeout});
}

TEST_F(ServerWaits, HoldNoDatabaseThread) {
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 1; i <= 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(server_.port()));
    clients.back()->get(path_ + "?wait=visible&timeout=60");
    ASSERT_TRUE(waits().wait_for_waiters(i)) << "one thread, and a queue of four";
  }
  RawClient other(server_.port());
  other.get("/v2/zones");
  EXPECT_EQ(other.receive().status, 200);
  waits().finish(WaitEnd::failed);
  for (const auto& client : clients) {
    EXPECT_FALSE(is_visible(client->receive()));
  }
}

TEST_F(ServerWaits, GiveTheirPlaceBackWhenTheClientLeaves) {
  auto client = std::make_unique<RawClient>(server_.port());
  client->get(path_ + "?wait=visible&timeout=60");
  ASSERT_TRUE(waits().wait_for_waiters(1));
  client.reset();
  EXPECT_TRUE(waits().wait_for_waiters(0));
  EXPECT_EQ(waits().given_up(), std::vector<WaitEnd>{WaitEnd::client_left});
  EXPECT_TRUE(server_.wait_until_empty());
}

TEST_F(ServerWaits, LetTheNextRequestWait) {
  RawClient client(server_.port());
  client.get(path_ + "?wait=visible&timeout=60");
  ASSERT_TRUE(waits().wait_for_waiters(1));
  client.get("/healthcheck");
  RawClient other(server_.port());
  other.get("/healthcheck");
  EXPECT_EQ(other.receive().status, 200) << "after it the first one's octets were seen, too";
  EXPECT_TRUE(waits().given_up().empty());
  waits().finish(WaitEnd::visible);
  EXPECT_NE(client.receive().body.find("visible"), std::string::npos);
  EXPECT_EQ(client.receive().body, "OK");
}

TEST_F(ServerWaits, AreRefusedWhenThereAreTooMany) {
  waits().take_none();
  RawClient client(server_.port());
  client.get(path_ + "?wait=visible");
  auto response = client.receive();
  EXPECT_EQ(response.status, 503);
  EXPECT_FALSE(response.fields["retry-after"].empty());
  EXPECT_EQ(json::parse(response.body).at("type"), "overloaded");
}

TEST_F(ServerWaits, AreAnsweredAsThingsStandWhenTheServerStops) {
  RawClient client(server_.port());
  client.get(path_ + "?wait=visible&timeout=60");
  ASSERT_TRUE(waits().wait_for_waiters(1));
  auto shutdown = std::async(std::launch::async, [&] { server_.shutdown(); });
  auto response = client.receive();
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(is_visible(response));
  EXPECT_EQ(response.fields["connection"], "close");
  client.shut_down_sending();
  shutdown.get();
  EXPECT_EQ(waits().given_up(), std::vector<WaitEnd>{WaitEnd::stopping});
}

TEST_F(ServerWaits, DoNotCountAsTimeOfTheRequest) {
  RawClient client(server_.port());
  client.get(path_ + "?wait=visible&timeout=1");
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_LT(server_.metric("minidns_central_http_request_seconds_sum"), 0.9);
}

}  // namespace
}  // namespace minidns::api
