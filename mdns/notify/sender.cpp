#include "mdns/notify/sender.hpp"

#include "base/random.hpp"
#include "dns/wire/request.hpp"
#include "tsig/tsig.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace minidns::mdns {
namespace asio = boost::asio;
using asio::ip::udp;

namespace {

/// A NOTIFY that was sent, found again by what its answer must have (RFC 1996 §4.8: source address, ID, QNAME).
struct Pending {
  NameserverId nameserver;
  ZonePointer zone;
  bool is_new;
  std::optional<tsig::ClientTransaction> transaction;  ///< if it was signed
};

bool is_fault_of_configuration(dns::Rcode rcode) {
  return rcode == dns::Rcode::refused || rcode == dns::Rcode::notauth || rcode == dns::Rcode::notimp ||
         rcode == dns::Rcode::formerr;
}

}  // namespace

/// All on the strand.
struct NotifySender::State : std::enable_shared_from_this<NotifySender::State> {
  State(asio::io_context& io, const NotifyLimits& l, const PublishedPeers& p, const Clock& c, const Logger& lg,
        const NotifyMetrics& m)
      : strand(asio::make_strand(io)), timer(strand), limits(l), peers(p), clock(c), log(lg), metrics(m) {}

  void add(const NameserverId& nameserver, const NotifyJob& job);
  void run();
  void send(const NotifyTarget& target, TargetQueue& queue, const NotifyJob& job);
  [[nodiscard]] UdpServer* socket_for(const asio::ip::address& address) const;
  void received(ByteView octets, const udp::endpoint& from);
  void answered(const Pending& pending, dns::Rcode rcode);
  void forget_pending(const NameserverId& nameserver, const ZoneId& zone);

  using PendingKey = std::pair<udp::endpoint, std::uint16_t>;  // where the answer comes from, and its ID

  asio::strand<asio::io_context::executor_type> strand;
  asio::steady_timer timer;
  const NotifyLimits limits;
  PublishedPeers::Reader peers;
  const Clock& clock;
  const Logger& log;
  const NotifyMetrics metrics;
  std::vector<UdpServer*> sockets;
  std::unordered_map<NameserverId, TargetQueue> queues;
  std::map<PendingKey, Pending> pending;
  std::map<std::pair<NameserverId, ZoneId>, PendingKey> pending_of;  // the last message sent
  bool closed = false;
};

NotifySender::NotifySender(asio::io_context& io, const NotifyLimits& limits, const PublishedPeers& peers,
                           const Clock& clock, const Logger& log, const NotifyMetrics& metrics)
    : state_(std::make_shared<State>(io, limits, peers, clock, log, metrics)) {}

NotifySender::~NotifySender() = default;

void NotifySender::use(std::vector<UdpServer*> sockets) {
  state_->sockets = std::move(sockets);
}

void NotifySender::notify(NotifyJob job) {
  asio::post(state_->strand, [state = state_, job = std::move(job)] {
    const auto peers = state->peers.get();
    for (const NotifyTarget& target : peers->targets_of(job.zone->pool, job.zone->id)) {
      state->add(target.id, job);
    }
    state->run();
  });
}

void NotifySender::notify_one(const NameserverId& nameserver, NotifyJob job) {
  asio::post(state_->strand, [state = state_, nameserver, job = std::move(job)] {
    state->add(nameserver, job);
    state->run();
  });
}

void NotifySender::received(ByteView octets, const udp::endpoint& from) {
  asio::post(state_->strand, [state = state_, copy = Bytes(octets.begin(), octets.end()), from] {
    state->received(copy, from);
    state->run();
  });
}

void NotifySender::close() {
  asio::post(state_->strand, [state = state_] {
    state->closed = true;
    state->timer.cancel();
  });
}

void NotifySender::State::add(const NameserverId& nameserver, const NotifyJob& job) {
  auto& queue = queues.try_emplace(nameserver, limits).first->second;
  switch (queue.add(job, clock.steady())) {
    case TargetQueue::Added::queued:
      metrics.waiting.add(1);
      break;
    case TargetQueue::Added::replaced:
      break;
    case TargetQueue::Added::dropped:
      metrics.dropped.increment();
      log.debug("NOTIFY dropped: too many wait", {{"zone", job.zone->name.to_text()}});
      break;
  }
}

/// Sends what is due, and comes back when more will be.
void NotifySender::State::run() {
  if (closed) {
    return;
  }
  const auto present = peers.get();
  std::optional<SteadyTime> next;
  for (auto& [nameserver, queue] : queues) {
    TargetQueue::Step step = queue.step(clock.steady());
    for (const TargetQueue::Due& due : step.send) {
      const NotifyTarget* target = present->find_target(nameserver);
      if (target != nullptr) {
        send(*target, queue, due.job);
      } else {  // removed, or its key can't be used
        forget_pending(nameserver, due.job.zone->id);
        queue.done(due.job.zone->id, clock.steady());
        metrics.waiting.add(-1);
      }
    }
    for (const NotifyJob& job : step.given_up) {
      forget_pending(nameserver, job.zone->id);
      metrics.waiting.add(-1);
      metrics.failed.increment();
      const NotifyTarget* target = present->find_target(nameserver);
      log.info("NOTIFY not answered: given up",
               {{"zone", job.zone->name.to_text()}, {"nameserver", target != nullptr ? target->name : "removed"}});
    }
    const auto deadline = queue.next_deadline();
    if (deadline && (!next || *deadline < *next)) {
      next = deadline;
    }
  }
  if (next) {
    timer.expires_at(*next);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) {
        self->run();
      }
    });
  }
}

