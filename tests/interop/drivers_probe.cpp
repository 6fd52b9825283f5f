// The SOA probe against a nameserver that answers badly, late, or not at all.

#include "dns/soa.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/writer.hpp"
#include "pool-manager/drivers/soa_probe.hpp"
#include "tests/interop/drivers_run.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <string>

namespace minidns::pool::test {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

Bytes answer_to(const dns::Message& query, std::uint32_t serial) {
  dns::MessageWriter writer(512);
  dns::Header header = query.header;
  header.qr = header.aa = true;
  writer.header(header);
  writer.question(query.question.at(0));
  const dns::Soa soa{dns::Name::root(), dns::Name::root(), dns::Serial(serial), 1, 1, 1, 1};
  EXPECT_TRUE(writer.record(dns::Section::answer, query.question[0].name, dns::RRType::soa, dns::class_in, 1,
                            soa.to_rdata().octets()));
  return std::move(writer).finish();
}

using Replies = std::vector<Bytes>;

/// A nameserver on the test's own thread: what it sends for a query is for the test to say.
class FakeNameserver {
 public:
  using Behaviour = std::function<Replies(const dns::Message& query)>;

  FakeNameserver(asio::io_context& io, Behaviour behaviour)
      : socket_(io, {asio::ip::make_address("127.0.0.1"), 0}), behaviour_(std::move(behaviour)) {
    receive();
  }
  [[nodiscard]] udp::endpoint endpoint() const { return socket_.local_endpoint(); }
  [[nodiscard]] std::size_t queries() const { return queries_; }
  [[nodiscard]] const udp::endpoint& last_client() const { return client_; }

 private:
  void receive() {
    socket_.async_receive_from(asio::buffer(buffer_), client_, [this](const auto& error, std::size_t size) {
      if (error) return;
      ++queries_;
      for (const Bytes& reply : behaviour_(dns::parse_message(ByteView(buffer_).first(size)).value())) {
        socket_.send_to(asio::buffer(reply), client_);
      }
      receive();
    });
  }

  udp::socket socket_;
  udp::endpoint client_;
  std::array<std::uint8_t, 4096> buffer_{};
  Behaviour behaviour_;
  std::size_t queries_ = 0;
};

constexpr SoaProbeLimits quick{std::chrono::milliseconds(200), 3, 64};

std::vector<dns::Name> many_names(std::size_t count) {
  std::vector<dns::Name> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(name("zone" + std::to_string(i) + ".test."));
  return names;
}

class SoaProbeTest : public testing::Test {
 protected:
  asio::io_context io_;
};

TEST_F(SoaProbeTest, AsksManyZonesAndKeepsTheirOrder) {
  FakeNameserver server(io_, [](const dns::Message& query) {
    const std::string text = query.question.at(0).name.to_text();
    return Replies(1, answer_to(query, static_cast<std::uint32_t>(std::stoul(text.substr(4)))));
  });
  SoaProbe probe(io_.get_executor(), server.endpoint());
  const auto answers = run(io_, probe.ask(many_names(5000)));
  ASSERT_EQ(answers.size(), 5000U);
  for (std::uint32_t i = 0; i < answers.size(); ++i) ASSERT_EQ(answers[i], SoaAnswer(dns::Serial(i)));
  EXPECT_TRUE(run(io_, probe.ask({})).empty());
}

TEST_F(SoaProbeTest, AsksAgainWhenAnAnswerIsLost) {
  std::map<std::string, int> tries;
  FakeNameserver server(io_, [&tries](const dns::Message& query) {
    const bool answers = ++tries[query.question.at(0).name.to_text()] == 3;
    return answers ? Replies(1, answer_to(query, 1)) : Replies();
  });
  SoaProbe probe(io_.get_executor(), server.endpoint(), quick);
  for (const SoaAnswer& answer : run(io_, probe.ask(many_names(100)))) EXPECT_EQ(answer, SoaAnswer(dns::Serial(1)));
}

TEST_F(SoaProbeTest, GivesUpAfterItsTries) {
  FakeNameserver server(io_, [](const dns::Message&) { return Replies(); });
  SoaProbe probe(io_.get_executor(), server.endpoint(), quick);
  const auto begin = std::chrono::steady_clock::now();
  for (const SoaAnswer& answer : run(io_, probe.ask(many_names(10)))) {
    EXPECT_EQ(answer, SoaAnswer(SoaFailure::timeout));
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begin, quick.per_try * quick.tries);
  EXPECT_EQ(server.queries(), 30U);
}

TEST_F(SoaProbeTest, HasNoMoreInFlightThanItsLimit) {
  FakeNameserver server(io_, [](const dns::Message&) { return Replies(); });
  SoaProbe probe(io_.get_executor(), server.endpoint(), {std::chrono::milliseconds(200), 1, 64});
  const auto begin = std::chrono::steady_clock::now();
  (void)run(io_, probe.ask(many_names(65)));
  EXPECT_EQ(server.queries(), 65U);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(400)) << "64 at once, then the last";
}

