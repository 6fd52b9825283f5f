#include "mdns/udp_server.hpp"

#include "mdns/datagram_batch.hpp"
#include "mdns/nameserver/soa_query.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <utility>

namespace minidns::mdns {
namespace asio = boost::asio;
using asio::ip::udp;

namespace {

udp::socket bind_to(asio::io_context& io, const udp::endpoint& address) {
  udp::socket socket(asio::make_strand(io));
  socket.open(address.protocol());
  if (address.address().is_v6()) {
    socket.set_option(asio::ip::v6_only(true));
  }
  socket.bind(address);
  socket.non_blocking(true);
  return socket;
}

bool is_notify_answer(ByteView octets) {
  const auto header = dns::parse_header(octets);
  return header && header->qr && header->opcode == dns::Opcode::notify;
}

}  // namespace

/// All on the socket's strand, but for what is posted to it.
struct UdpServer::State : std::enable_shared_from_this<UdpServer::State> {
  State(asio::io_context& io, const udp::endpoint& wanted, UdpContext shared)
      : socket(bind_to(io, wanted)),
        address(socket.local_endpoint()),
        context(std::move(shared)),
        peers(context.peers),
        settings(context.settings),
        batch(std::max<std::size_t>(context.handler.settings().udp_octets_max, plain_soa_answer_octets_max)) {}

  void wait();
  void read_all();
  void answer(std::size_t i);
  void add(const Bytes& message, std::size_t i);
  void answer_deferred(Deferred deferred, const udp::endpoint& from);
  void answer_ixfr(const Deferred& deferred, const udp::endpoint& from);
  void answer_query(Deferred deferred, const udp::endpoint& from);
  void answer_loaded(const Deferred& deferred, const Loaded& loaded, const udp::endpoint& to);
  void send(const Bytes& message, const udp::endpoint& to);

  udp::socket socket;
  const udp::endpoint address;
  const UdpContext context;
  PublishedPeers::Reader peers;
  PublishedSettings::Reader settings;
  DatagramBatch batch;
  int waiting = 0;
};

UdpServer::UdpServer(asio::io_context& io, const udp::endpoint& address, const UdpContext& context)
    : state_(std::make_shared<State>(io, address, context)) {}

UdpServer::~UdpServer() = default;

const udp::endpoint& UdpServer::address() const {
  return state_->address;
}

void UdpServer::start() {
  asio::post(state_->socket.get_executor(), [state = state_] { state->wait(); });
}

void UdpServer::send(Bytes message, const udp::endpoint& to) {
  asio::dispatch(state_->socket.get_executor(),
                 [state = state_, message = std::move(message), to] { state->send(message, to); });
}

void UdpServer::close() {
  asio::post(state_->socket.get_executor(), [state = state_] {
    boost::system::error_code ignored;  // it's closed either way
    state->socket.close(ignored);
  });
}

void UdpServer::State::wait() {
  socket.async_wait(udp::socket::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted || !self->socket.is_open()) {
      return;
    }
    self->read_all();
    self->wait();
  });
}

void UdpServer::State::read_all() {
  for (int i = 0; i < batches_max; ++i) {
    const std::size_t count = batch.receive(socket.native_handle());
    if (count == 0) {
      return;
    }
    for (std::size_t request = 0; request < count; ++request) {
      answer(request);
    }
    batch.send(socket.native_handle());
  }
}

void UdpServer::State::answer(std::size_t i) {
  const ByteView octets = batch.request(i);
  const udp::endpoint& from = batch.from(i);
  if (is_notify_answer(octets)) {
    context.on_notify_answer(octets, from);
    return;
  }
  const auto peer = plain(from.address());
  const AccessRules& rules = settings.get()->access;
  if (const std::size_t size = context.handler.answer_at_once(octets, peer, *peers.get(), rules, batch.room());
      size > 0) {
    batch.add_answer(size, i);
    return;
  }
  auto handled = context.handler.handle(octets, {peer, Transport::udp}, *peers.get(), rules);
  if (const auto* message = std::get_if<Bytes>(&handled)) {
    add(*message, i);
  } else if (auto* deferred = std::get_if<Deferred>(&handled)) {
    answer_deferred(std::move(*deferred), from);
  }
}

void UdpServer::State::add(const Bytes& message, std::size_t i) {
  const auto room = batch.room();
  if (message.size() > room.size()) {  // none is, as long as Reply keeps to its limit
    send(message, batch.from(i));
    return;
  }
  std::ranges::copy(message, room.begin());
  batch.add_answer(message.size(), i);
}

void UdpServer::State::answer_deferred(Deferred deferred, const udp::endpoint& from) {
  if (std::holds_alternative<SendChanges>(deferred.action)) {
    answer_ixfr(deferred, from);
  } else {
    answer_query(std::move(deferred), from);  // a full zone is never sent by UDP: decide saw to that
  }
}

/// Only out of memory: a client that gets the SOA alone comes by TCP, where there is more time (RFC 1995 §2).
void UdpServer::State::answer_ixfr(const Deferred& deferred, const udp::endpoint& from) {
  const ZoneEntry& zone = *deferred.zone();
  const dns::Serial client = std::get<SendChanges>(deferred.action).from;
  std::optional<dns::Delta> difference;
  if (course_of_ixfr(client, zone.serial) == IxfrCourse::difference) {
    if (const auto cached = context.zones.cached(zone, deferred.view())) {
      difference = ZoneSource::quick_difference(*cached, client);
    }
  }
  send(context.handler.finish_ixfr_over_udp(deferred.request, zone, difference), from);
}

void UdpServer::State::answer_query(Deferred deferred, const udp::endpoint& from) {
  if (waiting >= waiting_max) {
    context.handler.metrics().dropped(Transport::udp);
    return;
  }
  ++waiting;
  const auto kept = std::make_shared<const Deferred>(std::move(deferred));
  context.zones.obtain(kept->zone(), kept->view(), [self = shared_from_this(), kept, from](const Loaded& loaded) {
    asio::dispatch(self->socket.get_executor(), [self, kept, from, loaded] {
      --self->waiting;
      self->answer_loaded(*kept, loaded, from);
    });
  });
}

void UdpServer::State::answer_loaded(const Deferred& deferred, const Loaded& loaded, const udp::endpoint& to) {
  switch (loaded.outcome) {
    case Loaded::Outcome::ready:
      send(context.handler.finish_query(deferred.request, *loaded.snapshot), to);
      return;
    case Loaded::Outcome::gone:
      send(context.handler.finish_gone(deferred.request), to);
      return;
    case Loaded::Outcome::unavailable:
    case Loaded::Outcome::corrupt:
    case Loaded::Outcome::overloaded:
      send(context.handler.finish_unavailable(deferred.request, ExtendedError::not_ready), to);
      return;
  }
}

void UdpServer::State::send(const Bytes& message, const udp::endpoint& to) {
  boost::system::error_code error;
  socket.send_to(asio::buffer(message), to, 0, error);
  if (error && error != asio::error::would_block) {
    context.log.debug("datagram not sent", {{"peer", to.address().to_string()}, {"reason", error.message()}});
  }
}

}  // namespace minidns::mdns
