// What central asks a zone's parent, of a real Knot and of servers that mean no good.
#include "central/parent/probe.hpp"
#include "central/parent/question.hpp"
#include "tests/harness/ports.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"
#include "tests/harness/wait.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>
#include <thread>

namespace minidns::central {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

const dns::Name child = dns::Name::from_text("child.parent.example.org.").value();
constexpr const char* ds_text = "12345 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";

/// A Knot with the parent's zone, on a port of 127.0.0.1 and, as the parent's nameserver must be, on port 53 of another
/// address.
class ParentServer {
 public:
  ParentServer() : folder_("parent"), port_(harness::free_port()) {
    harness::write_file(folder_ / "zone", "$TTL 300\n@ SOA ns hostmaster 1 3600 600 604800 60\n@ NS ns\nns A " +
                                              std::string(address) + "\nchild NS ns.child\nchild 1234 DS " + ds_text +
                                              "\nns.child A 127.0.0.1\nbare NS ns.bare\nns.bare A 127.0.0.1\n");
    const auto folder = folder_.path().string();
    harness::write_file(folder_ / "knot.conf",
                        "server:\n  rundir: " + folder + "\n  listen: [ 127.0.0.1@" + std::to_string(port_) + ", " +
                            address + "@53 ]\ndatabase:\n  storage: " + folder +
                            "\nlog:\n  - target: stderr\n    any: info\nzone:\n  - domain: parent.example.org.\n" +
                            "    file: " + (folder_ / "zone") + "\n");
    server_ = harness::Process({"knotd", "-c", folder_ / "knot.conf"}, {.log_file = folder_ / "log"});
    if (!harness::eventually([&] { return ask(endpoint(), child, dns::RRType::ds, false, 1s).has_value(); })) {
      throw std::runtime_error(harness::read_file(folder_ / "log"));
    }
  }

  [[nodiscard]] DnsEndpoint endpoint() const { return {"127.0.0.1", port_}; }
  static constexpr const char* address = "127.83.53.1";

 private:
  harness::TempDir folder_;
  std::uint16_t port_;
  harness::Process server_;
};

/// Takes one connection, reads the question, and answers with what `answer` makes of it.
class OddServer {
 public:
  using Answer = std::function<std::string(std::string question)>;
  explicit OddServer(Answer answer)
      : acceptor_(io_, tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0)),
        thread_([this, answer = std::move(answer)] { serve(answer); }) {}
  ~OddServer() {
    boost::system::error_code ignored;
    tcp::socket wake(io_);  // should nobody have come
    static_cast<void>(wake.connect(acceptor_.local_endpoint(), ignored));
  }
  [[nodiscard]] DnsEndpoint endpoint() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }

 private:
  void serve(const Answer& answer) {
    boost::system::error_code error;
    tcp::socket socket(io_);
    static_cast<void>(acceptor_.accept(socket, error));
    std::array<std::uint8_t, 2> length{};
    boost::asio::read(socket, boost::asio::buffer(length), error);
    std::string question(static_cast<std::size_t>(length[0] << 8 | length[1]), '\0');
    boost::asio::read(socket, boost::asio::buffer(question), error);
    if (!error) {
      const auto octets = answer(std::move(question));
      boost::asio::write(socket, boost::asio::buffer(octets), error);
      boost::asio::read(socket, boost::asio::buffer(length), error);  // until it has had enough
    }
  }

  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  std::jthread thread_;
};

std::string framed(const std::string& message) {
  return std::string{static_cast<char>(message.size() >> 8), static_cast<char>(message.size())} + message;
}

TEST(ParentProbe, KnownNameserversAreAskedForTheDs) {
  const ParentServer server;
  DnsParentProbe probe({.resolvers = {}, .parents = {{child.parent(), {server.endpoint()}}}});
  const auto view = probe.look(child);
  ASSERT_EQ(view.servers.size(), 1U) << view.failure;
  ASSERT_TRUE(view.servers[0].ds.has_value()) << view.servers[0].failure;
  ASSERT_EQ(view.servers[0].ds->size(), 1U);
  EXPECT_EQ(view.servers[0].ds->front().octets().size(), 36U);
  EXPECT_EQ(view.servers[0].ttl_s, 1234);
  const auto bare = probe.look(child.parent().child("bare").value());
  EXPECT_TRUE(bare.servers.at(0).ds->empty()) << "a delegation without DS";
  EXPECT_FALSE(probe.look(dns::Name::from_text("other.example.").value()).failure.empty());
}

