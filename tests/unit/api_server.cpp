#include "tests/harness/wait.hpp"
#include "tests/unit/api_http_client.hpp"
#include "tests/unit/api_running_server.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

namespace minidns::api {
namespace {

namespace json = boost::json;
using test::Gate;
using test::RawClient;
using test::RawResponse;
using test::RunningServer;

constexpr const char* new_zone = R"({"name":"a.org.","email":"a@b.org"})";

TEST(Server, ManyRequestsGoOverOneConnection) {
  RunningServer server;
  RawClient client(server.port());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(client.get("/v2/zones"));
    EXPECT_EQ(client.receive().status, 200);
    ASSERT_TRUE(client.post("/v2/zones", new_zone));
    EXPECT_EQ(client.receive().status, 202);
  }
  EXPECT_EQ(server.metric("minidns_central_http_connections"), 1);
  EXPECT_EQ(server.metric("minidns_central_http_requests_total"), 40);
  EXPECT_EQ(server.metric("minidns_central_http_request_seconds_count"), 40);
}

TEST(Server, EveryAnswerHasItsOwnRequestId) {
  RunningServer server;
  std::set<std::string> ids;
  RawClient client(server.port());
  for (const char* target : {"/", "/v2/zones", "/nothing", "/healthcheck"}) {
    client.get(target);
    ids.insert(client.receive().fields["x-openstack-request-id"]);
  }
  client.send("no http\r\n\r\n");
  ids.insert(client.receive().fields["x-openstack-request-id"]);
  EXPECT_EQ(ids.size(), 5U);
  for (const std::string& id : ids) {
    EXPECT_EQ(id.size(), 4U + 36U) << id;
    EXPECT_TRUE(id.starts_with("req-")) << id;
  }
}

TEST(Server, ErrorsCarryTheRequestIdOfTheHeader) {
  RunningServer server;
  RawClient client(server.port());
  client.get("/nothing");
  RawResponse response = client.receive();
  EXPECT_EQ(json::parse(response.body).at("request_id").as_string(), response.fields["x-openstack-request-id"]);
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
  RunningServer server;
  RawClient client(server.port());
  const std::string common = " HTTP/1.1\r\nHost: a\r\nX-Auth-Token: member-token\r\n";
  std::string packet;
  for (int i = 0; i < 50; ++i) {
    packet += "GET /v2/zones" + common + "\r\n";
    packet += "POST /v2/zones" + common +
              "Content-Type: application/json\r\nContent-Length: " + std::to_string(std::string(new_zone).size()) +
              "\r\n\r\n" + new_zone;
    packet += "GET /nothing" + common + "\r\n";
  }
  ASSERT_TRUE(client.send(packet));
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(client.receive().status, 202);
    EXPECT_EQ(client.receive().status, 404);
  }
}

TEST(Server, ARequestMayArriveOctetByOctet) {
  RunningServer server;
  RawClient client(server.port());
  for (const char c : std::string("GET /healthcheck HTTP/1.1\r\nHost: a\r\n\r\n")) {
    ASSERT_TRUE(client.send({&c, 1}));
  }
  EXPECT_EQ(client.receive().body, "OK");
}

