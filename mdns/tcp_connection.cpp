#include "mdns/tcp_connection.hpp"

#include "mdns/nameserver/transfer_messages.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <utility>
#include <vector>

namespace minidns::mdns {
namespace asio = boost::asio;

namespace {

/// For the peer to answer our word of the end; nothing depends on it.
constexpr std::chrono::seconds finish_limit{1};

void throw_if(const boost::system::error_code& error) {
  if (error) {
    throw boost::system::system_error(error);
  }
}

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

/// A transfer gives its thread away after so much: others wait less than a millisecond for their turn.
constexpr std::size_t turn_octets_max = 1024 * 1024;

/// What is left of `buffers` when their first `octets` were written.
std::span<asio::const_buffer> without_prefix(std::span<asio::const_buffer> buffers, std::size_t octets) {
  while (!buffers.empty() && buffers.front().size() <= octets) {
    octets -= buffers.front().size();
    buffers = buffers.subspan(1);
  }
  if (!buffers.empty()) {
    buffers.front() += octets;
  }
  return buffers;
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

/// The peer takes a transfer too slowly, or it takes too long as a whole.
class TooSlow : public boost::system::system_error {
 public:
  TooSlow() : system_error(asio::error::timed_out) {}
};

}  // namespace

TcpConnection::TcpConnection(std::unique_ptr<Stream> stream, asio::ip::address peer, ConnectionLimits::Slot slot,
                             const TcpContext& context)
    : stream_(std::move(stream)),
      peer_(std::move(peer)),
      slot_(std::move(slot)),
      context_(context),
      peers_(context.peers),
      settings_(context.settings),
      deadline_(stream_->executor(), [this] { on_deadline(); }) {
  context_.connection_metrics.open.add(1);
}

TcpConnection::~TcpConnection() {
  context_.connection_metrics.open.add(-1);
}

void TcpConnection::arm(Limit limit, std::chrono::milliseconds time) {
  limit_ = limit;
  deadline_.arm(time);
}

/// The names in the peer's certificate hold for as long as the connection does.
asio::awaitable<void> TcpConnection::open() {
  arm(Limit::open, settings_.get()->handshake_limit);
  co_await stream_->open();
  deadline_.disarm();
  if (context_.transport == Transport::tls) {
    context_.tls_metrics.completed.increment();
    certificate_names_ = std::make_shared<const std::vector<std::string>>(stream_->peer_names());
  }
}

/// Who is only idle gets a proper end; others are in the middle of something.
void TcpConnection::on_deadline() {
  if (limit_ == Limit::idle) {
    stream_->cancel();
  } else {
    stream_->close();
  }
}

asio::awaitable<void> TcpConnection::run() {
  try {
    co_await open();
    co_await serve();
    arm(Limit::finish, finish_limit);
    co_await stream_->finish();
  } catch (const TooSlow&) {
    context_.connection_metrics.slow.increment();
    context_.log.info("connection cut: the peer is slow", {{"peer", peer_.to_string()}});
  } catch (const boost::system::system_error& error) {
    report_end(error);
  }
  deadline_.disarm();
}

void TcpConnection::report_refusal(const Deferred& deferred, TransferGate::Refusal refusal) const {
  std::string_view reason;
  switch (refusal) {
    case TransferGate::Refusal::queue_full:
      context_.unserved_metrics.queue_full.increment();
      reason = "too many wait";
      break;
    case TransferGate::Refusal::waited_too_long:
      context_.unserved_metrics.waited_too_long.increment();
      reason = "waited too long";
      break;
  }
  context_.log.info("connection closed instead of a transfer",
                    {{"zone", deferred.zone()->name.to_text()}, {"peer", peer_.to_string()}, {"reason", reason}});
}

void TcpConnection::report_unavailable(const Deferred& deferred) const {
  context_.log.warning("zone not available for an answer",
                       {{"zone", deferred.zone()->name.to_text()}, {"peer", peer_.to_string()}});
}

/// How a connection ends: by the peer, by a limit, or by our shutdown. None is worth more than a count.
void TcpConnection::report_end(const boost::system::system_error& error) const {
  const bool stalled = deadline_.expired() && limit_ != Limit::finish;
  if (limit_ == Limit::open) {
    (stalled ? context_.tls_metrics.late : context_.tls_metrics.failed).increment();
    context_.log.debug("TLS handshake failed",
                       {{"peer", peer_.to_string()}, {"reason", stalled ? "too late" : error.code().message()}});
  } else if (stalled) {
    context_.connection_metrics.stalled.increment();
    context_.log.info("connection cut: the peer stalls",
                      {{"peer", peer_.to_string()}, {"while", limit_ == Limit::write ? "writing" : "reading"}});
  } else {
    context_.log.debug("connection ended", {{"peer", peer_.to_string()}, {"reason", error.code().message()}});
  }
}

void TcpConnection::drain() {
  asio::post(stream_->executor(), [self = shared_from_this()] {
    self->draining_ = true;
    if (self->idle_) {
      self->stream_->cancel();
    }
  });
}

void TcpConnection::allow_eviction() {
  slot_.on_eviction([weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->evict();
    }
  });
}

void TcpConnection::evict() {
  context_.connection_metrics.evicted.increment();
  asio::post(stream_->executor(), [self = shared_from_this()] { self->stream_->close(); });
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

/// RFC 1035 §4.2.2. Nothing at the end of the stream, after the idle limit, or for a length that is none.
asio::awaitable<std::optional<Bytes>> TcpConnection::read_request() {
  std::array<std::uint8_t, 2> length{};
  idle_ = true;
  arm(Limit::idle, settings_.get()->tcp.idle_limit);
  // The first octet ends idleness; after it the rest must come within the read limit.
  const auto error = co_await stream_->read(asio::buffer(length.data(), 1));
  idle_ = false;
  if (deadline_.expired()) {
    context_.connection_metrics.idle.increment();
    co_return std::nullopt;
  }
  if (error == asio::error::eof || (error && draining_)) {
    co_return std::nullopt;
  }
  throw_if(error);
  arm(Limit::read, settings_.get()->tcp.read_limit);
  throw_if(co_await stream_->read(asio::buffer(length.data() + 1, 1)));
  const std::size_t size = std::size_t{length[0]} << 8U | length[1];
  if (size < dns::header_size_octets || size > request_octets_max) {
    context_.handler.metrics().dropped(context_.transport);
    co_return std::nullopt;
  }
  Bytes request(size);
  throw_if(co_await stream_->read(asio::buffer(request)));
  deadline_.disarm();
  co_return request;
}

/// False if the connection must be closed.
asio::awaitable<bool> TcpConnection::answer(Bytes request) {
  const auto settings = settings_.get();
  const Origin origin{peer_, context_.transport, certificate_names_, settings->tcp.idle_limit};
  auto handled = context_.handler.handle(request, origin, *peers_.get(), settings->access);
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
  if (is_proven(deferred)) {
    slot_.set_proven();
  }
  if (std::holds_alternative<AnswerQuery>(deferred.action)) {
    const bool go_on = co_await answer_query(std::move(deferred));
    co_return go_on;
  }
  const auto* changes = std::get_if<SendChanges>(&deferred.action);
  if (changes != nullptr && course_of_ixfr(changes->from, deferred.zone()->serial) == IxfrCourse::up_to_date) {
    context_.transfer_metrics.began();
    co_await write(context_.handler.finish_up_to_date(deferred.request, *deferred.zone()));
    context_.transfer_metrics.ended(TransferKind::ixfr_up_to_date, true, 0, std::chrono::nanoseconds(0));
    co_return true;
  }
  const bool go_on = co_await answer_transfer(std::move(deferred));
  co_return go_on;
}

/// Something is done for this peer only if it has a right to it: by a key or a certificate, or by its address.
bool TcpConnection::is_proven(const Deferred& deferred) {
  return deferred.request.verified || (certificate_names_ && !certificate_names_->empty()) ||
         settings_.get()->access.unsigned_allowed.contains(peer_);
}

asio::awaitable<bool> TcpConnection::answer_query(Deferred deferred) {
  const Loaded loaded = co_await context_.zones.obtain(deferred.zone(), deferred.view());
  switch (loaded.outcome) {
    case Loaded::Outcome::ready:
      co_await write(context_.handler.finish_query(deferred.request, *loaded.snapshot));
      co_return true;
    case Loaded::Outcome::gone:
      co_await write(context_.handler.finish_gone(deferred.request));
      co_return true;
    case Loaded::Outcome::unavailable:
    case Loaded::Outcome::corrupt:
    case Loaded::Outcome::overloaded:
      report_unavailable(deferred);
      co_await write(context_.handler.finish_unavailable(deferred.request, ExtendedError::not_ready));
      co_return true;
  }
  co_return false;
}

/// Who can't have a transfer now gets no error code, which would keep NSD from asking again or turn IXFR into AXFR
/// (DESIGN.md invariant 10): a lost connection makes every secondary try again, or another primary.
asio::awaitable<bool> TcpConnection::answer_transfer(Deferred deferred) {
  const TransferOwner owner{peer_, deferred.zone()->pool};
  auto admission = co_await context_.gate.enter(owner, settings_.get()->transfers.waiting_limit);
  if (const auto* refusal = std::get_if<TransferGate::Refusal>(&admission)) {
    report_refusal(deferred, *refusal);
    co_return false;
  }
  const bool go_on = co_await answer_admitted_transfer(std::move(deferred));
  co_return go_on;
}

asio::awaitable<bool> TcpConnection::answer_admitted_transfer(Deferred deferred) {
  const ZonePointer zone = deferred.zone();
  const auto* changes = std::get_if<SendChanges>(&deferred.action);
  Loaded loaded = co_await context_.zones.obtain(zone, deferred.view());
  switch (loaded.outcome) {
    case Loaded::Outcome::ready:
      break;
    case Loaded::Outcome::gone:
      co_await write(context_.handler.finish_gone(deferred.request));
      co_return true;
    case Loaded::Outcome::unavailable:
    case Loaded::Outcome::corrupt:
    case Loaded::Outcome::overloaded:
      context_.unserved_metrics.zone_unavailable.increment();
      report_unavailable(deferred);
      if (changes != nullptr) {
        co_return false;
      }
      co_await write(context_.handler.finish_unavailable(deferred.request, ExtendedError::not_ready));
      co_return true;
  }
  if (changes != nullptr) {
    const ContentKey key{zone->id, changes->view};
    Transfer transfer = co_await context_.zones.transfer_from(key, std::move(loaded.snapshot), changes->from);
    co_await send_transfer(deferred.request, zone, std::move(transfer));
  } else {
    co_await send_transfer(deferred.request, zone, full_transfer(std::move(loaded.snapshot), TransferKind::axfr));
  }
  co_return true;
}

asio::awaitable<void> TcpConnection::send_transfer(const Request& request, ZonePointer zone, Transfer transfer) {
  const TransferKind kind = transfer.kind;
  const dns::Serial serial = transfer.serial;
  TransferCount count(context_.transfer_metrics, kind);
  const TransferSettings transfers = settings_.get()->transfers;
  RateFloor rate(transfers.octets_per_s_min, transfers.rate_window, std::chrono::steady_clock::now());
  TransferMessages messages(request, context_.handler.settings(), std::move(transfer.source));
  std::size_t turn_octets = 0;
  while (true) {
    const MessageBatch batch = messages.next(context_.handler.clock().wall());
    if (batch.parts.empty()) {
      break;
    }
    co_await write_parts(batch.parts, &rate);
    count.add(batch.size_octets);
    if (count.elapsed() > settings_.get()->tcp.transfer_limit) {
      throw TooSlow();
    }
    turn_octets += batch.size_octets;
    if (turn_octets >= turn_octets_max) {
      turn_octets = 0;
      co_await asio::post(stream_->executor(), asio::use_awaitable);
    }
  }
  count.complete();
  context_.handler.metrics().answered(context_.transport, query_kind_of(request.message), dns::Rcode::noerror);
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
  const std::array<ByteView, 2> parts = {length, message};
  co_await write_parts(parts, nullptr);
}

/// Writes at once what is taken, and waits only when nothing is: a fast peer costs one system call per batch, and no
/// timer. The limit is on the time without progress; `rate`, if it isn't null, on what that comes to.
asio::awaitable<void> TcpConnection::write_parts(std::span<const ByteView> parts, RateFloor* rate) {
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(parts.size());
  for (const ByteView part : parts) {
    buffers.emplace_back(part.data(), part.size());
  }
  std::size_t taken = stream_->write_now(buffers);
  auto rest = without_prefix(buffers, taken);
  while (true) {
    if (rate != nullptr && !rate->holds_after(taken, std::chrono::steady_clock::now())) {
      throw TooSlow();
    }
    if (rest.empty()) {
      co_return;
    }
    arm(Limit::write, settings_.get()->tcp.write_limit);
    taken = co_await stream_->write_some(rest);
    deadline_.disarm();
    rest = without_prefix(rest, taken);
    const std::size_t more = stream_->write_now(rest);
    rest = without_prefix(rest, more);
    taken += more;
  }
}

}  // namespace minidns::mdns
