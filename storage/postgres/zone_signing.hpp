#pragma once

#include "storage/postgres/rows.hpp"
#include "storage/zone_signing.hpp"

#include <optional>
#include <string>

/// From columns to what a version is signed with. All throw CorruptContent for what isn't valid.
namespace minidns::storage::postgres {

/// Expressions for a select list. `row` is an alias of zones or versions, and `key_sets_of(row)` in the from clause.
[[nodiscard]] std::string signing_columns(const std::string& row);
inline constexpr int signing_column_count = 15;
/// A row with no key set costs no look at another table.
[[nodiscard]] std::string key_sets_of(const std::string& row);
/// Reads them from column `first` on; nothing: unsigned.
[[nodiscard]] std::optional<ZoneSigning> signing_of(const Rows& rows, std::size_t row, int first);

/// `key_set_id, signing_time, buckets, rules` from column `first` on; nothing: unsigned.
[[nodiscard]] std::optional<SigningStamp> signing_stamp_of(const Rows& rows, std::size_t row, int first);

[[nodiscard]] Denial denial_of(const std::string& column, bool opt_out);
[[nodiscard]] const char* denial_column(Denial denial);

}  // namespace minidns::storage::postgres
