#include "api/http_wire.hpp"

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include <utility>

namespace minidns::api {
namespace {

namespace http = boost::beast::http;

constexpr unsigned http_1_0 = 10;
constexpr unsigned http_1_1 = 11;

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::get;
    case http::verb::head:
      return Method::head;
    case http::verb::post:
      return Method::post;
    case http::verb::put:
      return Method::put;
    case http::verb::patch:
      return Method::patch;
    case http::verb::delete_:
      return Method::remove;
    case http::verb::options:
      return Method::options;
    default:  // an open set: Beast knows some thirty more, and `unknown`
      return Method::other;
  }
}

}  // namespace

HttpRequest to_request(http::request<http::string_body> request) {
  HttpRequest result;
  result.method = method_of(request.method());
  result.target = std::string(request.target());
  result.is_http_1_0 = request.version() < http_1_1;
  result.wants_keep_alive = request.keep_alive();
  for (const auto& field : request) {
    result.fields.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  result.body = std::move(request.body());
  return result;
}

http::response<http::string_body> to_response(Answer answer, const ResponseFrame& frame) {
  http::response<http::string_body> response(http::int_to_status(static_cast<unsigned>(answer.status)),
                                             frame.is_http_1_0 ? http_1_0 : http_1_1);
  response.keep_alive(frame.keep_alive);
  response.set("X-Openstack-Request-Id", frame.request_id);
  // Tokens and keys are in answers: no proxy may keep them.
  response.set(http::field::cache_control, "no-store");
  if (!answer.body.empty()) {
    response.set(http::field::content_type, answer.content_type);
  }
  for (const HttpField& field : answer.fields) {
    response.insert(field.name, field.value);
  }
  response.body() = std::move(answer.body);
  response.prepare_payload();
  return response;
}

Expectation expectation_of(const http::request<http::string_body>& request) {
  const auto field = request.find(http::field::expect);
  // RFC 9110 §10.1.1: HTTP/1.0 has no expectations.
  if (field == request.end() || request.version() < http_1_1) {
    return Expectation::none;
  }
  return is_same_field_name(std::string_view(field->value().data(), field->value().size()), "100-continue")
             ? Expectation::continue_100
             : Expectation::unknown;
}

}  // namespace minidns::api
