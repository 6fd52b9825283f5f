#include "storage/postgres/key_export.hpp"

#include "storage/postgres/key_columns.hpp"
#include "storage/postgres/zone_columns.hpp"

#include <string>

namespace minidns::storage::postgres {
namespace {

const std::string select_keys =
    std::string("select ") + key_columns +
    ", coalesce(z.sealed, s.sealed), e.ttl"
    " from zones o join key_sets e on e.id = o.key_set_id join dnssec_keys k on k.zone_id = o.id"
    " left join zsk_secrets z on z.key_id = k.id left join ksk_secrets s on s.key_id = k.id"
    " where o.name_key = $1 and o.deleted_at is null and k.state in ('published', 'active', 'retired')"
    " and coalesce(z.sealed, s.sealed) is not null"
    " order by k.role, k.created_at, k.id";

}  // namespace

std::vector<ExportedKey> PostgresKeyExport::read(const dns::Name& zone) {
  const auto rows = pool_.acquire()->execute(select_keys.c_str(), {ByteView(name_key_of(zone))});
  std::vector<ExportedKey> keys;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const ByteView sealed = rows.bytea(row, key_column_count);
    keys.push_back({key_record_of(rows, row), Bytes(sealed.begin(), sealed.end()),
                    dns::Ttl::from_wire(static_cast<std::uint32_t>(rows.integer(row, key_column_count + 1)))});
  }
  return keys;
}

}  // namespace minidns::storage::postgres
