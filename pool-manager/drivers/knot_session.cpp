#include "pool-manager/drivers/knot_session.hpp"

#include "pool-manager/drivers/failure.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace minidns::pool {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

constexpr std::size_t read_octets = 16UL * 1024UL;

DriverError connect_failure(const error_code& error, const Deadline& deadline) {
  if (error == boost::system::errc::permission_denied || error == boost::system::errc::operation_not_permitted) {
    return {DriverErrc::refused, "knotd's control socket: " + error.message()};
  }
  return io_failure(error, deadline, "knotd's control socket");
}

}  // namespace

const KnotUnit* KnotAnswer::error() const {
  const auto at = std::ranges::find_if(units, [](const KnotUnit& unit) { return !unit.error.empty(); });
  return at == units.end() ? nullptr : &*at;
}

/// Closes the connection at the end of a use that did not go well: an answer may then still be on its way.
class KnotSession::Use {
 public:
  explicit Use(KnotSession& session) : session_(session) { session_.deadline_.arm(session_.limits_.answer); }
  ~Use() {
    session_.deadline_.disarm();
    if (!went_well_) {
      error_code ignored;  // nothing is to be saved on a connection that we give up
      session_.socket_.close(ignored);
    }
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  void went_well() { went_well_ = true; }

 private:
  KnotSession& session_;
  bool went_well_ = false;
};

KnotSession::KnotSession(const asio::any_io_executor& executor, std::string socket_path, const KnotLimits& limits)
    : socket_(executor), path_(std::move(socket_path)), limits_(limits), deadline_(executor, [this] {
        error_code ignored;  // as above
        socket_.close(ignored);
      }) {}

KnotSession::~KnotSession() {
  close();
}

void KnotSession::close() {
  if (!socket_.is_open()) {
    return;
  }
  error_code ignored;  // an end that isn't said is the same to knotd
  socket_.non_blocking(true, ignored);
  socket_.write_some(asio::buffer(&knot_end, 1), ignored);
  socket_.close(ignored);
}

DriverTask<void> KnotSession::open() {
  close();
  parser_ = {};
  Use use(*this);
  error_code error;
  co_await socket_.async_connect(stream_protocol::endpoint(path_), asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return connect_failure(error, deadline_);
  }
  use.went_well();
  co_return DriverResult<void>();
}

DriverTask<std::vector<KnotAnswer>> KnotSession::run(std::vector<KnotCommand> commands) {
  std::vector<KnotAnswer> answers;
  answers.reserve(commands.size());
  while (answers.size() < commands.size()) {
    Use use(*this);
    const std::size_t end = std::min(answers.size() + pipelined_max, commands.size());
    Bytes octets;
    for (std::size_t i = answers.size(); i < end; ++i) {
      const Bytes command = encode_knot_command(commands[i]);
      octets.insert(octets.end(), command.begin(), command.end());
    }
    const DriverResult<void> sent = co_await send(std::move(octets));
    if (!sent) {
      co_return sent.error();
    }
    octets_left_ = limits_.answer_octets_max;
    while (answers.size() < end) {
      KnotAnswer answer;
      const Sink keep = [&answer](KnotUnit unit) {
        answer.units.push_back(std::move(unit));
        return std::optional<DriverError>();
      };
      const DriverResult<void> read = co_await read_answer(keep);
      if (!read) {
        co_return read.error();
      }
      answers.push_back(std::move(answer));
      deadline_.arm(limits_.answer);
    }
    use.went_well();
  }
  co_return answers;
}

DriverTask<KnotAnswer> KnotSession::run_one(KnotCommand command) {
  std::vector<KnotCommand> commands;
  commands.push_back(std::move(command));
  DriverResult<std::vector<KnotAnswer>> answers = co_await run(std::move(commands));
  if (!answers) {
    co_return answers.error();
  }
  co_return std::move(answers->front());
}

DriverTask<void> KnotSession::stream(KnotCommand command, Sink sink) {
  Use use(*this);
  const DriverResult<void> sent = co_await send(encode_knot_command(command));
  if (!sent) {
    co_return sent;
  }
  octets_left_ = limits_.list_octets_max;
  const DriverResult<void> read = co_await read_answer(sink);
  if (read) {
    use.went_well();
  }
  co_return read;
}

/// Up to the end of its block.
DriverTask<void> KnotSession::read_answer(const Sink& sink) {
  while (true) {
    DriverResult<std::optional<KnotUnit>> unit = co_await next_unit();
    if (!unit) {
      co_return unit.error();
    }
    if (!*unit) {
      co_return DriverResult<void>();
    }
    if (auto error = sink(std::move(**unit))) {
      co_return *std::move(error);
    }
  }
}

DriverTask<void> KnotSession::send(Bytes octets) {
  error_code error;
  co_await asio::async_write(socket_, asio::buffer(octets), asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return io_failure(error, deadline_, "knotd's control socket");
  }
  co_return DriverResult<void>();
}

/// Nothing: the answer is at its end.
DriverTask<std::optional<KnotUnit>> KnotSession::next_unit() {
  while (true) {
    DriverResult<std::optional<KnotAnswerParser::Event>> event = parser_.next();
    if (!event) {
      co_return event.error();
    }
    if (*event && (*event)->kind == KnotAnswerParser::Event::Kind::block) {
      co_return std::optional<KnotUnit>();
    }
    if (*event) {
      co_return std::optional(std::move((*event)->unit));
    }
    if (octets_left_ == 0) {
      co_return DriverError{DriverErrc::protocol, "knotd's answer is larger than its limit"};
    }
    std::array<std::uint8_t, read_octets> buffer;
    error_code error;
    const std::size_t size =
        co_await socket_.async_read_some(asio::buffer(buffer.data(), std::min(buffer.size(), octets_left_)),
                                         asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      co_return io_failure(error, deadline_, "knotd's control socket");
    }
    octets_left_ -= size;
    parser_.add(ByteView(buffer.data(), size));
  }
}

}  // namespace minidns::pool
