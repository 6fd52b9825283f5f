#include "pool-manager/drivers/soa_probe.hpp"

#include "base/random.hpp"
#include "dns/wire/message.hpp"
#include "tsig/tsig.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

namespace minidns::pool {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t answer_octets_max = 4096;  // at most 1232 should come
/// Half of the IDs: a random one is then free at the second draw on average, and hard to guess still.
constexpr std::size_t waiting_max = 32'768;

}  // namespace

/// The socket, and who waits for which ID. Receives only while somebody waits, so that nothing is pending when it is
/// idle; a pending receive holds on to it.
class SoaProbe::Socket : public std::enable_shared_from_this<SoaProbe::Socket> {
 public:
  Socket(const asio::any_io_executor& executor, const asio::ip::udp::endpoint& nameserver, SoaProbeLimits its_limits,
         std::optional<ProbeSignature> signature)
      : limits(its_limits), signature_(std::move(signature)), socket_(executor) {
    assert(limits.in_flight_max > 0 && limits.in_flight_max <= waiting_max);
    socket_.open(nameserver.protocol());
    socket_.non_blocking(true);
    socket_.connect(nameserver);  // the kernel then drops what others send
  }

  const SoaProbeLimits limits;

  [[nodiscard]] asio::any_io_executor executor() { return socket_.get_executor(); }
  [[nodiscard]] bool has_room() const { return waiting_.size() < limits.in_flight_max; }
  /// Wakes `batch` once there is room again, after those who asked before.
  void want_room(Batch& batch);
  void want_no_room(Batch& batch) { without_room_.remove(&batch); }
  /// The ID under which `batch` waits for the answer to its question `index`; nothing if it can't be sent. What the
  /// kernel has no room for counts as lost on the way.
  [[nodiscard]] std::optional<std::uint16_t> send(const dns::Name& zone, Batch& batch, std::size_t index);
  void forget(std::uint16_t id);
  void close();

 private:
  struct Waiting {
    Batch* batch;
    std::size_t index;
    std::optional<tsig::ClientTransaction> transaction;  ///< if the question was signed
  };

  [[nodiscard]] bool is_believed(Waiting& waiting, ByteView octets) const;
  [[nodiscard]] std::uint16_t free_id() const;
  void receive();
  void dispatch(ByteView octets);
  void offer_room();

  const std::optional<ProbeSignature> signature_;
  asio::ip::udp::socket socket_;
  std::unordered_map<std::uint16_t, Waiting> waiting_;
  std::list<Batch*> without_room_;  ///< callers with unsent questions, in the order in which they get room
  std::array<std::uint8_t, answer_octets_max> buffer_{};
  bool is_receiving_ = false;
};