TEST(Server, ClosesWhereTheClientSaysSo) {
  RunningServer server;
  RawClient client(server.port());
  client.get("/healthcheck", "Connection: close\r\n");
  RawResponse response = client.receive();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.fields["connection"], "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, SpeaksTheOldVersion) {
  RunningServer server;
  RawClient client(server.port());
  client.send("GET /healthcheck HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.receive().body, "OK");
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, HeadHasTheLengthAndNoBody) {
  RunningServer server;
  RawClient client(server.port());
  client.send("HEAD /healthcheck HTTP/1.1\r\nHost: a\r\n\r\n");
  RawResponse head = client.receive(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.fields["content-length"], "2");
  client.get("/healthcheck");
  EXPECT_EQ(client.receive().body, "OK");
}

TEST(Server, TakesChunkedBodies) {
  RunningServer server;
  RawClient client(server.port());
  client.send(
      "POST /v2/zones HTTP/1.1\r\nHost: a\r\nX-Auth-Token: member-token\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n10\r\n{\"name\":\"a.org.\"\r\n");
  client.send("12\r\n,\"email\":\"a@b.de\"}\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 202);
  client.get("/healthcheck");
  EXPECT_EQ(client.receive().status, 200);
}

TEST(Server, TellsAClientThatWaitsToGoOn) {
  RunningServer server;
  RawClient client(server.port());
  const std::string body = new_zone;
  client.send(
      "POST /v2/zones HTTP/1.1\r\nHost: a\r\nX-Auth-Token: member-token\r\nExpect: 100-continue\r\n"
      "Content-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(client.receive_line(), "HTTP/1.1 100 Continue");
  EXPECT_EQ(client.receive_line(), "");
  client.send(body);
  EXPECT_EQ(client.receive().status, 202);
}

TEST(Server, ExpectsNothingElse) {
  RunningServer server;
  RawClient client(server.port());
  client.post("/v2/zones", new_zone, "Expect: wonders\r\n");
  EXPECT_EQ(client.receive().status, 417);
}

TEST(Server, AnswersOthersWhileTheDatabaseIsSlow) {
  Gate gate;
  RunningServer server;
  server.fakes().run_in_ports([&gate] { gate.pass(); });
  RawClient waiting(server.port());
  waiting.get("/v2/zones");
  ASSERT_TRUE(gate.wait_for_callers(1));
  RawClient other(server.port());
  other.get("/healthcheck");
  EXPECT_EQ(other.receive().body, "OK");
  gate.open();
  EXPECT_EQ(waiting.receive().status, 200);
}

TEST(Server, SaysWhenTooMuchWaits) {
  Gate gate;
  RunningServer server({}, {1, 1});
  server.fakes().run_in_ports([&gate] { gate.pass(); });
  RawClient working(server.port());
  working.get("/v2/zones");
  ASSERT_TRUE(gate.wait_for_callers(1));

  // One more fits the queue; which of these two it is, they settle among themselves.
  RawClient first(server.port());
  RawClient second(server.port());
  first.get("/v2/zones");
  second.get("/v2/zones");
  ASSERT_TRUE(harness::eventually([&] { return server.metric("minidns_central_http_requests_total") == 1; }));
  gate.open();

  EXPECT_EQ(working.receive().status, 200);
  RawResponse one = first.receive();
  RawResponse two = second.receive();
  RawResponse& refused = one.status == 503 ? one : two;
  EXPECT_EQ((one.status == 503 ? two : one).status, 200);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.fields["retry-after"], "1");
  EXPECT_EQ(json::parse(refused.body).at("type"), "overloaded");
}

TEST(Server, AFailureIsOneRequestsAndNotTheConnections) {
  RunningServer server;
  server.fakes().run_in_ports([] { throw std::runtime_error("boom"); });
  RawClient client(server.port());
  client.get("/v2/zones");
  EXPECT_EQ(client.receive().status, 500);
  client.get("/healthcheck");
  EXPECT_EQ(client.receive().status, 200);
}

TEST(Server, SurvivesClientsThatVanish) {
  Gate gate;
  RunningServer server;
  server.fakes().run_in_ports([&gate] { gate.pass(); });
  {
    RawClient vanishing(server.port());
    vanishing.get("/v2/zones");
    ASSERT_TRUE(gate.wait_for_callers(1));
  }
  {
    RawClient half(server.port());
    half.send("GET /v2/zon");
  }
  {
    RawClient cut(server.port());
    cut.send("POST /v2/zones HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{");
  }
  gate.open();
  EXPECT_TRUE(server.wait_until_empty());
}

}  // namespace
}  // namespace minidns::api
