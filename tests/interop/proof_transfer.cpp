// The prober's transfers from a nameserver that is hostile, broken or slow: each ends within its bounds, and nothing is
// taken for a zone that isn't one.

#include "base/clock.hpp"
#include "dns/soa.hpp"
#include "dns/text/rdata_text.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/writer.hpp"
#include "pool-manager/proof/transfer_client.hpp"
#include "tests/interop/drivers_run.hpp"
#include "tsig/tsig.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace minidns::pool::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

/// A nameserver on a thread of its own that serves one connection after the other, blocking; what it does is for the
/// test to say.
class FakePrimary {
 public:
  using Behaviour = std::function<void(tcp::socket& socket, const Bytes& request)>;

  explicit FakePrimary(Behaviour behaviour)
      : acceptor_(io_, {asio::ip::make_address("127.0.0.1"), 0}),
        behaviour_(std::move(behaviour)),
        thread_([this] { serve(); }) {}
  ~FakePrimary() {
    stopping_ = true;
    boost::system::error_code ignored;
    tcp::socket(io_).connect(acceptor_.local_endpoint(), ignored);  // wakes the accept
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void serve() {
    while (!stopping_) {
      tcp::socket socket = acceptor_.accept();
      if (stopping_) return;
      try {
        std::array<std::uint8_t, 2> length{};
        asio::read(socket, asio::buffer(length));
        Bytes request(std::size_t{length[0]} << 8U | length[1]);
        asio::read(socket, asio::buffer(request));
        behaviour_(socket, request);
      } catch (const boost::system::system_error&) {
        // The client has had enough: that is what the test is about.
      }
    }
  }

  asio::io_context io_;
  tcp::acceptor acceptor_;
  Behaviour behaviour_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

void send(tcp::socket& socket, const Bytes& message) {
  const std::array<std::uint8_t, 2> length = {static_cast<std::uint8_t>(message.size() >> 8U),
                                              static_cast<std::uint8_t>(message.size() & 0xffU)};
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(length), asio::buffer(message)};
  asio::write(socket, buffers);
}

/// `SOA n`, or `owner TYPE rdata`.
void add(dns::MessageWriter& writer, const std::string& line) {
  const auto first = line.find(' ');
  const auto second = line.find(' ', first + 1);
  const bool is_soa = line.starts_with("SOA ");
  const auto type =
      is_soa ? dns::RRType::soa : dns::RRType::from_text(line.substr(first + 1, second - first - 1)).value();
  const auto text = is_soa ? "ns.z. a.z. " + line.substr(4) + " 3600 600 86400 300" : line.substr(second + 1);
  EXPECT_TRUE(writer.record(dns::Section::answer, name(is_soa ? "z." : line.substr(0, first)), type, dns::class_in, 300,
                            dns::rdata_from_text(type, text).value().octets()));
}

struct Shape {
  std::uint16_t id_offset = 0;  ///< added to the request's ID
  std::uint8_t rcode = 0;
  dns::RRType type = dns::RRType::axfr;
};

Bytes answer(const Bytes& request, const std::vector<std::string>& lines, const Shape& shape = {}) {
  const auto header = dns::parse_header(request).value();
  dns::MessageWriter writer(dns::message_size_octets_max);
  dns::Header reply;
  reply.id = static_cast<std::uint16_t>(header.id + shape.id_offset);
  reply.qr = reply.aa = true;
  reply.rcode = shape.rcode;
  writer.header(reply);
  writer.question({name("z."), shape.type, dns::class_in});
  for (const auto& line : lines) add(writer, line);
  return std::move(writer).finish();
}

class ProofTransfer : public testing::Test {
 protected:
  using Outcome = Result<ZoneSum, ContentError>;
  Outcome transfer(std::uint16_t port, std::shared_ptr<const tsig::Key> sign_with = nullptr) {
    TransferSource source{asio::ip::make_address("127.0.0.1"), port, std::move(sign_with)};
    return run(io_, store(std::move(source)));
  }
  asio::awaitable<Outcome> store(TransferSource source) {
    return sum_up_zone(io_.get_executor(), std::move(source), name("z."), &key_, bounds_, &clock_);
  }
  Outcome transfer_from(FakePrimary::Behaviour behaviour, std::shared_ptr<const tsig::Key> sign_with = nullptr) {
    const FakePrimary primary(std::move(behaviour));
    return transfer(primary.port(), std::move(sign_with));
  }