TEST_F(SoaProbeTest, TimesOutWhereNobodyListens) {
  udp::socket closed(io_, {asio::ip::make_address("127.0.0.1"), 0});
  const udp::endpoint nobody = closed.local_endpoint();
  closed.close();
  SoaProbe probe(io_.get_executor(), nobody, quick);
  EXPECT_EQ(run(io_, probe.ask_one(name("a.test."))), SoaAnswer(SoaFailure::timeout));
}

TEST_F(SoaProbeTest, IgnoresWhatIsNoAnswerToItsQuestion) {
  FakeNameserver server(io_, [](const dns::Message& query) {
    Bytes other_id = answer_to(query, 666);
    other_id[0] ^= 0x80;
    dns::Message about_another = query;
    about_another.question.at(0).name = name("other.test.");
    Bytes cut = answer_to(query, 666);
    cut.pop_back();
    return Replies{Bytes{},
                   Bytes{1},
                   other_id,
                   answer_to(about_another, 666),
                   cut,
                   Bytes(2000, 0xff),
                   answer_to(query, 1),
                   answer_to(query, 666)};
  });
  SoaProbe probe(io_.get_executor(), server.endpoint(), quick);
  EXPECT_EQ(run(io_, probe.ask_one(name("a.test."))), SoaAnswer(dns::Serial(1)));
  EXPECT_EQ(run(io_, probe.ask_one(name("a.test."))), SoaAnswer(dns::Serial(1))) << "late ones of before are ignored";
}

TEST_F(SoaProbeTest, IgnoresAnswersFromElsewhere) {
  udp::socket stranger(io_, {asio::ip::make_address("127.0.0.1"), 0});
  FakeNameserver* server = nullptr;
  FakeNameserver silent(io_, [&](const dns::Message& query) {
    stranger.send_to(asio::buffer(answer_to(query, 666)), server->last_client());
    return Replies();
  });
  server = &silent;
  SoaProbe probe(io_.get_executor(), silent.endpoint(), quick);
  EXPECT_EQ(run(io_, probe.ask_one(name("a.test."))), SoaAnswer(SoaFailure::timeout));
}

TEST_F(SoaProbeTest, ServesManyCallersOnOneSocket) {
  FakeNameserver server(io_, [](const dns::Message& query) { return Replies(1, answer_to(query, 9)); });
  SoaProbe probe(io_.get_executor(), server.endpoint());
  std::vector<std::optional<std::vector<SoaAnswer>>> results(20);
  std::size_t done = 0;
  for (auto& result : results) {
    asio::co_spawn(io_, store_result(probe.ask(many_names(300)), &result), [&done](std::exception_ptr error) {
      EXPECT_FALSE(error);
      ++done;
    });
  }
  EXPECT_EQ(run(io_, probe.ask_one(name("a.test."))), SoaAnswer(dns::Serial(9)));
  while (done < results.size() && io_.run_one_for(std::chrono::seconds(10)) > 0) {
  }
  for (const auto& result : results) {
    ASSERT_TRUE(result);
    EXPECT_EQ(*result, std::vector<SoaAnswer>(300, dns::Serial(9)));
  }
  EXPECT_EQ(server.queries(), 6001U) << "nothing was lost";
}

TEST_F(SoaProbeTest, EndsCallsWhenItIsDestroyed) {
  FakeNameserver server(io_, [](const dns::Message&) { return Replies(); });
  auto probe = std::make_unique<SoaProbe>(io_.get_executor(), server.endpoint(), quick);
  std::optional<SoaAnswer> result;
  bool done = false;
  asio::co_spawn(io_, store_result(probe->ask_one(name("a.test.")), &result), [&](std::exception_ptr) { done = true; });
  io_.poll();
  probe.reset();
  while (!done && io_.run_one_for(std::chrono::seconds(10)) > 0) {
  }
  ASSERT_TRUE(result);
  EXPECT_TRUE(std::holds_alternative<SoaFailure>(*result));
}

}  // namespace
}  // namespace minidns::pool::test
