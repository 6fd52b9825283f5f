#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace minidns::harness {

struct RestAnswer {
  int status;
  boost::json::value body;  ///< null if there was none
  std::vector<std::pair<std::string, std::string>> headers;

  [[nodiscard]] std::string header(const std::string& name) const;
  /// A member of the body, as text; throws if it isn't a string.
  [[nodiscard]] std::string text(const std::string& key) const;
};

/// A blocking client of our API: one kept connection, opened again when it broke. Throws std::runtime_error when there
/// is no answer.
class RestClient {
 public:
  RestClient(std::string address, std::uint16_t port, std::string token);
  ~RestClient();
  RestClient(RestClient&&) noexcept;

  RestAnswer get(const std::string& target);
  RestAnswer post(const std::string& target, const boost::json::value& body);
  RestAnswer put(const std::string& target, const boost::json::value& body);
  RestAnswer patch(const std::string& target, const boost::json::value& body);
  RestAnswer del(const std::string& target);
  RestAnswer send(const std::string& method, const std::string& target, const std::string& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace minidns::harness