/// The questions of one call, in the frame of the coroutine that asks.
///
///     unsent ──send──▶ in flight ──answer, or last try over──▶ done
///                       │    ▲
///                       └────┘ try over: again with another ID
class SoaProbe::Batch {
 public:
  Batch(std::shared_ptr<Socket> socket, std::vector<dns::Name> zones, SoaQuestion its_kind)
      : wake(socket->executor()),
        kind(its_kind),
        socket_(std::move(socket)),
        zones_(std::move(zones)),
        answers_(zones_.size()) {}
  ~Batch() {
    socket_->want_no_room(*this);
    for (const Try& t : tries_) {
      if (!answers_[t.index]) {
        socket_->forget(t.id);
      }
    }
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  asio::steady_timer wake;  ///< until the next try is over, or there is something to do
  const SoaQuestion kind;

  [[nodiscard]] bool is_done() const { return done_ == zones_.size(); }
  void send_more();
  void end_tries(steady_clock::time_point now);
  [[nodiscard]] steady_clock::time_point next_event() const;
  [[nodiscard]] std::vector<SignedSoaAnswer> take_answers();

  [[nodiscard]] const dns::Name& zone(std::size_t index) const { return zones_[index]; }
  /// Called by the socket when an answer came, which ends the wait for it.
  void take(std::size_t index, const SignedSoaAnswer& answer);

 private:
  struct Try {
    steady_clock::time_point end;
    std::size_t index;
    int number;
    std::uint16_t id;
  };

  void send(std::size_t index, int number);
  void finish(std::size_t index, const SignedSoaAnswer& answer);

  std::shared_ptr<Socket> socket_;
  std::vector<dns::Name> zones_;
  std::vector<std::optional<SignedSoaAnswer>> answers_;
  std::deque<Try> tries_;  ///< by `end`, since all last as long; those answered meanwhile are skipped
  std::size_t sent_ = 0;   ///< zones of which at least one query was sent
  std::size_t done_ = 0;
};

std::optional<std::uint16_t> SoaProbe::Socket::send(const dns::Name& zone, Batch& batch, std::size_t index) {
  const std::uint16_t id = free_id();
  Bytes query = encode_soa_query(zone, id, batch.kind);
  std::optional<tsig::ClientTransaction> transaction;
  if (signature_) {
    transaction.emplace(query, signature_->key, signature_->clock.wall());
  }
  error_code error;
  socket_.send(asio::buffer(query), 0, error);
  // connection_refused: an ICMP message to an earlier query; it says nothing of this one.
  if (error && error != asio::error::would_block && error != asio::error::no_buffer_space &&
      error != asio::error::connection_refused) {
    return std::nullopt;
  }
  waiting_.emplace(id, Waiting{&batch, index, std::move(transaction)});
  receive();
  return id;
}

void SoaProbe::Socket::want_room(Batch& batch) {
  want_no_room(batch);
  without_room_.push_back(&batch);
}

void SoaProbe::Socket::forget(std::uint16_t id) {
  waiting_.erase(id);
  offer_room();
}

/// Half of all room at a time, rather than to wake somebody for every answer.
void SoaProbe::Socket::offer_room() {
  if (!without_room_.empty() && waiting_.size() <= limits.in_flight_max / 2) {
    without_room_.front()->wake.cancel();
    without_room_.pop_front();
  }
}

std::uint16_t SoaProbe::Socket::free_id() const {
  auto id = static_cast<std::uint16_t>(random_u64());
  while (waiting_.contains(id)) {
    id = static_cast<std::uint16_t>(random_u64());
  }
  return id;
}

void SoaProbe::Socket::receive() {
  if (is_receiving_ || waiting_.empty() || !socket_.is_open()) {
    return;
  }
  is_receiving_ = true;
  socket_.async_receive(asio::buffer(buffer_), [self = shared_from_this()](const error_code& error, std::size_t size) {
    self->is_receiving_ = false;
    if (!error) {
      self->dispatch(ByteView(self->buffer_).first(size));
    }
    // An error is an ICMP message, or the end of the socket; the queries run into their timeouts.
    self->receive();
  });
}

void SoaProbe::Socket::dispatch(ByteView octets) {
  if (octets.size() < 2) {
    return;
  }
  const auto found = waiting_.find(static_cast<std::uint16_t>(octets[0] << 8 | octets[1]));
  if (found == waiting_.end()) {
    return;
  }
  Waiting& waiting = found->second;
  const std::optional<SignedSoaAnswer> answer = decode_signed_soa_answer(octets, waiting.batch->zone(waiting.index));
  if (answer && is_believed(waiting, octets)) {
    waiting.batch->take(waiting.index, *answer);
    forget(found->first);
  }
}

bool SoaProbe::Socket::is_believed(Waiting& waiting, ByteView octets) const {
  if (!waiting.transaction) {
    return true;
  }
  const auto message = dns::parse_message(octets);
  if (!message) {
    return false;
  }
  const auto wrong = waiting.transaction->verify(octets, *message, signature_->clock.wall());
  return !wrong || static_cast<dns::Rcode>(message->header.rcode) == dns::Rcode::notauth;
}

void SoaProbe::Socket::close() {
  error_code ignored;  // nothing is to be saved
  socket_.close(ignored);
}

void SoaProbe::Batch::send_more() {
  while (sent_ < zones_.size() && socket_->has_room()) {
    const std::size_t index = sent_++;
    send(index, 1);
  }
  if (sent_ < zones_.size()) {
    socket_->want_room(*this);
  }
}

void SoaProbe::Batch::send(std::size_t index, int number) {
  const std::optional<std::uint16_t> id = socket_->send(zones_[index], *this, index);
  if (!id) {
    finish(index, {SoaFailure::unreachable});
    return;
  }
  tries_.push_back(Try{steady_clock::now() + socket_->limits.per_try, index, number, *id});
}

void SoaProbe::Batch::end_tries(steady_clock::time_point now) {
  while (!tries_.empty() && (tries_.front().end <= now || answers_[tries_.front().index])) {
    const Try over = tries_.front();
    tries_.pop_front();
    if (answers_[over.index]) {
      continue;
    }
    socket_->forget(over.id);
    if (over.number == socket_->limits.tries) {
      finish(over.index, {SoaFailure::timeout});
    } else {
      send(over.index, over.number + 1);
    }
  }
}

steady_clock::time_point SoaProbe::Batch::next_event() const {
  // Without questions in flight it is others who have all room; theirs end within a try.
  return tries_.empty() ? steady_clock::now() + socket_->limits.per_try : tries_.front().end;
}

void SoaProbe::Batch::take(std::size_t index, const SignedSoaAnswer& answer) {
  finish(index, answer);
  if (is_done()) {
    wake.cancel();
  }
}

void SoaProbe::Batch::finish(std::size_t index, const SignedSoaAnswer& answer) {
  answers_[index] = answer;
  ++done_;
}

std::vector<SignedSoaAnswer> SoaProbe::Batch::take_answers() {
  std::vector<SignedSoaAnswer> answers;
  answers.reserve(answers_.size());
  for (const std::optional<SignedSoaAnswer>& answer : answers_) {
    answers.push_back(answer.value());
  }
  return answers;
}

SoaProbe::SoaProbe(const asio::any_io_executor& executor, const asio::ip::udp::endpoint& nameserver,
                   SoaProbeLimits limits, std::optional<ProbeSignature> signature)
    : socket_(std::make_shared<Socket>(executor, nameserver, limits, std::move(signature))) {}

SoaProbe::~SoaProbe() {
  socket_->close();
}

asio::awaitable<std::vector<SignedSoaAnswer>> SoaProbe::ask_all(std::shared_ptr<Socket> socket,
                                                                std::vector<dns::Name> zones, SoaQuestion kind) {
  Batch batch(std::move(socket), std::move(zones), kind);
  while (true) {
    batch.end_tries(steady_clock::now());
    batch.send_more();
    if (batch.is_done()) {
      co_return batch.take_answers();
    }
    batch.wake.expires_at(batch.next_event());
    error_code error;  // of a wake-up; a cancelled coroutine throws at its next wait
    co_await batch.wake.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<std::vector<SoaAnswer>> SoaProbe::ask(std::vector<dns::Name> zones) {
  const std::vector<SignedSoaAnswer> given = co_await ask_all(socket_, std::move(zones), SoaQuestion::plain);
  std::vector<SoaAnswer> answers;
  answers.reserve(given.size());
  for (const SignedSoaAnswer& answer : given) {
    answers.push_back(answer.soa);
  }
  co_return answers;
}

asio::awaitable<std::vector<SignedSoaAnswer>> SoaProbe::ask_signed(std::vector<dns::Name> zones) {
  return ask_all(socket_, std::move(zones), SoaQuestion::with_signature);
}

asio::awaitable<SoaAnswer> SoaProbe::ask_one(dns::Name zone) {
  std::vector<dns::Name> zones(1, std::move(zone));  // gcc 12 can't take a list in braces here
  const std::vector<SoaAnswer> answers = co_await ask(std::move(zones));
  co_return answers.front();
}

}  // namespace minidns::pool
