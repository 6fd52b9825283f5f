#include "api/visibility.hpp"

#include <charconv>
#include <limits>
#include <set>
#include <string>
#include <string_view>

namespace minidns::api {
namespace {

Problem bad_parameter(std::string_view name, std::string message) {
  std::string text = "'" + std::string(name) + "': " + message;
  return {ProblemType::bad_request, std::move(text), {FieldError{{std::string(name)}, std::move(message)}}};
}

/// A whole number from `min` to `max`, without a sign.
std::optional<std::int64_t> parse_number(std::string_view text, std::int64_t min, std::int64_t max) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < min || number > max) {
    return std::nullopt;
  }
  return number;
}

/// The first thing that is wrong with `value`; nothing if it is fine and was taken into `request`.
std::optional<Problem> take(WaitRequest& request, std::string_view name, std::string_view value) {
  if (name == "wait") {
    return value == "visible" ? std::nullopt : std::optional(bad_parameter(name, "not visible"));
  }
  if (name == "timeout") {
    const auto seconds = parse_number(value, 0, visibility_wait_max.count());
    if (!seconds) {
      return bad_parameter(name, "not a number of seconds from 0 to " + std::to_string(visibility_wait_max.count()));
    }
    request.timeout = std::chrono::seconds(*seconds);
    return std::nullopt;
  }
  const auto version = parse_number(value, 1, std::numeric_limits<std::int64_t>::max());
  if (!version) {
    return bad_parameter(name, "not the version of a zone");
  }
  request.version = dns::Version(*version);
  return std::nullopt;
}

}  // namespace

Result<std::optional<WaitRequest>> parse_wait_request(const std::vector<QueryParameter>& query) {
  WaitRequest request;
  std::set<std::string_view> given;
  for (const QueryParameter& parameter : query) {
    const std::string_view name = parameter.name;
    if (name != "wait" && name != "timeout" && name != "version") {
      continue;  // as everywhere where no list is asked for
    }
    if (!given.insert(name).second) {
      return bad_parameter(name, "given more than once");
    }
    if (auto problem = take(request, name, parameter.value)) {
      return std::move(*problem);
    }
  }
  if (given.contains("wait")) {
    return std::optional(request);
  }
  if (!given.empty()) {
    return bad_parameter(*given.begin(), "goes with wait=visible");
  }
  return std::optional<WaitRequest>();
}

VersionWait wait_for(const WaitRequest& request, const ZoneId& zone, const VisibilityView& visibility) {
  const bool is_decided = visibility.is_visible() || visibility.has_failed();
  return {zone, visibility.version, is_decided ? std::chrono::seconds(0) : request.timeout};
}

}  // namespace minidns::api
