#include "pool-manager/drivers/knot_wire.hpp"

#include <array>
#include <cassert>
#include <utility>

namespace minidns::pool {
namespace {

constexpr std::uint8_t unit_data = 1;
constexpr std::uint8_t unit_extra = 2;
constexpr std::uint8_t unit_block = 3;

/// Codes of items: the place among these, from 16.
constexpr std::uint8_t code_first = 16;
enum class Item : std::uint8_t { command, flags, error, section, item, id, zone, owner, ttl, type, data, filter };
constexpr std::uint8_t code_end = code_first + static_cast<std::uint8_t>(Item::filter) + 1;
constexpr std::size_t item_head_octets = 3;

void append(Bytes& octets, Item item, std::string_view text) {
  assert(text.size() <= knot_item_octets_max);
  if (text.empty()) {
    return;
  }
  octets.push_back(static_cast<std::uint8_t>(code_first + static_cast<std::uint8_t>(item)));
  octets.push_back(static_cast<std::uint8_t>(text.size() >> 8U));
  octets.push_back(static_cast<std::uint8_t>(text.size() & 255U));
  const ByteView bytes = as_bytes(text);
  octets.insert(octets.end(), bytes.begin(), bytes.end());
}

std::string* field_of(KnotUnit& unit, Item item) {
  switch (item) {
    case Item::error:
      return &unit.error;
    case Item::section:
      return &unit.section;
    case Item::item:
      return &unit.item;
    case Item::id:
      return &unit.id;
    case Item::zone:
      return &unit.zone;
    case Item::type:
      return &unit.type;
    case Item::data:
      return &unit.data;
    case Item::command:
    case Item::flags:
    case Item::owner:
    case Item::ttl:
    case Item::filter:
      return nullptr;
  }
  return nullptr;
}

DriverError malformed(std::string_view why) {
  return {DriverErrc::protocol, "knotd's answer: " + std::string(why)};
}

}  // namespace

KnotCommand knot_command(std::string_view name) {
  return {.name = std::string(name)};
}

Bytes encode_knot_command(const KnotCommand& command) {
  Bytes octets{unit_data};
  append(octets, Item::command, command.name);
  append(octets, Item::flags, command.flags);
  append(octets, Item::section, command.section);
  append(octets, Item::item, command.item);
  append(octets, Item::id, command.id);
  append(octets, Item::zone, command.zone);
  append(octets, Item::data, command.data);
  append(octets, Item::filter, command.filter);
  octets.push_back(unit_block);
  return octets;
}

void KnotAnswerParser::add(ByteView octets) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(read_));
  read_ = 0;
  buffer_.insert(buffer_.end(), octets.begin(), octets.end());
}

DriverResult<std::optional<KnotAnswerParser::Event>> KnotAnswerParser::next() {
  while (read_ < buffer_.size()) {
    const std::uint8_t code = buffer_[read_];
    if (code == unit_block) {
      if (auto unit = take_unit()) {
        return unit;  // the block's end is looked at again
      }
      ++read_;
      return std::optional(Event{Event::Kind::block});
    }
    if (code == unit_data || code == unit_extra) {
      auto unit = take_unit();
      ++read_;
      unit_.emplace();
      if (unit) {
        return unit;
      }
      continue;
    }
    if (!unit_ || code < code_first || code >= code_end) {
      return malformed("octet " + std::to_string(code) + " where none may be");
    }
    if (buffer_.size() - read_ < item_head_octets) {
      return std::optional<Event>();
    }
    const std::size_t length = static_cast<std::size_t>(buffer_[read_ + 1]) << 8U | buffer_[read_ + 2];
    if (buffer_.size() - read_ - item_head_octets < length) {
      return std::optional<Event>();
    }
    if (std::string* const field = field_of(*unit_, static_cast<Item>(code - code_first))) {
      *field = as_text(ByteView(buffer_).subspan(read_ + item_head_octets, length));
    }
    read_ += item_head_octets + length;
  }
  return std::optional<Event>();
}

std::optional<KnotAnswerParser::Event> KnotAnswerParser::take_unit() {
  if (!unit_) {
    return std::nullopt;
  }
  Event event{Event::Kind::unit, std::move(*unit_)};
  unit_.reset();
  return event;
}

}  // namespace minidns::pool
