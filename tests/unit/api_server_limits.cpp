#include "api/settings.hpp"
#include "tests/harness/wait.hpp"
#include "tests/unit/api_http_client.hpp"
#include "tests/unit/api_running_server.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

/// What a server does with clients that are slow, large, many or broken.
namespace minidns::api {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::RawClient;
using test::RawResponse;
using test::RunningServer;

std::string type_of(const RawResponse& response) {
  return response.body.empty() ? "" : std::string(json::parse(response.body).at("type").as_string());
}

TEST(ServerLimits, ASlowHeaderTimesOut) {
  ServerSettings settings;
  settings.header_time = 50ms;
  RunningServer server(settings);
  RawClient client(server.port());
  client.send("GET /healthcheck HTTP/1.1\r\nHo");
  const RawResponse response = client.receive();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(type_of(response), "request_timeout");
  EXPECT_TRUE(client.is_closed());
}

TEST(ServerLimits, ASlowBodyTimesOut) {
  ServerSettings settings;
  settings.body_time = 50ms;
  RunningServer server(settings);
  RawClient client(server.port());
  client.send("POST /v2/zones HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{");
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(client.is_closed());
}

TEST(ServerLimits, AnIdleConnectionIsClosedWithoutAWord) {
  ServerSettings settings;
  settings.idle_time = 50ms;
  RunningServer server(settings);
  RawClient client(server.port());
  client.get("/healthcheck");
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST(ServerLimits, AConnectionThatSaysNothingIsClosedSooner) {
  ServerSettings settings;
  settings.header_time = 50ms;
  RunningServer server(settings);
  RawClient client(server.port());
  EXPECT_TRUE(client.is_closed());
}

TEST(ServerLimits, AClientThatDoesNotReadLosesItsConnection) {
  ServerSettings settings;
  settings.write_time = 100ms;
  RunningServer server(settings);
  const ZoneView zone = server.fakes().add_zone("a.org.", "p1");
  for (int i = 0; i < 200; ++i) {
    server.fakes().add_recordset(zone, "a.org.", {std::string(100'000, 'x')});
  }
  RawClient client(server.port(), 4096);
  client.get("/v2/recordsets?limit=1000");  // 20 MB fit no socket's buffers
  EXPECT_TRUE(harness::eventually([&] { return server.metric("minidns_central_http_requests_total") == 1; }));
  EXPECT_TRUE(server.wait_until_empty());
}

TEST(ServerLimits, AHeaderThatIsTooLargeIsRefused) {
  RunningServer server;
  RawClient client(server.port());
  client.get("/healthcheck", "X-Large: " + std::string(header_size_octets_max, 'a') + "\r\n");
  const RawResponse response = client.receive();
  EXPECT_EQ(response.status, 431);
  EXPECT_EQ(type_of(response), "header_too_large");
  EXPECT_TRUE(client.is_closed());
}

TEST(ServerLimits, AHeaderThatJustFitsIsFine) {
  RunningServer server;
  RawClient client(server.port());
  client.get("/healthcheck", "X-Large: " + std::string(header_size_octets_max - 200, 'a') + "\r\n");
  EXPECT_EQ(client.receive().status, 200);
}

TEST(ServerLimits, ABodySaidToBeTooLargeIsRefusedBeforeItComes) {
  RunningServer server;
  RawClient client(server.port());
  client.send("POST /v2/zones HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: " +
              std::to_string(body_size_octets_max + 1) + "\r\n\r\n");
  const RawResponse response = client.receive();
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(type_of(response), "body_too_large");
}

TEST(ServerLimits, TheAnswerReachesAClientThatIsStillSending) {
  RunningServer server;
  RawClient client(server.port());
  client.post("/v2/zones", std::string(2 * body_size_octets_max, ' '));
  EXPECT_EQ(client.receive().status, 413);
}

TEST(ServerLimits, AChunkedBodyThatGrowsTooLargeIsRefused) {
  RunningServer server;
  RawClient client(server.port());
  client.send("POST /v2/zones HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 12; ++i) {
    client.send("2710\r\n" + std::string(10'000, ' ') + "\r\n");
  }
  EXPECT_EQ(client.receive().status, 413);
}

TEST(ServerLimits, ABodyThatJustFitsIsRead) {
  RunningServer server;
  RawClient client(server.port());
  client.post("/v2/zones", std::string(body_size_octets_max, ' '));
  const RawResponse response = client.receive();
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(type_of(response), "empty_request_body");
}

TEST(ServerLimits, WhatIsNoHttpIsRefused) {
  const std::pair<std::string, const char*> rows[] = {
      {"hello\r\n\r\n", "no request line"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "another version"},
      {"GET / HTTP/1.1\r\nHost a\r\n\r\n", "a field without a colon"},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", "a field that begins with a space"},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "a length that is no number"},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "a negative length"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12", "two lengths"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "a length beside chunks: request smuggling (RFC 9112 §6.3)"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "a bad chunk"},
      {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), "TLS"},
      {std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 29), "a zero octet"},
  };
  for (const auto& [text, reason] : rows) {
    RunningServer server;
    RawClient client(server.port());
    client.send(text);
    client.shut_down_sending();
    const RawResponse response = client.receive();
    EXPECT_EQ(response.status, 400) << reason;
    EXPECT_EQ(type_of(response), "bad_request") << reason;
    EXPECT_TRUE(client.is_closed()) << reason;
  }
}

TEST(ServerLimits, MalformedTargetsAndHostsKeepTheConnection) {
  RunningServer server;
  RawClient client(server.port());
  client.send("GET /%zz?a=%zz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.receive().status, 400);
  client.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.receive().status, 400);
  client.get("/healthcheck");
  EXPECT_EQ(client.receive().status, 200);
}

TEST(ServerLimits, AnUnknownMethodIsNotAllowed) {
  RunningServer server;
  RawClient client(server.port());
  client.send("BREW /v2/zones HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.receive().status, 405);
}

TEST(ServerLimits, OneConnectionTooManyIsToldSo) {
  ServerSettings settings;
  settings.connections_max = 2;
  RunningServer server(settings);
  RawClient first(server.port());
  first.get("/healthcheck");
  EXPECT_EQ(first.receive().status, 200);
  {
    RawClient second(server.port());
    second.get("/healthcheck");
    EXPECT_EQ(second.receive().status, 200);

    RawClient third(server.port());
    RawResponse refused = third.receive();
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.fields["connection"], "close");
    EXPECT_EQ(refused.fields["retry-after"], "1");
    EXPECT_TRUE(third.is_closed());
    EXPECT_EQ(server.metric("minidns_central_http_connections_refused_total"), 1);
  }
  // The second has gone: there is room again.
  EXPECT_TRUE(harness::eventually([&] { return server.metric("minidns_central_http_connections") == 1; }));
  RawClient fourth(server.port());
  fourth.get("/healthcheck");
  EXPECT_EQ(fourth.receive().status, 200);
}

}  // namespace
}  // namespace minidns::api
