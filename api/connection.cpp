#include "api/connection.hpp"

#include "api/http_wire.hpp"
#include "api/problem_answer.hpp"
#include "base/deadline.hpp"
#include "base/offload.hpp"
#include "base/uuid.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace minidns::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// A header must be in it as a whole; the rest is read-ahead of the body and of pipelined requests.
constexpr std::size_t buffer_size_octets_max = 64 * 1024;
// What is read at first after a pause; most requests fit.
constexpr std::size_t first_read_octets = 4096;
// After an answer that closes the connection the client may still be sending: closing at once would reset it, and the
// answer be lost (RFC 9112 §9.6). What it sends is read and thrown away, within these bounds.
constexpr std::chrono::seconds linger_time{2};
constexpr std::size_t linger_octets_max = 1024 * 1024;

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

std::string new_request_id(const Clock& clock) {
  return "req-" + Uuid::version7(clock.wall()).to_string();
}

/// What came of reading: a request, a problem to be answered before closing, or nothing because the client is gone.
using Incoming = std::variant<std::monostate, HttpRequest, Problem>;

Incoming refusal(ProblemType type) {
  return Problem{type};
}

Incoming incoming_of(const error_code& error, bool timed_out) {
  if (timed_out) {
    return refusal(ProblemType::request_timeout);
  }
  if (error == http::error::header_limit) {
    return refusal(ProblemType::header_too_large);
  }
  if (error == http::error::body_limit) {
    return refusal(ProblemType::body_too_large);
  }
  const bool gone = error == http::error::end_of_stream || error == http::error::partial_message;
  if (!gone && error.category() == http::make_error_code(http::error::bad_method).category()) {
    return Problem{ProblemType::bad_request, "The request is not valid HTTP: " + error.message()};
  }
  return std::monostate();
}

}  // namespace

ConnectionContext::ConnectionContext(const Ports& ports, WorkerPool& db, const Clock& c, const Logger& l, Metrics& m,
                                     const ServerSettings& s)
    : settings(s), service(ports, l, s), metrics(m), waits(ports.waits), database(db), clock(c), log(l) {}

void ConnectionContext::drain() {
  draining = true;
  const std::lock_guard lock(mutex_);
  for (Connection* connection : connections_) {
    connection->drain();
  }
}

std::size_t ConnectionContext::connection_count() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

/// The coroutines of a connection; lives in the frame of `serve`.
class Connection::Session {
 public:
  explicit Session(Connection& connection)
      : connection_(connection),
        context_(*connection.context_),
        socket_(connection.socket_),
        deadline_(socket_.get_executor(), [&socket = connection.socket_] { cancel(socket); }),
        buffer_(buffer_size_octets_max) {}

  /// False if the connection is to be closed instead: too long idle, gone, or the server is shutting down.
  asio::awaitable<bool> wait_for_request();
  asio::awaitable<Incoming> read_request();
  /// True if the connection can go on.
  asio::awaitable<bool> answer_request(HttpRequest request);
  asio::awaitable<void> answer_problem(Problem problem);
  asio::awaitable<void> linger();

 private:
  static void cancel(tcp::socket& socket) {
    error_code ignored;  // nothing to cancel is fine
    socket.cancel(ignored);
  }

  asio::awaitable<Incoming> read_body();
  asio::awaitable<bool> send(Answer answer, ResponseFrame frame);
  /// Nothing if the client has left.
  asio::awaitable<std::optional<Answer>> answer_with_database(GuardedCall guarded);
  asio::awaitable<std::variant<Answer, VersionWait>> begin(std::shared_ptr<const GuardedCall> guarded);
  asio::awaitable<std::optional<Answer>> answer_after(VersionWait wait, std::shared_ptr<const GuardedCall> guarded);

  Connection& connection_;
  ConnectionContext& context_;
  tcp::socket& socket_;
  Deadline deadline_;
  beast::flat_buffer buffer_;
  std::uint64_t requests_ = 0;              // that have begun after a pause
  std::chrono::nanoseconds time_waited_{};  // of the present request, for a version
  std::optional<http::request_parser<http::string_body>> parser_;
};

