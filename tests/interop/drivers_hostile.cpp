// Drivers against something on their port that is no nameserver, or a hostile one.

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "tests/harness/control_certificates.hpp"
#include "tests/harness/temp_dir.hpp"
#include "tests/interop/drivers_nameserver.hpp"
#include "tests/interop/drivers_run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <thread>

namespace minidns::pool::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;
using Socket = asio::generic::stream_protocol::socket;

/// What the other side does with a connection; it blocks, on a thread of its own.
using Behaviour = std::function<void(Socket&)>;

void ignore_errors(const boost::system::error_code& /*error*/) {}  // the driver hangs up as it likes

void send(Socket& socket, std::string_view octets) {
  boost::system::error_code error;
  asio::write(socket, asio::buffer(octets.data(), octets.size()), error);
  ignore_errors(error);
}

void read_until_closed(Socket& socket) {
  std::array<char, 4096> buffer{};
  boost::system::error_code error;
  while (!error) socket.read_some(asio::buffer(buffer), error);
}

/// Sends the same piece until the driver hangs up.
void flood(Socket& socket, const std::string& piece) {
  boost::system::error_code error;
  while (!error) asio::write(socket, asio::buffer(piece), error);
}

/// Serves one connection after the other until it is destroyed.
template <class Protocol>
class FakeServer {
 public:
  FakeServer(typename Protocol::endpoint endpoint, Behaviour behaviour)
      : acceptor_(io_, endpoint), thread_([this, behaviour] { serve(behaviour); }) {}
  ~FakeServer() {
    stopping_ = true;
    boost::system::error_code error;
    typename Protocol::socket last(io_);
    last.connect(acceptor_.local_endpoint(), error);  // wakes accept
    ignore_errors(error);
    thread_.join();
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] typename Protocol::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  void serve(const Behaviour& behaviour) {
    while (true) {
      boost::system::error_code error;
      typename Protocol::socket accepted(io_);
      acceptor_.accept(accepted, error);
      if (stopping_ || error) return;
      Socket socket(std::move(accepted));
      behaviour(socket);
    }
  }

