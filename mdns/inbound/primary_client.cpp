#include "mdns/inbound/primary_client.hpp"

#include "base/random.hpp"
#include "dns/soa.hpp"
#include "dns/wire/request.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <utility>

namespace minidns::mdns {
namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

namespace {

/// What we take by UDP without fragments (dnsflagday.net/2020).
constexpr std::uint16_t udp_octets_max = 1232;

std::uint16_t random_id() {
  return static_cast<std::uint16_t>(random_u64());
}

/// Cancelled from outside, as against our own deadline's doing.
[[noreturn]] void end_cancelled() {
  throw boost::system::system_error(asio::error::operation_aborted);
}

/// One question by UDP: what is sent, and which of the datagrams that come back is its answer.
class SoaExchange {
 public:
  SoaExchange(const PrimaryQuery& query, const Clock& clock)
      : query_(query),
        clock_(clock),
        id_(random_id()),
        request_(dns::make_query(id_, query.zone, dns::RRType::soa, udp_octets_max)) {
    if (query.key) {
      transaction_.emplace(request_, query.key, clock.wall());
    }
  }

  [[nodiscard]] const Bytes& request() const { return request_; }

  /// Nothing if it isn't our answer: anybody may have sent it (RFC 8945 §5.4).
  [[nodiscard]] std::optional<dns::Message> answer(ByteView octets) {
    auto message = dns::parse_message(octets);
    if (!message || message->header.id != id_ || !message->header.qr || message->question.size() != 1 ||
        message->question[0].name != query_.zone || message->question[0].type != dns::RRType::soa) {
      return std::nullopt;
    }
    if (transaction_) {
      if (auto reason = transaction_->verify(octets, *message, clock_.wall())) {
        rejected_ = std::move(*reason);
        return std::nullopt;
      }
    }
    return *std::move(message);
  }
  /// Why an answer was not believed; empty if none came.
  [[nodiscard]] const std::string& rejected() const { return rejected_; }