asio::awaitable<bool> Connection::Session::wait_for_request() {
  if (context_.draining) {
    co_return false;
  }
  if (buffer_.size() > 0) {
    co_return true;  // pipelined
  }
  error_code error;
  connection_.idle_ = true;
  // Who has just connected has something to say.
  deadline_.arm(requests_ == 0 ? context_.settings.header_time : context_.settings.idle_time);
  const std::size_t size = co_await socket_.async_read_some(buffer_.prepare(first_read_octets),
                                                            asio::redirect_error(asio::use_awaitable, error));
  deadline_.disarm();
  connection_.idle_ = false;
  ++requests_;
  buffer_.commit(size);
  co_return !error;
}

asio::awaitable<Incoming> Connection::Session::read_request() {
  parser_.emplace();
  parser_->header_limit(header_size_octets_max);
  parser_->body_limit(body_size_octets_max);
  error_code error;
  deadline_.arm(context_.settings.header_time);
  co_await http::async_read_header(socket_, buffer_, *parser_, asio::redirect_error(asio::use_awaitable, error));
  deadline_.disarm();
  if (error) {
    co_return incoming_of(error, deadline_.expired());
  }
  const auto expectation = expectation_of(parser_->get());
  if (expectation == Expectation::unknown) {
    co_return refusal(ProblemType::expectation_failed);
  }
  if (expectation == Expectation::continue_100 && !parser_->is_done()) {
    deadline_.arm(context_.settings.write_time);
    co_await asio::async_write(socket_, asio::buffer(continue_line), asio::redirect_error(asio::use_awaitable, error));
    deadline_.disarm();
    if (error) {
      co_return std::monostate();
    }
  }
  co_return co_await read_body();
}

asio::awaitable<Incoming> Connection::Session::read_body() {
  error_code error;
  deadline_.arm(context_.settings.body_time);
  co_await http::async_read(socket_, buffer_, *parser_, asio::redirect_error(asio::use_awaitable, error));
  deadline_.disarm();
  if (error) {
    co_return incoming_of(error, deadline_.expired());
  }
  co_return to_request(parser_->release());
}

asio::awaitable<bool> Connection::Session::answer_request(HttpRequest request) {
  const SteadyTime start = context_.clock.steady();
  const Method method = request.method;
  const std::string target = request.target;
  const std::string request_id = new_request_id(context_.clock);
  ResponseFrame frame{request_id, request.is_http_1_0, request.wants_keep_alive, method == Method::head};

  Prepared prepared = context_.service.prepare(std::move(request), request_id);
  std::optional<Answer> answer;
  time_waited_ = {};
  if (auto* ready = std::get_if<Answer>(&prepared.outcome)) {
    answer = std::move(*ready);
  } else {
    answer = co_await answer_with_database(std::get<GuardedCall>(std::move(prepared.outcome)));
  }
  if (!answer) {
    co_return false;
  }

  const auto time = context_.clock.steady() - start - time_waited_;
  context_.metrics.count_request(prepared.route, answer->status, time);
  context_.log.debug("request", {{"method", to_text(method)},
                                 {"target", target},
                                 {"status", answer->status},
                                 {"request", request_id},
                                 {"seconds", std::chrono::duration<double>(time).count()},
                                 {"waited", std::chrono::duration<double>(time_waited_).count()}});
  frame.keep_alive = frame.keep_alive && !context_.draining;
  const bool sent = co_await send(*std::move(answer), frame);
  co_return sent&& frame.keep_alive;
}

asio::awaitable<std::optional<Answer>> Connection::Session::answer_with_database(GuardedCall guarded) {
  const auto call = std::make_shared<const GuardedCall>(std::move(guarded));
  std::variant<Answer, VersionWait> outcome = co_await begin(call);
  if (auto* answer = std::get_if<Answer>(&outcome)) {
    co_return std::move(*answer);
  }
  co_return co_await answer_after(std::get<VersionWait>(outcome), call);
}

asio::awaitable<std::variant<Answer, VersionWait>> Connection::Session::begin(
    std::shared_ptr<const GuardedCall> guarded) {
  // The job owns the context: the coroutine may be gone when it runs.
  auto job = [context = connection_.context_, guarded] { return context->service.begin(*guarded); };
  auto outcome = co_await offload(context_.database, job);
  if (!outcome) {
    co_return render(Problem{ProblemType::overloaded}, guarded->request_id);
  }
  co_return std::move(*outcome);
}