  asio::io_context io_;
  typename Protocol::acceptor acceptor_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

class FakeTcpServer : public FakeServer<tcp> {
 public:
  explicit FakeTcpServer(Behaviour behaviour)
      : FakeServer({asio::ip::make_address("127.0.0.1"), 0}, std::move(behaviour)) {}
  [[nodiscard]] std::uint16_t port() const { return endpoint().port(); }
};

struct Row {
  std::string name;
  Behaviour behaviour;
};

std::string as_string(const Bytes& octets) {
  return std::string(as_text(octets));
}

const std::string http_ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

/// An HTTP answer, once a request has come.
Behaviour answer(std::string text) {
  return [text](Socket& socket) {
    std::array<char, 16> first{};
    boost::system::error_code error;
    socket.read_some(asio::buffer(first), error);
    send(socket, text);
    socket.shutdown(Socket::shutdown_send, error);
    read_until_closed(socket);
  };
}

std::string with_length(const std::string& body) {
  return http_ok + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// An item of a unit of knotd.
std::string knot_item(int code, const std::string& text) {
  return std::string{static_cast<char>(code), '\0', static_cast<char>(text.size())} + text;
}

/// A zone in knotd's list: role and serial.
std::string knot_zone(const std::string& name, const std::string& serial) {
  return "\1" + knot_item(22, name) + knot_item(25, "role") + knot_item(26, "slave") + "\2" + knot_item(22, name) +
         knot_item(25, "serial") + knot_item(26, serial);
}

const std::vector<Row> rows = {
    {"ClosesAtOnce", [](Socket&) {}},
    {"SaysNothing", [](Socket& socket) { read_until_closed(socket); }},
    {"RandomOctets",
     [](Socket& socket) {
       send(socket, as_string(random_bytes(10'000)));
       read_until_closed(socket);
     }},
    {"EndlessZeros", [](Socket& socket) { flood(socket, std::string(65536, '\0')); }},
    {"RndcFrameOfFourGigabytes",
     [](Socket& socket) {
       send(socket, "\xff\xff\xff\xff");
       flood(socket, std::string(65536, 'x'));
     }},
    {"RndcFrameCutOff", [](Socket& socket) { send(socket, std::string("\0\0\1\0\0\0\0\1", 8)); }},
    {"EndlessHttpHeader",
     [](Socket& socket) {
       send(socket, http_ok);
       flood(socket, "X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
     }},
    {"EndlessHttpBodyOfSpaces",
     [](Socket& socket) {
       send(socket, http_ok + "\r\n");
       flood(socket, std::string(65536, ' '));
     }},
    {"EndlessJsonString",
     [](Socket& socket) {
       send(socket, http_ok + "\r\n[{\"name\":\"");
       flood(socket, std::string(65536, 'a'));
     }},
    {"DeepJson", answer(with_length(std::string(100'000, '[')))},
    {"JsonOfAnotherShape", answer(with_length(R"({"views":[],"zones":"none"})"))},
    {"JsonWithABadName", answer(with_length(R"([{"name":"a..b.","kind":"Slave","serial":1}])"))},
    {"JsonCutOff", answer(http_ok + "Content-Length: 100\r\n\r\n[{\"name\":")},
    {"KnotUnitWithoutEnd", answer("\1" + knot_item(18, "why"))},
    {"KnotItemCutOff", answer(std::string("\1\x12\xff\xff") + "why")},
    {"KnotItemOutsideOfAUnit", answer(knot_item(18, "why") + "\3")},
    {"KnotErrorOfEachCommand", [](Socket& socket) { flood(socket, "\1" + knot_item(18, "no") + "\3"); }},
    {"KnotListWithABadName", answer(knot_zone("a..b.", "1") + "\3")},
    {"KnotListWithABadSerial", answer(knot_zone("a.", "4294967296") + "\3")},
    {"KnotListWithoutEnd", [](Socket& socket) { flood(socket, knot_zone("a.test.", "1")); }},
    {"HttpInternalError", answer("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")},
    {"HttpRedirect", answer("HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n")},
};

class HostileServer : public testing::TestWithParam<Row> {
 protected:
  /// The errors that a driver may make of it; never success, never an exception.
  static void expect_failure(const DriverError& error) {
    EXPECT_NE(error.code, DriverErrc::already_exists);
    EXPECT_NE(error.code, DriverErrc::no_such_zone);
    EXPECT_NE(error.code, DriverErrc::unsupported);
    EXPECT_FALSE(error.detail.empty());
    EXPECT_LE(error.detail.size(), detail_octets_max + 200);
  }

  static void expect_nothing_works(Driver& driver, asio::io_context& io) {
    const auto listed = run(io, driver.list_zones());
    ASSERT_FALSE(listed.has_value());
    expect_failure(listed.error());
    const Upstream upstream{{{asio::ip::make_address("127.0.0.1"), 9}}, dns::Name::root()};
    const ZoneResults added = run(io, driver.add_zones({dns::Name::root()}, upstream));
    ASSERT_FALSE(added[0].has_value());
    expect_failure(added[0].error());
  }
};

TEST_P(HostileServer, IsAFailureOfTheBindDriver) {
  const FakeTcpServer server(GetParam().behaviour);
  asio::io_context io;
  expect_nothing_works(*bind_driver_at(io.get_executor(), server.port()), io);
}

TEST_P(HostileServer, IsAFailureOfThePowerdnsDriver) {
  const FakeTcpServer server(GetParam().behaviour);
  asio::io_context io;
  const std::unique_ptr<Driver> driver = powerdns_driver_at(io.get_executor(), server.port());
  const auto listed = run(io, driver->list_zones());
  ASSERT_FALSE(listed.has_value());
  expect_failure(listed.error());
}

TEST_P(HostileServer, IsAFailureOfTheKnotDriver) {
  const harness::TempDir folder("hostile");
  const FakeServer<stream_protocol> server(folder / "socket", GetParam().behaviour);
  asio::io_context io;
  expect_nothing_works(*knot_driver_at(io.get_executor(), folder / "socket"), io);
}

TEST_P(HostileServer, IsAFailureOfTheNsdDriver) {
  static const harness::ControlCertificates certificates;
  const FakeTcpServer server(GetParam().behaviour);
  asio::io_context io;
  expect_nothing_works(*nsd_driver_at(io.get_executor(), server.port(), certificates.credentials()), io);
}

INSTANTIATE_TEST_SUITE_P(Drivers, HostileServer, testing::ValuesIn(rows),
                         [](const auto& row) { return row.param.name; });

TEST(DriverCancellation, EndsACallThatWaits) {
  const FakeTcpServer server([](Socket& socket) { read_until_closed(socket); });
  asio::io_context io;
  const std::unique_ptr<Driver> driver = powerdns_driver_at(io.get_executor(), server.port());
  asio::cancellation_signal cancel;
  std::optional<DriverResult<void>> result;
  std::exception_ptr failure;
  bool done = false;
  asio::co_spawn(io, store_result(driver->ping(), &result),
                 asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr error) {
                   failure = error;
                   done = true;
                 }));
  io.poll();
  cancel.emit(asio::cancellation_type::terminal);
  io.restart();
  io.run_for(wait_max / 2);
  EXPECT_TRUE(done);
  EXPECT_TRUE(failure) << "a cancelled call is no result of the nameserver";
  EXPECT_FALSE(result);
}

}  // namespace
}  // namespace minidns::pool::test
