#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/postgres/rows.hpp"
#include "storage/postgres/zone_writes.hpp"
#include "storage/zone_keys.hpp"

#include <string>
#include <vector>

/// The DNSSEC keys of a zone, from and to columns. What is read throws CorruptContent for what isn't valid.
namespace minidns::storage::postgres {

/// Of a row `k` of dnssec_keys.
inline constexpr const char* key_columns =
    "k.id, k.role, k.dnskey, k.state, k.ds, k.created_at, k.active_at, k.retired_at, k.ds_at";
inline constexpr int key_column_count = 9;
[[nodiscard]] ZoneKeyRecord key_record_of(const Rows& rows, std::size_t row);

[[nodiscard]] std::string to_column(KeyRole role);
[[nodiscard]] KeyRole key_role_of(const std::string& column);
[[nodiscard]] std::string to_column(KeyState state);
[[nodiscard]] std::string to_column(DsState state);

[[nodiscard]] dns::Rdata rdata_column(const Rows& rows, std::size_t row, int column);
/// dns::pack_rdata; empty for null.
[[nodiscard]] std::vector<dns::Rdata> records_column(const Rows& rows, std::size_t row, int column);

/// DNSKEYs of other providers, sorted.
[[nodiscard]] std::vector<dns::Rdata> read_foreign_dnskeys(Connection& connection, const ZoneId& zone);

/// Before `add_version`, which takes what the zone's row has from then on.
void add_signing(Statements& statements, const ZoneId& zone, const SigningChange& change);
void add_end_of_signing(Statements& statements, const ZoneId& zone);
void add_ds(Statements& statements, const ZoneId& zone, const std::vector<KeyDsState>& states);
/// Those that are there already stay as they are.
void add_apex_signatures(Statements& statements, const std::vector<NewApexSignature>& signatures);

}  // namespace minidns::storage::postgres
