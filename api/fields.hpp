#pragma once

#include "api/change.hpp"
#include "api/problem.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minidns::api {

using Path = std::vector<std::string>;

/// What was found wrong in a body. A client gets all of it at once, but for what is above the limit.
class FieldErrors {
 public:
  void add(Path path, std::string message);
  [[nodiscard]] bool empty() const { return errors_.empty(); }
  [[nodiscard]] std::vector<FieldError> take() { return std::move(errors_); }

  /// A body full of errors must not make an answer many times its size.
  static constexpr std::size_t count_max = 50;

 private:
  std::vector<FieldError> errors_;
};

/// One value of a body, with the path to it. A parse function takes a Field and gives the value, or says with `fail`
/// what is wrong: `return field.fail("not an integer");`.
class Field {
 public:
  Field(const boost::json::value& value, Path path, FieldErrors& errors)
      : value_(value), path_(std::move(path)), errors_(errors) {}

  [[nodiscard]] const boost::json::value& value() const { return value_; }
  [[nodiscard]] const Path& path() const { return path_; }
  [[nodiscard]] FieldErrors& errors() const { return errors_; }
  std::nullopt_t fail(std::string message) const;
  /// Something inside this value.
  [[nodiscard]] Field inside(const boost::json::value& value, std::string step) const;

 private:
  const boost::json::value& value_;
  Path path_;
  FieldErrors& errors_;
};

/// An object of a body that is being read. Every getter marks its key as known; `finish` reports the keys that nobody
/// asked for. `parse` is a function from Field to std::optional. A getter that reported an error gives nothing: look at
/// the errors, once, at the end, before what it gave is used.
class ObjectReader {
 public:
  /// Reports a value that is no object, and then is as an empty one that requires nothing.
  ObjectReader(const boost::json::value& value, Path path, FieldErrors& errors);

  /// Missing or null is an error.
  template <class Parse>
  auto required(std::string_view key, Parse parse) -> decltype(parse(std::declval<const Field&>())) {
    const boost::json::value* value = take(key);
    if (value == nullptr) {
      report_missing(key);
      return std::nullopt;
    }
    return parse(field(key, *value));
  }

  /// May be absent, not null.
  template <class Parse>
  auto optional(std::string_view key, Parse parse) -> decltype(parse(std::declval<const Field&>())) {
    const boost::json::value* value = take(key);
    if (value == nullptr) {
      return std::nullopt;
    }
    return parse(field(key, *value));
  }

  /// May be absent or null, which are the same.
  template <class Parse>
  auto nullable(std::string_view key, Parse parse) -> decltype(parse(std::declval<const Field&>())) {
    const boost::json::value* value = take(key);
    if (value == nullptr || value->is_null()) {
      return std::nullopt;
    }
    return parse(field(key, *value));
  }

  /// May be absent or null, which are not the same.
  template <class Parse>
  auto change(std::string_view key, Parse parse)
      -> Change<typename decltype(parse(std::declval<const Field&>()))::value_type> {
    using Result = Change<typename decltype(parse(std::declval<const Field&>()))::value_type>;
    const boost::json::value* value = take(key);
    if (value == nullptr) {
      return Result::keep();
    }
    if (value->is_null()) {
      return Result::clear();
    }
    auto parsed = parse(field(key, *value));
    return parsed ? Result::set(std::move(*parsed)) : Result::keep();
  }

  [[nodiscard]] bool has(std::string_view key) const;
  /// Reports one of the object's keys.
  void fail(std::string_view key, std::string message);
  /// Reports every unknown key. `noun` is what the object is, for the message.
  void finish(std::string_view noun);

 private:
  [[nodiscard]] const boost::json::value* take(std::string_view key);
  [[nodiscard]] Field field(std::string_view key, const boost::json::value& value);
  [[nodiscard]] Path path_of(std::string_view key) const;
  void report_missing(std::string_view key);

  const boost::json::object* object_;  // null if the value was no object
  Path path_;
  FieldErrors& errors_;
  std::set<std::string, std::less<>> known_;
};

/// invalid_object with everything that was found.
[[nodiscard]] Problem problem_of(FieldErrors errors);

}  // namespace minidns::api
