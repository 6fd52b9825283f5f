#pragma once

#include "api/http_message.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>

/// Between Beast's messages and ours.
namespace minidns::api {

[[nodiscard]] HttpRequest to_request(boost::beast::http::request<boost::beast::http::string_body> request);

/// What a response says beside the answer.
struct ResponseFrame {
  std::string request_id;
  bool is_http_1_0;
  bool keep_alive;
  bool without_body;  ///< to HEAD: the header, with the length that the body would have
};

[[nodiscard]] boost::beast::http::response<boost::beast::http::string_body> to_response(Answer answer,
                                                                                        const ResponseFrame& frame);

/// RFC 9110 §10.1.1
enum class Expectation { none, continue_100, unknown };

[[nodiscard]] Expectation expectation_of(const boost::beast::http::request<boost::beast::http::string_body>& request);

}  // namespace minidns::api
