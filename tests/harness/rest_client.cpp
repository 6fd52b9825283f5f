#include "tests/harness/rest_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <stdexcept>

namespace minidns::harness {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

struct RestClient::State {
  std::string address;
  std::uint16_t port;
  std::string token;
  asio::io_context io;
  std::optional<beast::tcp_stream> stream;
  beast::flat_buffer buffer;

  void connect() {
    buffer.clear();
    stream.emplace(io);
    stream->connect(asio::ip::tcp::endpoint(asio::ip::make_address(address), port));
    stream->socket().set_option(asio::ip::tcp::no_delay(true));
  }

  http::response<http::string_body> exchange(const http::request<http::string_body>& request) {
    http::write(*stream, request);
    http::response<http::string_body> response;
    http::read(*stream, buffer, response);
    return response;
  }
};

std::string RestAnswer::header(const std::string& name) const {
  for (const auto& [key, value] : headers) {
    if (beast::iequals(key, name)) return value;
  }
  return {};
}

std::string RestAnswer::text(const std::string& key) const {
  return std::string(body.at(key).as_string());
}

RestClient::RestClient(std::string address, std::uint16_t port, std::string token) : state_(std::make_unique<State>()) {
  state_->address = std::move(address);
  state_->port = port;
  state_->token = std::move(token);
}

RestClient::~RestClient() = default;
RestClient::RestClient(RestClient&&) noexcept = default;

RestAnswer RestClient::send(const std::string& method, const std::string& target, const std::string& body) {
  http::request<http::string_body> request(http::string_to_verb(method), target, 11);
  request.set(http::field::host, state_->address + ":" + std::to_string(state_->port));
  if (!state_->token.empty()) request.set("X-Auth-Token", state_->token);
  if (!body.empty()) request.set(http::field::content_type, "application/json");
  request.body() = body;
  request.prepare_payload();

  http::response<http::string_body> response;
  const bool kept = state_->stream.has_value();
  try {
    if (!kept) state_->connect();
    response = state_->exchange(request);
  } catch (const boost::system::system_error&) {
    state_->stream.reset();
    // The server may have closed a kept connection; a fresh one that fails is the test's business.
    if (!kept) throw;
    state_->connect();
    response = state_->exchange(request);
  }
  if (!response.keep_alive()) state_->stream.reset();

  RestAnswer answer{static_cast<int>(response.result_int()), nullptr, {}};
  for (const auto& field : response) answer.headers.emplace_back(field.name_string(), field.value());
  if (!response.body().empty()) {
    boost::system::error_code error;
    answer.body = boost::json::parse(response.body(), error);
    if (error) answer.body = boost::json::string(response.body());
  }
  return answer;
}

RestAnswer RestClient::get(const std::string& target) {
  return send("GET", target, {});
}
RestAnswer RestClient::del(const std::string& target) {
  return send("DELETE", target, {});
}
RestAnswer RestClient::post(const std::string& target, const boost::json::value& body) {
  return send("POST", target, boost::json::serialize(body));
}
RestAnswer RestClient::put(const std::string& target, const boost::json::value& body) {
  return send("PUT", target, boost::json::serialize(body));
}
RestAnswer RestClient::patch(const std::string& target, const boost::json::value& body) {
  return send("PATCH", target, boost::json::serialize(body));
}

}  // namespace minidns::harness
