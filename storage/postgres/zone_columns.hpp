#pragma once

#include "base/bytes.hpp"
#include "base/view_id.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "storage/nameserver_work.hpp"
#include "storage/postgres/rows.hpp"

#include <cstddef>
#include <string>

namespace minidns::storage::postgres {

/// `name_key` columns: dns::OwnerKey below the root.
[[nodiscard]] Bytes name_key_of(const dns::Name& name);
/// The lower-case name. Throws std::runtime_error if the database holds something else.
[[nodiscard]] dns::Name name_of_key(ByteView key);

/// `view` columns.
[[nodiscard]] ViewId view_column(const Rows& rows, std::size_t row, int column);

[[nodiscard]] dns::Serial serial_column(const Rows& rows, std::size_t row, int column);

/// `action` and `kind` columns: create, update, delete.
[[nodiscard]] std::string to_column(ZoneAction action);
/// Throws std::runtime_error if the database holds something else.
[[nodiscard]] ZoneAction action_of_column(const std::string& text);

}  // namespace minidns::storage::postgres
