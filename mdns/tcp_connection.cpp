#include "mdns/tcp_connection.hpp"

#include "mdns/nameserver/transfer_messages.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <utility>

namespace minidns::mdns {
namespace asio = boost::asio;

namespace {

std::string_view name_of(TransferKind kind) {
  switch (kind) {
    case TransferKind::axfr:
      return "axfr";
    case TransferKind::ixfr:
      return "ixfr";
    case TransferKind::ixfr_as_axfr:
      return "ixfr_as_axfr";
    case TransferKind::ixfr_up_to_date:
      return "ixfr_up_to_date";
  }
  return "";
}

/// Counts a transfer as cut unless it was completed.
class TransferCount {
 public:
  TransferCount(const TransferMetrics& metrics, TransferKind kind)
      : metrics_(metrics), kind_(kind), begin_(std::chrono::steady_clock::now()) {
    metrics_.began();
  }
  ~TransferCount() { metrics_.ended(kind_, complete_, octets_, elapsed()); }
  TransferCount(const TransferCount&) = delete;
  TransferCount& operator=(const TransferCount&) = delete;

  void add(std::size_t octets) { octets_ += octets; }
  void complete() { complete_ = true; }
  [[nodiscard]] std::size_t octets() const { return octets_; }
  [[nodiscard]] std::chrono::nanoseconds elapsed() const { return std::chrono::steady_clock::now() - begin_; }

 private:
  const TransferMetrics& metrics_;
  const TransferKind kind_;
  const std::chrono::steady_clock::time_point begin_;
  std::size_t octets_ = 0;
  bool complete_ = false;
};

/// The transfer as a whole took too long.
class TransferTooLong : public boost::system::system_error {
 public:
  TransferTooLong() : system_error(asio::error::timed_out) {}
};

}  // namespace

TcpConnection::TcpConnection(asio::ip::tcp::socket socket, asio::ip::address peer, ConnectionLimits::Slot slot,
                             const TcpContext& context)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      slot_(std::move(slot)),
      context_(context),
      peers_(context.peers),
      deadline_(socket_.get_executor(), [this] {
        boost::system::error_code ignored;  // it's closed either way
        socket_.close(ignored);
      }) {
  context_.connection_metrics.open.add(1);
}

TcpConnection::~TcpConnection() {
  context_.connection_metrics.open.add(-1);
}

void TcpConnection::arm(Limit limit, std::chrono::milliseconds time) {
  limit_ = limit;
  deadline_.arm(time);
}

asio::awaitable<void> TcpConnection::run() {
  try {
    co_await serve();
  } catch (const boost::system::system_error& error) {
    report_end(error);
  }
  deadline_.disarm();
}

/// How a connection ends: by the peer, by a limit, or by our shutdown. None is worth more than a count.
void TcpConnection::report_end(const boost::system::system_error& error) const {
  const bool stalled = deadline_.expired() && limit_ != Limit::idle;
  if (stalled) {
    context_.connection_metrics.stalled.increment();
    context_.log.info("connection cut: the peer stalls",
                      {{"peer", peer_.to_string()}, {"while", limit_ == Limit::read ? "reading" : "writing"}});
  } else if (deadline_.expired()) {
    context_.connection_metrics.idle.increment();
  } else {
    context_.log.debug("connection ended", {{"peer", peer_.to_string()}, {"reason", error.code().message()}});
  }
}

void TcpConnection::drain() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->draining_ = true;
    if (self->idle_) {
      boost::system::error_code ignored;  // it's closed either way
      self->socket_.close(ignored);
    }
  });
}

asio::awaitable<void> TcpConnection::serve() {
  while (!draining_) {
    auto request = co_await read_request();
    if (!request) {
      co_return;
    }
    const bool go_on = co_await answer(*std::move(request));
    if (!go_on) {
      co_return;
    }
  }
}

/// RFC 1035 §4.2.2. Nothing at the end of the stream or for a length that is none.
asio::awaitable<std::optional<Bytes>> TcpConnection::read_request() {
  std::array<std::uint8_t, 2> length{};
  boost::system::error_code error;
  idle_ = true;
  arm(Limit::idle, context_.settings.idle_limit);
  // The first octet ends idleness; after it the rest must come within the read limit.
  co_await asio::async_read(socket_, asio::buffer(length.data(), 1), asio::redirect_error(asio::use_awaitable, error));
  idle_ = false;
  if (error == asio::error::eof) {
    co_return std::nullopt;
  }
  if (error) {
    throw boost::system::system_error(error);
  }
  arm(Limit::read, context_.settings.read_limit);
  co_await asio::async_read(socket_, asio::buffer(length.data() + 1, 1), asio::use_awaitable);
  const std::size_t size = std::size_t{length[0]} << 8U | length[1];
  if (size < dns::header_size_octets || size > request_octets_max) {
    context_.handler.metrics().dropped(Transport::tcp);
    co_return std::nullopt;
  }
  Bytes request(size);
  co_await asio::async_read(socket_, asio::buffer(request), asio::use_awaitable);
  deadline_.disarm();
  co_return request;
}