 private:
  const PrimaryQuery& query_;
  const Clock& clock_;
  const std::uint16_t id_;
  Bytes request_;
  std::optional<tsig::ClientTransaction> transaction_;
  std::string rejected_;
};

udp::socket connected_socket(const asio::any_io_executor& strand, const PrimaryQuery& query) {
  udp::socket socket(strand);
  const udp::endpoint to(query.address, query.port);
  socket.open(to.protocol());
  if (query.from) {
    socket.bind(udp::endpoint(*query.from, 0));
  }
  socket.connect(to);  // the kernel then drops what others send
  return socket;
}

/// The answer; nothing if none came in time.
asio::awaitable<std::optional<dns::Message>> ask_by_udp(asio::any_io_executor strand, PrimaryQuery query,
                                                        ClientLimits limits, const Clock* clock) {
  auto socket = connected_socket(strand, query);
  Deadline deadline(strand, [&socket] { socket.cancel(); });
  std::array<std::uint8_t, 4096> buffer{};
  std::string rejected;
  for (int i = 0; i < limits.datagrams_max; ++i) {
    SoaExchange exchange(query, *clock);
    deadline.arm(limits.datagram);
    error_code error;
    co_await socket.async_send(asio::buffer(exchange.request()), asio::redirect_error(asio::use_awaitable, error));
    while (!error) {
      const std::size_t size =
          co_await socket.async_receive(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
      if (error) {
        break;
      }
      auto message = exchange.answer(ByteView(buffer).first(size));
      if (message) {
        co_return message;
      }
    }
    if (error == asio::error::operation_aborted && !deadline.expired()) {
      end_cancelled();
    }
    rejected = exchange.rejected();
  }
  if (!rejected.empty()) {
    throw PrimaryFailure("its answer is not accepted: " + rejected);
  }
  co_return std::nullopt;
}

asio::awaitable<dns::Message> ask_by_tcp(asio::any_io_executor strand, PrimaryQuery query, ClientLimits limits,
                                         const Clock* clock) {
  PrimaryConnection connection(strand, query, limits, *clock);
  const std::uint16_t id = random_id();
  co_await connection.open();
  Bytes request = dns::make_query(id, query.zone, dns::RRType::soa);
  co_await connection.send(std::move(request));
  auto received = co_await connection.receive();
  if (received.message.header.id != id) {
    throw PrimaryFailure("its answer is to another question");
  }
  co_return std::move(received.message);
}

}  // namespace

Result<dns::RRset, dns::TransferError> soa_of_answer(const dns::Message& message, const dns::Name& zone) {
  if (message.header.rcode != 0) {
    return dns::TransferError{dns::TransferErrc::refused, "RCODE " + std::to_string(message.header.rcode)};
  }
  if (!message.header.aa) {
    return dns::TransferError{dns::TransferErrc::refused, "not authoritative"};
  }
  for (const dns::Record& record : message.answer) {
    if (record.type != dns::RRType::soa || record.klass != dns::class_in || record.owner != zone) {
      continue;
    }
    auto rdata = dns::Rdata::from_octets(record.rdata);
    if (!rdata || !dns::Soa::from_rdata(rdata->octets())) {
      return dns::TransferError{dns::TransferErrc::malformed, "its SOA is not valid"};
    }
    return dns::RRset{record.owner, record.type, dns::Ttl::from_wire(record.ttl), {*std::move(rdata)}};
  }
  return dns::TransferError{dns::TransferErrc::malformed, "its answer has no SOA"};
}

asio::awaitable<dns::RRset> ask_soa(asio::any_io_executor strand, PrimaryQuery query, ClientLimits limits,
                                    const Clock* clock) {
  auto answer = co_await ask_by_udp(strand, query, limits, clock);
  if (!answer) {
    throw PrimaryFailure("no answer");
  }
  if (answer->header.tc) {
    answer = co_await ask_by_tcp(strand, query, limits, clock);
  }
  auto soa = soa_of_answer(*answer, query.zone);
  if (!soa) {
    throw PrimaryFailure(soa.error().detail);
  }
  co_return *std::move(soa);
}

PrimaryConnection::PrimaryConnection(const asio::any_io_executor& strand, PrimaryQuery query,
                                     const ClientLimits& limits, const Clock& clock)
    : socket_(strand),
      query_(std::move(query)),
      limits_(limits),
      clock_(clock),
      deadline_(strand,
                [this] {
                  error_code ignored;  // it's closed either way
                  socket_.close(ignored);
                }),
      buffer_(dns::message_size_octets_max) {}

PrimaryFailure PrimaryConnection::failure(const error_code& error, const char* doing) const {
  if (deadline_.expired()) {
    return PrimaryFailure(std::string(doing) + ": took too long");
  }
  if (error == asio::error::operation_aborted) {
    end_cancelled();
  }
  return PrimaryFailure(std::string(doing) + ": " + error.message());
}

asio::awaitable<void> PrimaryConnection::open() {
  const tcp::endpoint to(query_.address, query_.port);
  error_code error;
  socket_.open(to.protocol(), error);
  if (!error && query_.from) {
    socket_.bind(tcp::endpoint(*query_.from, 0), error);
  }
  if (!error) {
    deadline_.arm(limits_.connect);
    co_await socket_.async_connect(to, asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) {
    throw failure(error, "connect");
  }
  deadline_.disarm();
}

asio::awaitable<void> PrimaryConnection::send(Bytes request) {
  if (query_.key) {
    transaction_.emplace(request, query_.key, clock_.wall());
  }
  const std::array<std::uint8_t, 2> length = {static_cast<std::uint8_t>(request.size() >> 8U),
                                              static_cast<std::uint8_t>(request.size() & 0xffU)};
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(length), asio::buffer(request)};
  error_code error;
  deadline_.arm(limits_.idle);
  co_await asio::async_write(socket_, buffers, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    throw failure(error, "send");
  }
}

asio::awaitable<PrimaryConnection::Received> PrimaryConnection::receive() {
  std::array<std::uint8_t, 2> length{};
  error_code error;
  deadline_.arm(limits_.idle);  // for the whole message: a primary that trickles octets must not hold us up
  co_await asio::async_read(socket_, asio::buffer(length), asio::redirect_error(asio::use_awaitable, error));
  const std::size_t size = std::size_t{length[0]} << 8U | length[1];
  if (!error) {
    co_await asio::async_read(socket_, asio::buffer(buffer_.data(), size),
                              asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) {
    throw failure(error, "receive");
  }
  deadline_.disarm();
  const ByteView octets = ByteView(buffer_).first(size);
  auto message = dns::parse_message(octets);
  if (!message) {
    throw PrimaryFailure("a message is malformed: " + message.error().detail);
  }
  if (transaction_) {
    if (const auto reason = transaction_->verify(octets, *message, clock_.wall())) {
      throw PrimaryFailure("a message is not accepted: " + *reason);
    }
  }
  co_return Received{*std::move(message), size};
}

}  // namespace minidns::mdns
