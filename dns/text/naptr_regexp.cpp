#include "dns/text/naptr_regexp.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace minidns::dns {
namespace {

Error bad(const std::string& why) {
  return {Errc::bad_rdata, "regexp: " + why};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The three parts of a substitution expression, and the highest `\1` to `\9` of the replacement.
struct Parts {
  std::string_view expression;
  unsigned reference_max = 0;
};

Result<Parts> split(std::string_view text) {
  const char delimiter = text.front();
  if (is_digit(delimiter) || delimiter == '\\' || delimiter == 'i' || delimiter == 0) {
    return bad("the delimiter must not be a digit, a backslash, a flag or NUL");
  }
  Parts parts;
  unsigned part = 0;  // 0 expression, 1 replacement, 2 flags
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char c = text[at];
    if (c == 0) {
      return bad("it has a NUL");
    }
    if (c == delimiter && part < 2) {
      if (part == 0) {
        parts.expression = text.substr(1, at - 1);
      }
      ++part;
    } else if (part == 2) {
      if (c != 'i') {
        return bad("after the last delimiter only the flag i may follow");
      }
    } else if (c == '\\') {
      if (++at == text.size() || text[at] == 0) {
        return bad("it ends in a backslash");
      }
      if (part == 1 && is_digit(text[at])) {
        if (text[at] == '0') {
          return bad("the replacement refers to \\0; the first group is \\1");
        }
        parts.reference_max = std::max(parts.reference_max, static_cast<unsigned>(text[at] - '0'));
      }
    }
  }
  if (part != 2) {
    return bad("it must have the form !expression!replacement!flags");
  }
  return parts;
}

/// Checks a POSIX extended regular expression from left to right; groups are counted, not nested calls.
class ExpressionChecker {
 public:
  explicit ExpressionChecker(std::string_view text) : text_(text) {}

  [[nodiscard]] std::optional<Error> check() {
    while (at_ < text_.size()) {
      if (auto error = step()) {
        return error;
      }
    }
    if (open_groups_ != 0) {
      return bad("a parenthesis is not closed");
    }
    return may_repeat_or_end() ? std::nullopt : std::optional(bad("it has an empty expression or alternative"));
  }

  [[nodiscard]] unsigned groups() const { return groups_; }

 private:
  /// What the last thing was; it says what may follow.
  enum class Last { nothing, atom, anchor, repetition };

  [[nodiscard]] bool may_repeat_or_end() const { return last_ != Last::nothing; }

  std::optional<Error> step() {
    const char c = text_[at_++];
    switch (c) {
      case '\\':
        return escape();
      case '[':
        return bracket();
      case '(':
        ++groups_;
        ++open_groups_;
        last_ = Last::nothing;
        return std::nullopt;
      case ')':
        if (open_groups_ == 0 || !may_repeat_or_end()) {
          return bad("a parenthesis closes nothing, or a group is empty");
        }
        --open_groups_;
        last_ = Last::atom;
        return std::nullopt;
      case '|':
        if (!may_repeat_or_end()) {
          return bad("an alternative is empty");
        }
        last_ = Last::nothing;
        return std::nullopt;
      case '^':
      case '$':
        last_ = Last::anchor;
        return std::nullopt;
      case '*':
      case '+':
      case '?':
        return repetition();
      case '{':
        return bound();
      case '}':
        return bad("a brace must be escaped");
      default:
        last_ = Last::atom;
        return std::nullopt;
    }
  }

  std::optional<Error> escape() {
    const char c = text_[at_++];  // `split` has made sure that one follows
    if (c >= '1' && c <= '9' && static_cast<unsigned>(c - '0') > groups_) {
      return bad("it refers to a group that is not there");
    }
    last_ = Last::atom;
    return std::nullopt;
  }

  std::optional<Error> repetition() {
    if (last_ != Last::atom) {
      return bad("there is nothing to repeat before *, +, ? or {");
    }
    last_ = Last::repetition;
    return std::nullopt;
  }

  /// `{2}`, `{2,}` or `{2,5}`.
  std::optional<Error> bound() {
    const auto close = text_.find('}', at_);
    const auto inside = text_.substr(at_, close == std::string_view::npos ? close : close - at_);
    const auto comma = inside.find(',');
    const auto low = number(inside.substr(0, comma));
    const auto high_text = comma == std::string_view::npos ? std::string_view() : inside.substr(comma + 1);
    const auto high = high_text.empty() ? low : number(high_text);
    if (close == std::string_view::npos || !low || !high || *low > *high) {
      return bad("a bound must have the form {2}, {2,} or {2,5}, with numbers up to 255");
    }
    at_ = close + 1;
    return repetition();
  }

  static std::optional<unsigned> number(std::string_view digits) {
    constexpr unsigned repetitions_max = 255;  // RE_DUP_MAX
    if (digits.empty() || digits.size() > 3 || !std::all_of(digits.begin(), digits.end(), is_digit)) {
      return std::nullopt;
    }
    unsigned value = 0;
    for (const char c : digits) {
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value > repetitions_max ? std::nullopt : std::optional(value);
  }

  /// After `[`. A bracket that comes first and a minus that comes first, or last after a single character, stand for
  /// themselves.
  std::optional<Error> bracket() {
    if (at_ < text_.size() && text_[at_] == '^') {
      ++at_;
    }
    enum class Item { none, single, range_or_class };
    for (auto before = Item::none; at_ < text_.size() && (before == Item::none || text_[at_] != ']');) {
      if (text_[at_] == '[') {
        if (auto error = character_class()) {
          return error;
        }
        before = Item::range_or_class;
        continue;
      }
      const auto low = static_cast<unsigned char>(text_[at_++]);
      if (low == '-' && before == Item::range_or_class) {
        return bad("a minus follows a range or class in brackets");
      }
      before = Item::single;
      if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        const auto high = static_cast<unsigned char>(text_[at_ + 1]);
        if (high < low || high == '[') {
          return bad("a range in brackets is out of order");
        }
        at_ += 2;
        before = Item::range_or_class;
      }
    }
    if (at_ >= text_.size()) {
      return bad("a bracket is not closed");
    }
    ++at_;
    last_ = Last::atom;
    return std::nullopt;
  }

  std::optional<Error> character_class() {
    constexpr std::array<std::string_view, 12> classes = {"[:alnum:]", "[:alpha:]", "[:blank:]", "[:cntrl:]",
                                                          "[:digit:]", "[:graph:]", "[:lower:]", "[:print:]",
                                                          "[:punct:]", "[:space:]", "[:upper:]", "[:xdigit:]"};
    const auto rest = text_.substr(at_);
    const auto known =
        std::find_if(classes.begin(), classes.end(), [&](std::string_view name) { return rest.starts_with(name); });
    if (known == classes.end()) {
      return bad("inside brackets a bracket must start a class such as [:alpha:]");
    }
    at_ += known->size();
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Last last_ = Last::nothing;
  unsigned groups_ = 0;
  unsigned open_groups_ = 0;
};

}  // namespace

std::optional<Error> check_naptr_regexp(ByteView regexp) {
  if (regexp.empty()) {
    return std::nullopt;
  }
  const auto parts = split(as_text(regexp));
  if (!parts) {
    return parts.error();
  }
  ExpressionChecker checker(parts->expression);
  if (auto error = checker.check()) {
    return error;
  }
  if (parts->reference_max > checker.groups()) {
    return bad("the replacement refers to a group that is not there");
  }
  return std::nullopt;
}

}  // namespace minidns::dns
