#pragma once

#include "api/http_message.hpp"

namespace minidns::api {

/// Whether the client takes JSON (RFC 9110 §12.5.1): no Accept field, or a range that covers application/json and
/// doesn't have weight 0. A range that is malformed covers nothing.
[[nodiscard]] bool accepts_json(const HttpRequest& request);

/// Whether the body is said to be JSON: `application/json`, with any parameters.
[[nodiscard]] bool has_json_body(const HttpRequest& request);

}  // namespace minidns::api
