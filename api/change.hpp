#pragma once

#include <cassert>
#include <optional>
#include <utility>

namespace minidns::api {

/// What a PATCH or PUT says about one field that may be null: nothing (keep it), null (clear it), or a value (set it).
/// A field that can't be null is a std::optional instead.
template <class T>
class Change {
 public:
  Change() = default;
  [[nodiscard]] static Change keep() { return {}; }
  [[nodiscard]] static Change clear() { return Change(true, std::nullopt); }
  [[nodiscard]] static Change set(T value) { return Change(true, std::move(value)); }

  [[nodiscard]] bool is_keep() const { return !given_; }
  [[nodiscard]] bool is_clear() const { return given_ && !value_; }
  [[nodiscard]] bool is_set() const { return value_.has_value(); }
  /// Only if `is_set`.
  [[nodiscard]] const T& value() const {
    assert(value_);
    return *value_;
  }
  /// What the field is afterwards.
  [[nodiscard]] std::optional<T> applied_to(const std::optional<T>& present) const { return given_ ? value_ : present; }

  friend bool operator==(const Change&, const Change&) = default;

 private:
  Change(bool given, std::optional<T> value) : given_(given), value_(std::move(value)) {}
  bool given_ = false;
  std::optional<T> value_;
};

}  // namespace minidns::api
