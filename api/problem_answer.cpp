#include "api/problem_answer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <optional>

namespace minidns::api {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

json::array render_errors(const std::vector<FieldError>& errors) {
  json::array array;
  for (const FieldError& error : errors) {
    array.push_back(
        json::object{{"path", json::array(error.path.begin(), error.path.end())}, {"message", error.message}});
  }
  return array;
}

/// RFC 9110 §10.2.3. A database that is gone takes longer to come back than a queue takes to drain.
std::optional<seconds> retry_after_of(const Problem& problem) {
  switch (traits_of(problem.type).status) {
    case 503:
      return problem.retry_after.value_or(problem.type == ProblemType::overloaded ? seconds(1) : seconds(5));
    default:
      return problem.retry_after;
  }
}

/// Many clients, the openstack CLI among them, show the message and not the errors: so it names the first of them.
std::string message_of(const Problem& problem) {
  if (!problem.message.empty()) {
    return problem.message;
  }
  std::string message(traits_of(problem.type).message);
  if (problem.errors.empty()) {
    return message;
  }
  const FieldError& first = problem.errors.front();
  std::string path;
  for (const std::string& step : first.path) {
    path += (path.empty() ? "" : ".") + step;
  }
  message += (message.empty() ? "" : ": ") + path + (path.empty() ? "" : ": ") + first.message;
  if (problem.errors.size() > 1) {
    message += " (and " + std::to_string(problem.errors.size() - 1) + " more)";
  }
  return message;
}

std::string render_keystone_form(std::string_view message) {
  return json::serialize(
      json::object{{"error", json::object{{"code", 401}, {"title", "Unauthorized"}, {"message", message}}}});
}

}  // namespace

Answer render(const Problem& problem, const std::string& request_id) {
  const ProblemTraits& traits = traits_of(problem.type);
  const std::string message = message_of(problem);
  Answer answer;
  answer.status = traits.status;
  if (problem.type == ProblemType::unauthorized) {
    answer.body = render_keystone_form(message);
    answer.fields.push_back({"WWW-Authenticate", "Bearer realm=\"minidns\""});
    return answer;
  }
  json::object body{{"code", traits.status}, {"type", traits.type}};
  if (!message.empty()) {
    body["message"] = message;
  }
  body["request_id"] = request_id;
  if (!problem.errors.empty()) {
    body["errors"] = json::object{{"errors", render_errors(problem.errors)}};
  }
  answer.body = json::serialize(body);
  if (const auto time = retry_after_of(problem)) {
    answer.fields.push_back({"Retry-After", std::to_string(time->count())});
  }
  return answer;
}

Answer bare_forbidden() {
  Answer answer;
  answer.status = traits_of(ProblemType::forbidden).status;
  return answer;
}

}  // namespace minidns::api