/// False if the connection must be closed.
asio::awaitable<bool> TcpConnection::answer(Bytes request) {
  auto handled = context_.handler.handle(request, {peer_, Transport::tcp}, *peers_.get());
  if (std::holds_alternative<Ignored>(handled)) {
    co_return false;  // who sends answers to a server has nothing to ask
  }
  if (auto* message = std::get_if<Bytes>(&handled)) {
    co_await write(std::move(*message));
    co_return true;
  }
  const bool go_on = co_await answer_deferred(std::get<Deferred>(std::move(handled)));
  co_return go_on;
}

asio::awaitable<bool> TcpConnection::answer_deferred(Deferred deferred) {
  const bool is_ixfr = std::holds_alternative<SendChanges>(deferred.action);
  if (is_ixfr &&
      course_of_ixfr(std::get<SendChanges>(deferred.action).from, deferred.zone()->serial) == IxfrCourse::up_to_date) {
    context_.transfer_metrics.began();
    co_await write(context_.handler.finish_up_to_date(deferred.request, *deferred.zone()));
    context_.transfer_metrics.ended(TransferKind::ixfr_up_to_date, true, 0, std::chrono::nanoseconds(0));
    co_return true;
  }
  const Loaded loaded = co_await context_.zones.obtain(deferred.zone(), deferred.view());
  switch (loaded.outcome) {
    case Loaded::Outcome::ready:
      break;
    case Loaded::Outcome::gone:
      co_await write(context_.handler.finish_gone(deferred.request));
      co_return true;
    case Loaded::Outcome::unavailable:
    case Loaded::Outcome::corrupt:
    case Loaded::Outcome::overloaded:
      context_.log.warning("zone not available for an answer",
                           {{"zone", deferred.zone()->name.to_text()}, {"peer", peer_.to_string()}});
      // An error code would keep NSD from asking again, or turn IXFR off (DESIGN.md invariant 10): a lost connection
      // makes every secondary try again, or another primary.
      if (is_ixfr) {
        co_return false;
      }
      co_await write(context_.handler.finish_unavailable(deferred.request, ExtendedError::not_ready));
      co_return true;
  }
  if (std::holds_alternative<AnswerQuery>(deferred.action)) {
    co_await write(context_.handler.finish_query(deferred.request, *loaded.snapshot));
    co_return true;
  }
  const bool go_on = co_await answer_transfer(std::move(deferred), loaded.snapshot);
  co_return go_on;
}

asio::awaitable<bool> TcpConnection::answer_transfer(Deferred deferred, SnapshotPointer snapshot) {
  const ZonePointer zone = deferred.zone();
  if (const auto* changes = std::get_if<SendChanges>(&deferred.action)) {
    const ContentKey key{zone->id, changes->view};
    Transfer transfer = co_await context_.zones.transfer_from(key, std::move(snapshot), changes->from);
    co_await send_transfer(deferred.request, zone, std::move(transfer));
  } else {
    co_await send_transfer(deferred.request, zone, full_transfer(std::move(snapshot), TransferKind::axfr));
  }
  co_return true;
}

asio::awaitable<void> TcpConnection::send_transfer(const Request& request, ZonePointer zone, Transfer transfer) {
  const TransferKind kind = transfer.kind;
  const dns::Serial serial = transfer.serial;
  TransferCount count(context_.transfer_metrics, kind);
  TransferMessages messages(request, context_.handler.settings(), std::move(transfer.source));
  while (const auto message = messages.next(context_.handler.clock().wall())) {
    std::array<asio::const_buffer, std::tuple_size_v<decltype(message->parts)>> buffers;
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      buffers[i] = asio::buffer(message->parts[i].data(), message->parts[i].size());
    }
    arm(Limit::write, context_.settings.write_limit);
    co_await asio::async_write(socket_, buffers, asio::use_awaitable);
    count.add(message->size_octets());
    if (count.elapsed() > context_.settings.transfer_limit) {
      throw TransferTooLong();
    }
  }
  deadline_.disarm();
  count.complete();
  context_.handler.metrics().answered(Transport::tcp, query_kind_of(request.message), dns::Rcode::noerror);
  context_.log.info("zone transferred", {{"zone", zone->name.to_text()},
                                         {"serial", serial.value()},
                                         {"kind", name_of(kind)},
                                         {"octets", count.octets()},
                                         {"peer", peer_.to_string()},
                                         {"key", request.verified ? request.verified->key->name.to_text() : "none"}});
}

asio::awaitable<void> TcpConnection::write(Bytes message) {
  const std::array<std::uint8_t, 2> length = {static_cast<std::uint8_t>(message.size() >> 8U),
                                              static_cast<std::uint8_t>(message.size() & 0xffU)};
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(length), asio::buffer(message)};
  arm(Limit::write, context_.settings.write_limit);
  co_await asio::async_write(socket_, buffers, asio::use_awaitable);
  deadline_.disarm();
}

}  // namespace minidns::mdns
