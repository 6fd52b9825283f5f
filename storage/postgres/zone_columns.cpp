#include "storage/postgres/zone_columns.hpp"

#include <stdexcept>

namespace minidns::storage::postgres {

Bytes name_key_of(const dns::Name& name) {
  const dns::OwnerKey key = dns::OwnerKey::of(name, dns::Name::root());
  return {key.octets().begin(), key.octets().end()};
}

dns::Name name_of_key(ByteView key) {
  const auto owner = dns::OwnerKey::from_octets(key);
  if (!owner) {
    throw std::runtime_error("the database holds a broken name key: " + owner.error().detail);
  }
  const auto name = owner->to_name(dns::Name::root());
  if (!name) {
    throw std::runtime_error("the database holds a broken name key: " + name.error().detail);
  }
  return *name;
}

dns::Serial serial_column(const Rows& rows, std::size_t row, int column) {
  // The table's check keeps it within 32 bits.
  return dns::Serial(static_cast<std::uint32_t>(rows.integer(row, column)));
}

ViewId view_column(const Rows& rows, std::size_t row, int column) {
  return ViewId(static_cast<std::int16_t>(rows.integer(row, column)));
}

std::string to_column(ZoneAction action) {
  switch (action) {
    case ZoneAction::create:
      return "create";
    case ZoneAction::update:
      return "update";
    case ZoneAction::remove:
      return "delete";
  }
  throw std::logic_error("no such action");
}

ZoneAction action_of_column(const std::string& text) {
  if (text == "create") {
    return ZoneAction::create;
  }
  if (text == "update") {
    return ZoneAction::update;
  }
  if (text == "delete") {
    return ZoneAction::remove;
  }
  throw std::runtime_error("the database holds an unknown action: " + text);
}

}  // namespace minidns::storage::postgres