TEST(ParentProbe, TheParentsNameserversAreFoundThroughAResolver) {
  const ParentServer server;
  DnsParentProbe probe({.resolvers = {server.endpoint()}, .parents = {}});
  const auto view = probe.look(child);
  ASSERT_EQ(view.servers.size(), 1U) << view.failure;
  EXPECT_EQ(view.servers[0].name, std::string("ns.parent.example.org. (") + ParentServer::address + ")");
  ASSERT_TRUE(view.servers[0].ds.has_value()) << view.servers[0].failure;
  EXPECT_EQ(view.servers[0].ds->size(), 1U);
  const auto deep = probe.look(child.parent().child("b").value().child("a").value());
  ASSERT_EQ(deep.servers.size(), 1U) << "a name between that is no zone is passed over: " << deep.failure;
}

TEST(ParentProbe, ANameserverThatIsNotThereOrNotTheParentsSaysNothing) {
  const ParentServer server;
  const auto closed = harness::free_port();
  DnsParentProbe probe({.resolvers = {}, .parents = {{child.parent(), {server.endpoint(), {"127.0.0.1", closed}}}}});
  const auto view = probe.look(child);
  ASSERT_EQ(view.servers.size(), 2U);
  EXPECT_TRUE(view.servers[0].ds.has_value());
  EXPECT_FALSE(view.servers[1].ds.has_value());
  DnsParentProbe lame({.resolvers = {}, .parents = {{dns::Name::from_text("example.").value(), {server.endpoint()}}}});
  EXPECT_FALSE(lame.look(dns::Name::from_text("x.example.").value()).servers.at(0).ds.has_value()) << "REFUSED";
}

TEST(ParentProbe, OddAnswersAreFailuresWithAReason) {
  const struct {
    const char* reason;
    OddServer::Answer answer;
  } rows[] = {
      {"nothing", [](std::string) { return std::string(); }},
      {"half a length", [](std::string) { return std::string(1, '\0'); }},
      {"less than its length", [](std::string question) { return framed(question).substr(0, 20); }},
      {"an empty message", [](std::string) { return framed(""); }},
      {"noise", [](std::string) { return framed(std::string(300, '\xff')); }},
      {"the question", [](std::string question) { return framed(question); }},
      {"another id",
       [](std::string question) {
         question[0] = static_cast<char>(question[0] ^ 1);
         question[2] = static_cast<char>(question[2] | 0x80);
         return framed(question);
       }},
      {"another type",
       [](std::string question) {
         question[2] = static_cast<char>(question[2] | 0x80);
         question[question.size() - 3] = 1;
         return framed(question);
       }},
      {"a name that points at itself",
       [](std::string question) {
         question[2] = static_cast<char>(question[2] | 0x80);
         question[7] = 1;  // ANCOUNT
         return framed(question + std::string("\xc0\x29\x00\x2b\x00\x01\x00\x00\x00\x00\x00\x00", 12));
       }},
      {"a record that is cut off",
       [](std::string question) {
         question[2] = static_cast<char>(question[2] | 0x80);
         question[7] = 1;
         return framed(question + std::string("\xc0\x0c\x00\x2b\x00\x01\x00\x00\x00\x00\x00\xff\x01", 13));
       }},
      {"SERVFAIL",
       [](std::string question) {
         question[2] = static_cast<char>(question[2] | 0x80);
         question[3] = 2;
         return framed(question);
       }},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.reason);
    const OddServer server(row.answer);
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = ask(server.endpoint(), child, dns::RRType::ds, false, 300ms);
    EXPECT_FALSE(answer.has_value());
    EXPECT_FALSE(answer.error().reason.empty());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  }
}

}  // namespace
}  // namespace minidns::central
