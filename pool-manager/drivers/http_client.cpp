#include "pool-manager/drivers/http_client.hpp"

#include "base/deadline.hpp"
#include "pool-manager/drivers/call_queue.hpp"
#include "pool-manager/drivers/failure.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <sstream>

namespace minidns::pool {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t piece_octets = 64 * 1024;
constexpr unsigned http_version = 11;

http::verb verb_of(HttpMethod method) {
  switch (method) {
    case HttpMethod::get:
      return http::verb::get;
    case HttpMethod::post:
      return http::verb::post;
    case HttpMethod::put:
      return http::verb::put;
    case HttpMethod::del:
      return http::verb::delete_;
  }
  return http::verb::unknown;
}

std::string host_of(const asio::ip::tcp::endpoint& server) {
  std::ostringstream text;  // with brackets for IPv6
  text << server;
  return text.str();
}

}  // namespace

class HttpClient::Connection {
 public:
  Connection(const asio::any_io_executor& executor, const asio::ip::tcp::endpoint& server,
             std::optional<HttpCredential> credential, HttpLimits limits);

  [[nodiscard]] DriverTask<HttpResponse> run(HttpMethod method, std::string target, std::string json, HttpSink sink);

 private:
  class Use;
  using Request = http::request<http::string_body>;
  using Parser = http::response_parser<http::buffer_body>;

  [[nodiscard]] Request make_request(HttpMethod method, const std::string& target, std::string json) const;
  [[nodiscard]] DriverTask<HttpResponse> attempt(const Request* request, const HttpSink* sink);
  [[nodiscard]] DriverTask<void> open();
  [[nodiscard]] DriverTask<HttpResponse> read_response(const HttpSink* sink);
  [[nodiscard]] DriverTask<void> read_body(Parser* parser, HttpSink sink, bool is_streamed);
  [[nodiscard]] DriverError failure(const error_code& error, std::string_view doing) const;
  void close();

  asio::ip::tcp::socket socket_;
  asio::ip::tcp::endpoint server_;
  std::optional<HttpCredential> credential_;
  HttpLimits limits_;
  CallQueue queue_;
  Deadline deadline_;  ///< of the connection's present user
  boost::beast::flat_buffer buffer_;
  bool is_open_ = false;
  bool has_answered_ = false;  ///< the present request's answer has begun: it must not be sent again
};

HttpClient::HttpClient(const asio::any_io_executor& executor, const asio::ip::tcp::endpoint& server,
                       std::optional<HttpCredential> credential, HttpLimits limits)
    : connection_(std::make_unique<Connection>(executor, server, std::move(credential), limits)) {}
HttpClient::~HttpClient() = default;

DriverTask<HttpResponse> HttpClient::request(HttpMethod method, std::string target, std::string json) {
  return connection_->run(method, std::move(target), std::move(json), nullptr);
}

DriverTask<HttpResponse> HttpClient::stream(std::string target, HttpSink sink) {
  return connection_->run(HttpMethod::get, std::move(target), {}, std::move(sink));
}

HttpClient::Connection::Connection(const asio::any_io_executor& executor, const asio::ip::tcp::endpoint& server,
                                   std::optional<HttpCredential> credential, HttpLimits limits)
    : socket_(executor),
      server_(server),
      credential_(std::move(credential)),
      limits_(limits),
      queue_(executor),
      deadline_(executor, [this] { close(); }),
      buffer_(limits.header_octets_max + piece_octets) {
  assert(!credential_ || is_http_field_value(credential_->value.reveal()));
}