  const dnssec::DigestKey key_ = dnssec::DigestKey::from_secret(Secret(Bytes(32, 7))).value();
  TransferBounds bounds_{.size = {.octets_max = 1 << 20, .records_max = 5000}, .whole = 2s, .message = 500ms};
  const SystemClock clock_;
  asio::io_context io_;
};

TEST_F(ProofTransfer, AZoneInOneMessageOrInManyIsTheSame) {
  const auto one = transfer_from([](tcp::socket& socket, const Bytes& request) {
    send(socket, answer(request, {"SOA 7", "www.z. A 192.0.2.1", "z. NS ns.z.", "SOA 7"}));
  });
  const auto many = transfer_from([](tcp::socket& socket, const Bytes& request) {
    for (const char* line : {"SOA 7", "z. NS ns.z.", "www.z. A 192.0.2.1", "SOA 7"})
      send(socket, answer(request, {line}));
  });
  ASSERT_TRUE(one && many);
  EXPECT_EQ(one->all, many->all);
  EXPECT_EQ(one->records, 3U);
  EXPECT_EQ(one->serial, dns::Serial(7));
  EXPECT_GT(many->octets, one->octets);
}

TEST_F(ProofTransfer, WhatIsNoTransferIsNone) {
  const struct {
    const char* reason;
    std::function<Bytes(const Bytes& request)> reply;
    ContentErrc expected;
  } rows[] = {
      {"another ID",
       [](const Bytes& r) {
         return answer(r, {"SOA 7", "SOA 7"}, {.id_offset = 1});
       },
       ContentErrc::unusable},
      {"another question",
       [](const Bytes& r) {
         return answer(r, {"SOA 7", "SOA 7"}, {.type = dns::RRType::ixfr});
       },
       ContentErrc::unusable},
      {"garbage", [](const Bytes&) { return Bytes(600, 0xa5); }, ContentErrc::unusable},
      {"a header alone", [](const Bytes& r) { return Bytes(r.begin(), r.begin() + 12); }, ContentErrc::unusable},
      {"an empty message", [](const Bytes&) { return Bytes(); }, ContentErrc::unusable},
      {"no records", [](const Bytes& r) { return answer(r, {}); }, ContentErrc::unusable},
      {"no SOA first",
       [](const Bytes& r) {
         return answer(r, {"www.z. A 192.0.2.1", "SOA 7"});
       },
       ContentErrc::unusable},
      {"records after the end",
       [](const Bytes& r) {
         return answer(r, {"SOA 7", "SOA 7", "www.z. A 192.0.2.1"});
       },
       ContentErrc::unusable},
      {"changed meanwhile",
       [](const Bytes& r) {
         return answer(r, {"SOA 7", "www.z. A 192.0.2.1", "SOA 8"});
       },
       ContentErrc::changed},
      {"REFUSED", [](const Bytes& r) { return answer(r, {}, {.rcode = 5}); }, ContentErrc::refused},
      {"NOTAUTH", [](const Bytes& r) { return answer(r, {}, {.rcode = 9}); }, ContentErrc::refused},
      {"SERVFAIL", [](const Bytes& r) { return answer(r, {}, {.rcode = 2}); }, ContentErrc::refused},
  };
  for (const auto& row : rows) {
    const auto outcome =
        transfer_from([&row](tcp::socket& socket, const Bytes& request) { send(socket, row.reply(request)); });
    ASSERT_FALSE(outcome) << row.reason;
    EXPECT_EQ(outcome.error().code, row.expected) << row.reason << ": " << outcome.error().detail;
  }
}

TEST_F(ProofTransfer, OneThatNeverEndsIsCutByItsRecords) {
  int sent = 0;
  const auto outcome = transfer_from([&sent](tcp::socket& socket, const Bytes& request) {
    send(socket, answer(request, {"SOA 7"}));
    for (;; ++sent) send(socket, answer(request, {"www.z. A 192.0.2.1"}));
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ContentErrc::too_large) << outcome.error().detail;
  EXPECT_GT(sent, 4000);
}

TEST_F(ProofTransfer, OneThatNeverEndsIsCutByItsOctets) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "\"" + std::string(250, 'x') + "\" ";
  const auto outcome = transfer_from([&text](tcp::socket& socket, const Bytes& request) {
    send(socket, answer(request, {"SOA 7"}));
    for (;;) send(socket, answer(request, {"big.z. TXT " + text}));
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ContentErrc::too_large) << outcome.error().detail;
}

TEST_F(ProofTransfer, OneThatTricklesIsCutByTheTimeOfAMessageOrOfAll) {
  const auto begin = std::chrono::steady_clock::now();
  const auto octets = transfer_from([](tcp::socket& socket, const Bytes&) {
    asio::write(socket, asio::buffer(std::array<std::uint8_t, 2>{0xff, 0xff}));
    for (const std::uint8_t octet = 0;;) {
      asio::write(socket, asio::buffer(&octet, 1));
      asio::steady_timer pause(socket.get_executor(), 50ms);
      pause.wait();
    }
  });
  ASSERT_FALSE(octets);
  EXPECT_EQ(octets.error().code, ContentErrc::unreachable);
  EXPECT_NE(octets.error().detail.find("took too long"), std::string::npos) << octets.error().detail;
  const auto messages = transfer_from([](tcp::socket& socket, const Bytes& request) {
    send(socket, answer(request, {"SOA 7"}));
    while (true) {
      send(socket, answer(request, {"www.z. A 192.0.2.1"}));
      asio::steady_timer pause(socket.get_executor(), 100ms);
      pause.wait();
    }
  });
  ASSERT_FALSE(messages);
  EXPECT_EQ(messages.error().code, ContentErrc::unreachable);
  EXPECT_NE(messages.error().detail.find("took too long"), std::string::npos) << messages.error().detail;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
}

TEST_F(ProofTransfer, OneThatHangsOrBreaksOffIsUnreachable) {
  bounds_.whole = 1s;
  const auto breaks = transfer_from([](tcp::socket& socket, const Bytes& request) {
    send(socket, answer(request, {"SOA 7", "www.z. A 192.0.2.1"}));
  });
  ASSERT_FALSE(breaks);
  EXPECT_EQ(breaks.error().code, ContentErrc::unreachable);
  const auto hangs = transfer_from([](tcp::socket& socket, const Bytes&) {
    std::array<std::uint8_t, 1> end{};
    boost::system::error_code ignored;
    asio::read(socket, asio::buffer(end), ignored);  // until the client closes
  });
  ASSERT_FALSE(hangs);
  EXPECT_EQ(hangs.error().code, ContentErrc::unreachable);
}

TEST_F(ProofTransfer, NobodyThereIsUnreachable) {
  std::uint16_t port = 0;
  {
    const FakePrimary closed([](tcp::socket&, const Bytes&) {});
    port = closed.port();
  }
  const auto outcome = transfer(port);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ContentErrc::unreachable);
}

std::shared_ptr<const tsig::Key> shared_key(std::uint8_t octet) {
  return std::make_shared<const tsig::Key>(tsig::Key{.name = name("k."),
                                                     .algorithm = tsig::algorithm_from_text("hmac-sha256").value(),
                                                     .secret = Secret(Bytes(32, octet))});
}

/// Signs all messages of the answer, or all but the last, with this key.
FakePrimary::Behaviour signing(std::shared_ptr<const tsig::Key> key, bool signs_last) {
  return [key = std::move(key), signs_last](tcp::socket& socket, const Bytes& request) {
    const auto message = dns::parse_message(request).value();
    ASSERT_TRUE(message.tsig) << "the request is signed";
    tsig::AnswerSigner signer(tsig::Verified{key, message.tsig->mac});
    const std::vector<std::vector<std::string>> parts{{"SOA 7"}, {"www.z. A 192.0.2.1"}, {"SOA 7"}};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      Bytes reply = answer(request, parts[i]);
      if (i + 1 < parts.size() || signs_last) tsig::sign_answer(reply, signer, SystemClock().wall());
      send(socket, reply);
    }
  };
}

TEST_F(ProofTransfer, ASignedOneIsBelievedIfTheKeyIsOursAndTheEndIsSigned) {
  const auto right = transfer_from(signing(shared_key(1), true), shared_key(1));
  EXPECT_TRUE(right) << right.error().detail;
  const auto forged = transfer_from(signing(shared_key(2), true), shared_key(1));
  ASSERT_FALSE(forged);
  EXPECT_EQ(forged.error().code, ContentErrc::unusable);
  const auto open_end = transfer_from(signing(shared_key(1), false), shared_key(1));
  ASSERT_FALSE(open_end);
  EXPECT_EQ(open_end.error().code, ContentErrc::unusable);
}

TEST_F(ProofTransfer, AnUnsignedAnswerToASignedRequestIsNotBelieved) {
  const auto outcome = transfer_from(
      [](tcp::socket& socket, const Bytes& request) {
        send(socket, answer(request, {"SOA 7", "www.z. A 192.0.2.1", "SOA 7"}));
      },
      shared_key(1));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ContentErrc::unusable);
}

}  // namespace
}  // namespace minidns::pool::test
