#include "api/pool_request.hpp"

#include "api/body.hpp"
#include "api/field_parsers.hpp"
#include "api/vocabulary.hpp"
#include "dns/catalog.hpp"

#include <utility>

namespace minidns::api {
namespace {

constexpr std::string_view noun = "pool";
constexpr std::int64_t priority_max = 10'000;

std::optional<std::string> parse_pool_name(const Field& field) {
  return parse_line(field, 1, pool_name_length_max);
}

std::optional<std::int32_t> parse_threshold(const Field& field) {
  const auto value = parse_integer(field, 1, pool_threshold_max);
  return value ? std::optional(static_cast<std::int32_t>(*value)) : std::nullopt;
}

std::optional<std::int32_t> parse_priority(const Field& field) {
  const auto value = parse_integer(field, 0, priority_max);
  return value ? std::optional(static_cast<std::int32_t>(*value)) : std::nullopt;
}

std::optional<UnknownZones> parse_unknown_zones(const Field& field) {
  return parse_word(field, unknown_zones_words);
}

std::optional<NsRecord> parse_ns_record(const Field& field) {
  ObjectReader reader(field.value(), field.path(), field.errors());
  auto hostname = reader.required("hostname", parse_name);
  const auto priority = reader.optional("priority", parse_priority);
  reader.finish("ns_record");
  if (!hostname) {
    return std::nullopt;
  }
  return NsRecord{std::move(*hostname), priority.value_or(NsRecord{dns::Name::root()}.priority)};
}

std::optional<std::vector<NsRecord>> parse_ns_records(const Field& field) {
  auto records = parse_list(field, pool_ns_records_max, parse_ns_record);
  if (!records) {
    return std::nullopt;
  }
  refuse_repeats(field, *records, [](const NsRecord& record) { return record.hostname; });
  return field.value().get_array().empty() ? field.fail("needs at least one") : std::move(records);
}

std::optional<SocketAddress> parse_primary(const Field& field) {
  ObjectReader reader(field.value(), field.path(), field.errors());
  const auto address = reader.required("address", parse_ip_address);
  const auto port = reader.required("port", parse_port);
  reader.finish("primary");
  return address && port ? std::optional(SocketAddress{*address, *port}) : std::nullopt;
}

std::optional<std::vector<SocketAddress>> parse_primaries(const Field& field) {
  auto primaries = parse_list(field, pool_primaries_max, parse_primary);
  if (primaries) {
    refuse_repeats(field, *primaries, [](const SocketAddress& primary) { return primary; });
  }
  return primaries;
}

std::optional<CatalogFamily> parse_family(const Field& field) {
  return parse_word(field, catalog_family_words);
}

std::optional<dns::Name> parse_catalog_name(const Field& field) {
  auto name = parse_name(field);
  if (!name) {
    return std::nullopt;
  }
  if (name->is_root()) {
    return field.fail("the root can't be a catalog");
  }
  const bool fits = name->wire().size() <= dns::catalog_name_size_octets_max;
  return fits ? std::move(name) : field.fail("too long: its members' names must fit below it");
}

std::optional<std::string> parse_group(const Field& field) {
  return parse_line(field, 1, dns::catalog_group_size_octets_max);
}

std::optional<Catalog> parse_catalog(const Field& field) {
  ObjectReader reader(field.value(), field.path(), field.errors());
  const auto family = reader.required("family", parse_family);
  auto name = reader.required("name", parse_catalog_name);
  auto group = reader.nullable("group", parse_group);
  reader.finish("catalog");
  if (!family || !name) {
    return std::nullopt;
  }
  if (group && *family != CatalogFamily::knot) {
    reader.fail("group", "only Knot knows groups");
    return std::nullopt;
  }
  return Catalog{*family, std::move(*name), std::move(group)};
}

std::optional<std::vector<Catalog>> parse_catalogs(const Field& field) {
  auto catalogs = parse_list(field, pool_catalogs_max, parse_catalog);
  if (catalogs) {
    refuse_repeats(field, *catalogs, [](const Catalog& catalog) { return catalog.family; });
    refuse_repeats(field, *catalogs, [](const Catalog& catalog) { return catalog.name; });
  }
  return catalogs;
}

}  // namespace

Result<NewPool> parse_new_pool(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<NewPool> {
    auto name = reader.required("name", parse_pool_name);
    auto description = reader.nullable("description", parse_description);
    auto ns_records = reader.required("ns_records", parse_ns_records);
    auto primaries = reader.optional("primaries", parse_primaries);
    const auto threshold = reader.nullable("threshold", parse_threshold);
    const auto unknown_zones = reader.optional("unknown_zones", parse_unknown_zones);
    const auto is_default = reader.optional("is_default", parse_boolean);
    auto catalogs = reader.optional("catalogs", parse_catalogs);
    if (!name || !ns_records) {
      return std::nullopt;
    }
    return NewPool{std::move(*name),
                   std::move(description),
                   std::move(*ns_records),
                   std::move(primaries).value_or(std::vector<SocketAddress>{}),
                   threshold,
                   unknown_zones.value_or(UnknownZones::remove),
                   is_default.value_or(false),
                   std::move(catalogs).value_or(std::vector<Catalog>{})};
  });
}

Result<PoolChange> parse_pool_change(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<PoolChange> {
    PoolChange change;
    change.name = reader.optional("name", parse_pool_name);
    change.description = reader.change("description", parse_description);
    change.ns_records = reader.optional("ns_records", parse_ns_records);
    change.primaries = reader.optional("primaries", parse_primaries);
    change.threshold = reader.change("threshold", parse_threshold);
    change.unknown_zones = reader.optional("unknown_zones", parse_unknown_zones);
    change.is_default = reader.optional("is_default", parse_boolean);
    change.catalogs = reader.optional("catalogs", parse_catalogs);
    return change;
  });
}

}  // namespace minidns::api