UdpServer* NotifySender::State::socket_for(const asio::ip::address& address) const {
  for (UdpServer* socket : sockets) {
    if (socket->address().address().is_v4() == address.is_v4()) {
      return socket;
    }
  }
  return nullptr;
}

void NotifySender::State::send(const NotifyTarget& target, TargetQueue& queue, const NotifyJob& job) {
  const ZoneId zone = job.zone->id;
  forget_pending(target.id, zone);
  UdpServer* const socket = socket_for(target.address);
  if (socket == nullptr) {
    log.error("NOTIFY not sent: no listener has the nameserver's address family",
              {{"nameserver", target.name}, {"address", target.address.to_string()}});
    queue.done(zone, clock.steady());
    metrics.waiting.add(-1);
    metrics.failed.increment();
    return;
  }
  const udp::endpoint to(target.address, target.port);
  PendingKey key{to, 0};
  do {  // unpredictable, so that an answer is hard to forge; the window keeps the loop short
    key.second = static_cast<std::uint16_t>(random_u64());
  } while (pending.contains(key));
  Pending sent{target.id, job.zone, job.is_new, std::nullopt};
  Bytes message =
      dns::make_notify(key.second, job.zone->name, job.with_soa ? std::optional(job.zone->soa_rdata()) : std::nullopt);
  if (target.key) {
    sent.transaction.emplace(message, target.key, clock.wall());
  }
  pending.emplace(key, std::move(sent));
  pending_of.emplace(std::pair(target.id, zone), key);
  metrics.sent.increment();
  log.debug("NOTIFY sent",
            {{"zone", job.zone->name.to_text()}, {"serial", job.zone->serial.value()}, {"nameserver", target.name}});
  socket->send(std::move(message), to);
}

void NotifySender::State::forget_pending(const NameserverId& nameserver, const ZoneId& zone) {
  const auto found = pending_of.find({nameserver, zone});
  if (found != pending_of.end()) {
    pending.erase(found->second);
    pending_of.erase(found);
  }
}

void NotifySender::State::received(ByteView octets, const udp::endpoint& from) {
  const auto message = dns::parse_message(octets);
  if (!message) {
    return;
  }
  const auto found = pending.find({udp::endpoint(plain(from.address()), from.port()), message->header.id});
  if (found == pending.end()) {
    return;  // late, or forged
  }
  Pending& sent = found->second;
  if (!message->question.empty() && message->question[0].name != sent.zone->name) {
    return;
  }
  if (sent.transaction) {
    if (const auto reason = sent.transaction->verify(octets, *message, clock.wall())) {
      // RFC 8945 §5.4: anybody may have sent it, so go on waiting. It's what a wrong key looks like, too.
      log.warning("answer to NOTIFY not accepted",
                  {{"zone", sent.zone->name.to_text()}, {"peer", from.address().to_string()}, {"reason", *reason}});
      return;
    }
  }
  answered(sent, static_cast<dns::Rcode>(message->header.rcode));
}

void NotifySender::State::answered(const Pending& sent, dns::Rcode rcode) {
  const NameserverId nameserver = sent.nameserver;
  const ZonePointer zone = sent.zone;
  const bool is_new = sent.is_new;
  if (rcode == dns::Rcode::noerror) {
    metrics.acknowledged.increment();
  } else if (is_fault_of_configuration(rcode)) {
    metrics.refused.increment();
    const auto present = peers.get();
    const NotifyTarget* target = present->find_target(nameserver);
    const std::string name = target != nullptr ? target->name : "removed";
    const auto code = static_cast<int>(rcode);
    if (is_new) {  // the pool manager may not have told the nameserver yet; it will ask us again
      log.debug("NOTIFY refused for a new zone",
                {{"zone", zone->name.to_text()}, {"nameserver", name}, {"rcode", code}});
    } else {
      log.warning("NOTIFY refused: the nameserver doesn't have the zone or doesn't accept us",
                  {{"zone", zone->name.to_text()}, {"nameserver", name}, {"rcode", code}});
    }
  } else {
    return;  // SERVFAIL and the like pass: it's repeated
  }
  forget_pending(nameserver, zone->id);
  const auto queue = queues.find(nameserver);
  queue->second.done(zone->id, clock.steady());
  metrics.waiting.add(-1);
}

}  // namespace minidns::mdns
