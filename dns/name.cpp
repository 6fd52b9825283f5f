#include "dns/name.hpp"

#include "dns/escape.hpp"
#include "dns/name_octets.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace minidns::dns {
namespace {

constexpr std::size_t labels_max = 127;  // 127 labels of one octet and the root make 255 octets

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t octet(char c) {
  return static_cast<unsigned char>(c);
}

/// Where each label of a valid name starts, the root label left out.
struct LabelOffsets {
  std::array<std::uint8_t, labels_max> offset;
  std::size_t count = 0;

  explicit LabelOffsets(std::string_view wire) {
    for (std::size_t at = 0; wire[at] != 0; at += 1 + octet(wire[at])) {
      offset[count++] = static_cast<std::uint8_t>(at);
    }
  }
};

std::string_view label_at(std::string_view wire, std::size_t offset) {
  return wire.substr(offset + 1, octet(wire[offset]));
}

std::weak_ordering compare_labels(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto order = octet(lower(a[i])) <=> octet(lower(b[i]));
    if (order != 0) {
      return order;
    }
  }
  return a.size() <=> b.size();
}

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

Error too_long() {
  return {Errc::name_too_long, "the name has more than 255 octets"};
}

/// Builds the wire form label by label; the length octet is filled in when the label ends.
class WireBuilder {
 public:
  void add(char c) { wire_.push_back(c); }
  [[nodiscard]] std::optional<Error> end_label() {
    const std::size_t size = wire_.size() - length_at_ - 1;
    if (size == 0) {
      return Error{Errc::bad_label, "the name has an empty label"};
    }
    if (size > Name::label_size_octets_max) {
      return Error{Errc::bad_label, "a label has more than 63 octets"};
    }
    wire_[length_at_] = static_cast<char>(size);
    length_at_ = wire_.size();
    wire_.push_back(0);
    if (wire_.size() > Name::size_octets_max) {
      return too_long();
    }
    return std::nullopt;
  }
  [[nodiscard]] std::string take() && { return std::move(wire_); }

 private:
  std::string wire_ = std::string(1, '\0');
  std::size_t length_at_ = 0;
};

}  // namespace

Name Name::root() {
  return Name(std::string(1, '\0'));
}

Result<Name> Name::from_text(std::string_view text) {
  if (text == ".") {
    return root();
  }
  if (text.empty()) {
    return Error{Errc::bad_label, "the name is empty"};
  }
  if (text.size() > text_size_max) {
    return too_long();
  }
  WireBuilder builder;
  bool absolute = false;
  while (!text.empty()) {
    absolute = text.front() == '.';
    if (absolute) {
      if (auto error = builder.end_label()) {
        return *error;
      }
      text.remove_prefix(1);
      continue;
    }
    const auto next = read_name_character(text);
    if (!next) {
      return next.error();
    }
    builder.add(next->octet);
    text.remove_prefix(next->length);
  }
  if (!absolute) {
    return Error{Errc::not_absolute, "the name must end in a dot"};
  }
  return Name(std::move(builder).take());
}

Result<Name> Name::from_wire(ByteView wire) {
  if (wire.size() > size_octets_max) {
    return too_long();
  }
  std::size_t at = 0;
  while (at < wire.size() && wire[at] != 0) {
    if (wire[at] > label_size_octets_max) {
      return Error{Errc::bad_label, "a label has more than 63 octets, or the name is compressed"};
    }
    at += 1 + std::size_t{wire[at]};
  }
  if (at >= wire.size()) {
    return Error{Errc::truncated, "the name ends before its root label"};
  }
  if (at + 1 != wire.size()) {
    return Error{Errc::trailing_octets, "there are octets after the name"};
  }
  return Name(std::string(as_text(wire)));
}

std::string Name::to_text() const {
  if (is_root()) {
    return ".";
  }
  std::string text;
  text.reserve(wire_.size() + 8);
  for (std::size_t at = 0; wire_[at] != 0; at += 1 + octet(wire_[at])) {
    for (const char c : label_at(wire_, at)) {
      append_name_character(text, c);
    }
    text.push_back('.');
  }
  return text;
}

Name Name::lowercased() const {
  std::string wire = wire_;
  // Length octets are at most 63, below 'A': they stay as they are.
  std::transform(wire.begin(), wire.end(), wire.begin(), lower);
  return Name(std::move(wire));
}

std::size_t Name::label_count() const {
  std::size_t count = 0;
  for (std::size_t at = 0; wire_[at] != 0; at += 1 + octet(wire_[at])) {
    ++count;
  }
  return count;
}

bool Name::is_at_or_below(const Name& ancestor) const {
  if (ancestor.wire_.size() > wire_.size()) {
    return false;
  }
  const std::size_t start = wire_.size() - ancestor.wire_.size();
  std::size_t at = 0;
  while (at < start) {
    at += 1 + octet(wire_[at]);
  }
  return at == start && equal_without_case(std::string_view(wire_).substr(start), ancestor.wire_);
}

bool Name::is_wildcard() const {
  return wire_.size() > 1 && wire_[0] == 1 && wire_[1] == '*';
}

Name Name::parent() const {
  assert(!is_root());
  return Name(wire_.substr(1 + octet(wire_[0])));
}

Result<Name> Name::child(std::string_view label) const {
  if (label.empty()) {
    return Error{Errc::bad_label, "the label is empty"};
  }
  if (label.size() > label_size_octets_max) {
    return Error{Errc::bad_label, "a label has more than 63 octets"};
  }
  if (1 + label.size() + wire_.size() > size_octets_max) {
    return too_long();
  }
  std::string wire(1, static_cast<char>(label.size()));
  wire.append(label).append(wire_);
  return Name(std::move(wire));
}

bool operator==(const Name& a, const Name& b) {
  return equal_without_case(a.wire_, b.wire_);
}

std::weak_ordering operator<=>(const Name& a, const Name& b) {
  const LabelOffsets in_a(a.wire_);
  const LabelOffsets in_b(b.wire_);
  const std::size_t common = std::min(in_a.count, in_b.count);
  for (std::size_t i = 1; i <= common; ++i) {
    const auto order =
        compare_labels(label_at(a.wire_, in_a.offset[in_a.count - i]), label_at(b.wire_, in_b.offset[in_b.count - i]));
    if (order != 0) {
      return order;
    }
  }
  return in_a.count <=> in_b.count;
}

bool is_same_name(ByteView a, ByteView b) {
  return equal_without_case(as_text(a), as_text(b));
}

std::size_t hash_of_name(ByteView wire) {
  std::array<char, Name::size_octets_max> folded;
  const auto text = as_text(wire);
  std::transform(text.begin(), text.end(), folded.begin(), lower);
  return std::hash<std::string_view>{}(std::string_view(folded.data(), text.size()));
}

}  // namespace minidns::dns

std::size_t std::hash<minidns::dns::Name>::operator()(const minidns::dns::Name& name) const noexcept {
  return minidns::dns::hash_of_name(name.wire());
}
