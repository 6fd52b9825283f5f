#pragma once

#include "api/http_message.hpp"
#include "api/problem.hpp"

#include <string>

namespace minidns::api {

/// Designate's error form, `{"code", "type", "message"?, "request_id", "errors"?}`; for 401 Keystone's.
[[nodiscard]] Answer render(const Problem& problem, const std::string& request_id);

/// What somebody gets who asks for an admin's reach without being one: 403 without a body.
[[nodiscard]] Answer bare_forbidden();

}  // namespace minidns::api
