#include "api/json_text.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value_stack.hpp>

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace minidns::api {
namespace {

namespace json = boost::json;

/// Builds the value, as Boost.JSON's own handler does, and remembers each open object's keys, which that one doesn't.
class Handler {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::uint32_t>::max();

  Handler() { stack_.reset(); }

  [[nodiscard]] json::value release() { return stack_.release(); }
  /// Where the key that came twice is; empty if none did.
  [[nodiscard]] const std::vector<std::string>& duplicate_path() const { return duplicate_path_; }

  bool on_document_begin(json::error_code& /*error*/) { return true; }
  bool on_document_end(json::error_code& /*error*/) { return true; }

  bool on_object_begin(json::error_code& /*error*/) {
    open_.push_back({true, {}, {}, 0});
    return true;
  }
  bool on_object_end(std::size_t size, json::error_code& /*error*/) {
    open_.pop_back();
    stack_.push_object(size);
    return value_ended();
  }
  bool on_array_begin(json::error_code& /*error*/) {
    open_.push_back({false, {}, {}, 0});
    return true;
  }
  bool on_array_end(std::size_t size, json::error_code& /*error*/) {
    open_.pop_back();
    stack_.push_array(size);
    return value_ended();
  }

  bool on_key_part(json::string_view part, std::size_t /*size*/, json::error_code& /*error*/) {
    key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t /*size*/, json::error_code& error) {
    key_.append(part.data(), part.size());
    stack_.push_key(part);
    Container& object = open_.back();
    object.key = key_;
    key_.clear();
    if (!object.keys.insert(object.key).second) {
      duplicate_path_ = path();
      error = json::error::syntax;
      return false;
    }
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t /*size*/, json::error_code& /*error*/) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t /*size*/, json::error_code& /*error*/) {
    stack_.push_string(part);
    return value_ended();
  }

  bool on_number_part(json::string_view /*part*/, json::error_code& /*error*/) { return true; }
  bool on_int64(std::int64_t value, json::string_view /*text*/, json::error_code& /*error*/) {
    stack_.push_int64(value);
    return value_ended();
  }
  bool on_uint64(std::uint64_t value, json::string_view /*text*/, json::error_code& /*error*/) {
    stack_.push_uint64(value);
    return value_ended();
  }
  bool on_double(double value, json::string_view /*text*/, json::error_code& /*error*/) {
    stack_.push_double(value);
    return value_ended();
  }
  bool on_bool(bool value, json::error_code& /*error*/) {
    stack_.push_bool(value);
    return value_ended();
  }
  bool on_null(json::error_code& /*error*/) {
    stack_.push_null();
    return value_ended();
  }

  // Comments are not allowed, so these aren't called.
  bool on_comment_part(json::string_view /*part*/, json::error_code& /*error*/) { return true; }
  bool on_comment(json::string_view /*part*/, json::error_code& /*error*/) { return true; }

 private:
  /// An object or array whose end hasn't come.
  struct Container {
    bool is_object;
    std::string key;  ///< of the member that is being read
    std::set<std::string> keys;
    std::size_t index;  ///< of the element that is being read
  };

  bool value_ended() {
    if (!open_.empty()) {
      ++open_.back().index;
    }
    return true;
  }

  [[nodiscard]] std::vector<std::string> path() const {
    std::vector<std::string> steps;
    for (const Container& container : open_) {
      steps.push_back(container.is_object ? container.key : std::to_string(container.index));
    }
    return steps;
  }

  json::value_stack stack_;
  std::vector<Container> open_;
  std::string key_;
  std::vector<std::string> duplicate_path_;
};

json::parse_options strict() {
  json::parse_options options;
  options.max_depth = json_depth_max;
  return options;
}

Problem malformed(const json::error_code& error, std::size_t offset) {
  return {ProblemType::invalid_json,
          "The body is not valid JSON: " + error.message() + " near octet " + std::to_string(offset)};
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Problem{ProblemType::empty_request_body};
  }
  json::basic_parser<Handler> parser(strict());
  json::error_code error;
  std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!parser.handler().duplicate_path().empty()) {
    return Problem{ProblemType::invalid_json,
                   "The body has a key twice in one object",
                   {FieldError{parser.handler().duplicate_path(), "duplicate key"}}};
  }
  if (!error && read < text.size()) {
    error = json::error::extra_data;
  }
  if (error) {
    return malformed(error, read);
  }
  return parser.handler().release();
}

}  // namespace minidns::api
