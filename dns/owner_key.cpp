#include "dns/name.hpp"
#include "dns/owner_name.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

namespace minidns::dns {
namespace {

constexpr char label_end = 0;
constexpr char escape = 1;
constexpr char escaped_zero = 1;
constexpr char escaped_one = 2;

Error malformed(const char* why) {
  return {Errc::bad_value, std::string("owner key: ") + why};
}

std::string_view first_label(std::string_view wire) {
  return wire.substr(1, static_cast<unsigned char>(wire[0]));
}

void append_label(std::string& key, std::string_view label) {
  for (const char c : label) {
    if (c == 0) {
      key.append({escape, escaped_zero});
    } else if (c == 1) {
      key.append({escape, escaped_one});
    } else {
      key.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  key.push_back(label_end);
}

/// Whether an octet of a label stands for itself.
bool is_plain(std::uint8_t octet) {
  return octet != label_end && octet != escape && !(octet >= 'A' && octet <= 'Z');
}

/// The name of a key without escapes in wire form, at the end of `room`; 0 if the key is anything else, be it good.
std::size_t write_plain_name(ByteView key, ByteView apex, std::span<std::uint8_t, Name::size_octets_max> room) {
  std::size_t begin = room.size() - apex.size();
  std::copy(apex.begin(), apex.end(), room.begin() + static_cast<std::ptrdiff_t>(begin));
  while (!key.empty()) {  // from the apex outwards: each label goes before what is there
    const auto end = std::find_if_not(key.begin(), key.end(), is_plain);
    const auto size = static_cast<std::size_t>(end - key.begin());
    if (end == key.end() || *end != label_end || size == 0 || size > Name::label_size_octets_max || size + 1 > begin) {
      return 0;
    }
    begin -= size + 1;
    room[begin] = static_cast<std::uint8_t>(size);
    std::copy(key.begin(), end, room.begin() + static_cast<std::ptrdiff_t>(begin + 1));
    key = key.subspan(size + 1);
  }
  return room.size() - begin;
}

/// The labels of a key, unescaped, from the apex outwards; an error if it isn't in the one form that `of` makes.
Result<std::vector<std::string>> labels_of(std::string_view key) {
  std::vector<std::string> labels;
  std::string label;
  bool inside = false;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    if (c == label_end) {
      if (label.empty() || label.size() > Name::label_size_octets_max) {
        return malformed("a label is empty or has more than 63 octets");
      }
      labels.push_back(std::move(label));
      label.clear();
      inside = false;
      continue;
    }
    inside = true;
    if (c == escape) {
      const char next = ++i < key.size() ? key[i] : label_end;
      if (next != escaped_zero && next != escaped_one) {
        return malformed("bad escape");
      }
      label.push_back(static_cast<char>(next - 1));
    } else if (c >= 'A' && c <= 'Z') {
      return malformed("not in lower case");
    } else {
      label.push_back(c);
    }
  }
  if (inside) {
    return malformed("the last label doesn't end");
  }
  return labels;
}

}  // namespace

OwnerKey OwnerKey::of(const Name& owner, const Name& apex) {
  assert(owner.is_at_or_below(apex));
  const auto wire = as_text(owner.wire());
  const std::size_t relative_size = wire.size() - apex.wire().size();
  std::vector<std::string_view> labels;
  for (std::size_t at = 0; at < relative_size; at += 1 + labels.back().size()) {
    labels.push_back(first_label(wire.substr(at)));
  }
  std::string key;
  key.reserve(relative_size + 4);
  for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
    append_label(key, *label);
  }
  return OwnerKey(std::move(key));
}

Result<OwnerKey> OwnerKey::from_octets(ByteView octets) {
  const auto labels = labels_of(as_text(octets));
  if (!labels) {
    return labels.error();
  }
  std::size_t wire_size = 1;
  for (const auto& label : *labels) {
    wire_size += 1 + label.size();
  }
  if (wire_size > Name::size_octets_max) {
    return malformed("longer than any name");
  }
  return OwnerKey(std::string(as_text(octets)));
}

Result<Name> OwnerKey::to_name(const Name& apex) const {
  Name name = apex.lowercased();
  const auto labels = labels_of(octets_);
  for (const auto& label : *labels) {  // a key is always valid
    auto child = name.child(label);
    if (!child) {
      return child.error();
    }
    name = std::move(*child);
  }
  return name;
}

Result<Name> name_of_owner_key(ByteView key, const Name& apex) {
  std::array<std::uint8_t, Name::size_octets_max> room;
  if (const std::size_t size = write_plain_name(key, apex.wire(), room); size > 0) {
    return Name::from_wire(ByteView(room).last(size));
  }
  const auto checked = OwnerKey::from_octets(key);
  return checked ? checked->to_name(apex) : Result<Name>(checked.error());
}

bool OwnerKey::is_at_or_below(const OwnerKey& ancestor) const {
  return octets_.starts_with(ancestor.octets_);
}

}  // namespace minidns::dns