asio::awaitable<std::optional<Answer>> Connection::Session::answer_after(VersionWait wait,
                                                                         std::shared_ptr<const GuardedCall> guarded) {
  if (!context_.draining) {
    const SteadyTime start = context_.clock.steady();
    connection_.waiting_ = std::make_shared<WaitingRequest>(socket_, context_.waits);
    const std::optional<WaitEnd> end = co_await WaitingRequest::wait(connection_.waiting_, wait);
    connection_.waiting_.reset();
    time_waited_ = context_.clock.steady() - start;
    if (!end) {
      co_return render(Problem{ProblemType::overloaded, "Too many requests wait for a version"}, guarded->request_id);
    }
    if (*end == WaitEnd::client_left) {
      co_return std::nullopt;
    }
  }
  auto job = [context = connection_.context_, call = std::make_shared<const GuardedCall>(after_wait(*guarded, wait))] {
    return context->service.run(*call);
  };
  std::optional<Answer> answer = co_await offload(context_.database, job);
  if (!answer) {
    answer = render(Problem{ProblemType::overloaded}, guarded->request_id);
  }
  co_return answer;
}

asio::awaitable<void> Connection::Session::answer_problem(Problem problem) {
  const std::string request_id = new_request_id(context_.clock);
  context_.metrics.count_request(nullptr, traits_of(problem.type).status, std::chrono::nanoseconds(0));
  context_.log.debug("request refused", {{"type", traits_of(problem.type).type}, {"request", request_id}});
  Answer answer = render(problem, request_id);
  // A named local, not a temporary in the co_await expression: gcc 12 destroys some of those twice.
  const ResponseFrame frame{request_id, false, false, false};
  // Whether it got through or not, the connection is closed next.
  (void)co_await send(std::move(answer), frame);
}

asio::awaitable<bool> Connection::Session::send(Answer answer, ResponseFrame frame) {
  auto response = to_response(std::move(answer), frame);
  http::response_serializer<http::string_body> serializer(response);
  error_code error;
  deadline_.arm(context_.settings.write_time);
  if (frame.without_body) {
    serializer.split(true);
    co_await http::async_write_header(socket_, serializer, asio::redirect_error(asio::use_awaitable, error));
  } else {
    co_await http::async_write(socket_, serializer, asio::redirect_error(asio::use_awaitable, error));
  }
  deadline_.disarm();
  co_return !error;
}

asio::awaitable<void> Connection::Session::linger() {
  error_code error;
  socket_.shutdown(tcp::socket::shutdown_send, error);
  std::array<char, first_read_octets> waste;
  deadline_.arm(linger_time);
  for (std::size_t read = 0; !error && read < linger_octets_max;) {
    read += co_await socket_.async_read_some(asio::buffer(waste), asio::redirect_error(asio::use_awaitable, error));
  }
  deadline_.disarm();
}

Connection::Connection(tcp::socket socket, std::shared_ptr<ConnectionContext> context)
    : socket_(std::move(socket)), context_(std::move(context)) {
  context_->metrics.connection_opened();
  const std::lock_guard lock(context_->mutex_);
  context_->connections_.insert(this);
}

Connection::~Connection() {
  context_->metrics.connection_closed();
  const std::lock_guard lock(context_->mutex_);
  context_->connections_.erase(this);
}

asio::awaitable<void> Connection::serve(std::shared_ptr<Connection> self) {
  Session session(*self);
  bool goes_on = true;
  while (goes_on) {
    if (!co_await session.wait_for_request()) {
      co_return;
    }
    Incoming incoming = co_await session.read_request();
    if (std::holds_alternative<std::monostate>(incoming)) {
      co_return;
    }
    if (auto* problem = std::get_if<Problem>(&incoming)) {
      co_await session.answer_problem(std::move(*problem));
      goes_on = false;
    } else {
      goes_on = co_await session.answer_request(std::get<HttpRequest>(std::move(incoming)));
    }
  }
  co_await session.linger();
}

void Connection::drain() {
  asio::post(socket_.get_executor(), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->idle_) {
      error_code ignored;  // it may be closing already
      self->socket_.cancel(ignored);
    } else if (self && self->waiting_) {
      self->waiting_->finish(WaitEnd::stopping);
    }
  });
}

void refuse_connection(tcp::socket& socket, const ConnectionContext& context) {
  context.metrics.connection_refused();
  const std::string request_id = new_request_id(context.clock);
  const auto response =
      to_response(render(Problem{ProblemType::overloaded}, request_id), ResponseFrame{request_id, false, false, false});
  error_code error;
  socket.non_blocking(true, error);
  // Its send buffer is empty, so the answer fits; if not, the client sees that it was closed.
  http::write(socket, response, error);
  socket.shutdown(tcp::socket::shutdown_send, error);
}

}  // namespace minidns::api