/// Closes the connection at the end of a use, unless that went well and the server keeps it open.
class HttpClient::Connection::Use {
 public:
  explicit Use(Connection& connection) : connection_(connection) {}
  ~Use() {
    connection_.deadline_.disarm();
    if (!keep_) {
      connection_.close();
    }
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  void keep() { keep_ = connection_.is_open_; }

 private:
  Connection& connection_;
  bool keep_ = false;
};

DriverTask<HttpResponse> HttpClient::Connection::run(HttpMethod method, std::string target, std::string json,
                                                     HttpSink sink) {
  const std::optional<CallQueue::Turn> turn = co_await queue_.wait_turn(limits_.queue);
  if (!turn) {
    co_return DriverError{DriverErrc::timeout, "HTTP: other requests took too long"};
  }
  const Request request = make_request(method, target, std::move(json));
  const bool was_open = is_open_;
  DriverResult<HttpResponse> response = co_await attempt(&request, sink ? &sink : nullptr);
  const bool was_closed_on_us = !response && response.error().code == DriverErrc::unreachable && !has_answered_;
  if (was_open && was_closed_on_us) {
    response = co_await attempt(&request, sink ? &sink : nullptr);
  }
  co_return response;
}

HttpClient::Connection::Request HttpClient::Connection::make_request(HttpMethod method, const std::string& target,
                                                                     std::string json) const {
  Request request(verb_of(method), target, http_version);
  request.set(http::field::host, host_of(server_));
  request.set(http::field::accept, "application/json");
  request.keep_alive(true);
  if (credential_) {
    const std::string_view value = as_text(credential_->value.reveal());
    request.set(credential_->field, boost::beast::string_view(value.data(), value.size()));
  }
  if (!json.empty()) {
    request.set(http::field::content_type, "application/json");
    request.body() = std::move(json);
  }
  request.prepare_payload();
  return request;
}

DriverTask<HttpResponse> HttpClient::Connection::attempt(const Request* request, const HttpSink* sink) {
  Use use(*this);
  has_answered_ = false;
  if (!is_open_) {
    const DriverResult<void> opened = co_await open();
    if (!opened) {
      co_return opened.error();
    }
  }
  deadline_.arm(sink == nullptr ? limits_.request : limits_.stream_idle);
  error_code error;
  co_await http::async_write(socket_, *request, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return failure(error, "HTTP write");
  }
  DriverResult<HttpResponse> response = co_await read_response(sink);
  if (response) {
    use.keep();
  }
  co_return response;
}

DriverTask<void> HttpClient::Connection::open() {
  deadline_.arm(limits_.connect);
  error_code error;
  co_await socket_.async_connect(server_, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return failure(error, "HTTP connect");
  }
  is_open_ = true;
  co_return DriverResult<void>();
}

DriverTask<HttpResponse> HttpClient::Connection::read_response(const HttpSink* sink) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(limits_.header_octets_max));
  parser.body_limit(limits_.stream_octets_max);
  error_code error;
  co_await http::async_read_header(socket_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return failure(error, "HTTP read");
  }
  has_answered_ = true;
  HttpResponse response{parser.get().result_int(), {}};
  const bool is_streamed = sink != nullptr && parser.get().result() == http::status::ok;
  DriverResult<void> body;
  if (is_streamed) {
    body = co_await read_body(&parser, *sink, true);
  } else {
    const auto collect = [&response, this](std::string_view piece) -> std::optional<DriverError> {
      if (response.body.size() + piece.size() > limits_.body_octets_max) {
        return DriverError{DriverErrc::protocol, "HTTP: the answer is larger than its limit"};
      }
      response.body += piece;
      return std::nullopt;
    };
    body = co_await read_body(&parser, collect, false);
  }
  if (!body) {
    co_return body.error();
  }
  if (!parser.get().keep_alive()) {
    close();
  }
  co_return response;
}

DriverTask<void> HttpClient::Connection::read_body(Parser* parser, HttpSink sink, bool is_streamed) {
  const steady_clock::time_point end = steady_clock::now() + limits_.stream_total;
  std::vector<char> piece(piece_octets);
  while (!parser->is_done()) {
    parser->get().body().data = piece.data();
    parser->get().body().size = piece.size();
    if (is_streamed) {
      deadline_.arm(std::min<steady_clock::duration>(limits_.stream_idle, end - steady_clock::now()));
    }
    error_code error;
    co_await http::async_read_some(socket_, buffer_, *parser, asio::redirect_error(asio::use_awaitable, error));
    if (error && error != http::error::need_buffer) {
      co_return failure(error, "HTTP read");
    }
    const std::string_view got(piece.data(), piece.size() - parser->get().body().size);
    if (std::optional<DriverError> refused = sink(got)) {
      co_return std::move(*refused);
    }
  }
  co_return DriverResult<void>();
}

DriverError HttpClient::Connection::failure(const error_code& error, std::string_view doing) const {
  // Beast's own errors are about what came over a connection that works, except for its end.
  const bool is_end = error == http::error::end_of_stream || error == http::error::partial_message;
  if (error.category() == http::make_error_code(http::error::bad_version).category() && !is_end) {
    return DriverError{DriverErrc::protocol, std::string(doing) + ": " + error.message()};
  }
  return io_failure(error, deadline_, doing);
}

void HttpClient::Connection::close() {
  is_open_ = false;
  buffer_.clear();
  error_code ignored;  // nothing is to be saved on a connection that we give up
  socket_.close(ignored);
}

bool is_http_field_value(ByteView octets) {
  return !octets.empty() && std::ranges::all_of(octets, [](std::uint8_t c) { return c > ' ' && c < 127; });
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view unreserved = "-._~";
  static constexpr std::string_view hex_digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (is_alphanumeric || unreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto octet = static_cast<std::uint8_t>(c);
      out += {'%', hex_digits[octet >> 4], hex_digits[octet & 15]};
    }
  }
  return out;
}

}  // namespace minidns::pool
