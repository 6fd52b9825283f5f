#include "central/zone_importer.hpp"

#include "central/canonical_rdata.hpp"
#include "central/recordset_rules.hpp"
#include "central/signing_rules.hpp"
#include "central/version_policy.hpp"
#include "dns/text/rdata_text.hpp"
#include "dns/text/zone_file.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace minidns::central {
namespace {

constexpr const char* author = "zone import";

[[noreturn]] void fail(const std::string& message) {
  throw std::runtime_error(message);
}

std::string words_of(const api::Problem& problem) {
  std::string text = problem.message.empty() ? std::string(api::traits_of(problem.type).type) : problem.message;
  for (const auto& error : problem.errors) {
    for (const auto& part : error.path) {
      text += " " + part;
    }
    text += ": " + error.message;
  }
  return text;
}

const char* words_of(storage::ImportConflict conflict) {
  switch (conflict) {
    case storage::ImportConflict::cname_beside_others:
      return "a CNAME can't stand beside other records (RFC 1034 §3.6.2)";
    case storage::ImportConflict::many_cnames:
      return "only one CNAME or DNAME can stand at a name";
    case storage::ImportConflict::below_dname:
      return "no records can be below a DNAME (RFC 6672 §2.4)";
    case storage::ImportConflict::ds_without_ns:
      return "a DS needs NS records beside it, and can't be at the apex";
    case storage::ImportConflict::too_many_for_bind:
      return "BIND refuses a zone with more than 100 records of one name and type";
    case storage::ImportConflict::in_the_way_of_a_view:
      return "it can't be together with a recordset that the zone has in a single view";
  }
  throw std::logic_error("no such conflict");
}

bool is_kept_by_zone(const dns::ZoneFileRecord& record, const dns::Name& zone) {
  return record.type == dns::RRType::soa || (record.type == dns::RRType::ns && record.owner == zone);
}

std::string at_line(const dns::ZoneFileRecord& record, const std::string& what) {
  return "line " + std::to_string(record.line) + ": " + record.owner.to_text() + " " + record.type.to_text() + ": " +
         what;
}

void check(const dns::ZoneFileRecord& record, const dns::Name& zone) {
  if (!record.owner.is_at_or_below(zone)) {
    fail(at_line(record, "is not in the zone " + zone.to_text()));
  }
  if (const auto allowed = check_type(record.type); !allowed) {
    fail(at_line(record, words_of(allowed.error())));
  }
}

void check(storage::ZoneImport& import) {
  const auto faults = import.faults(bind_records_per_type_max, import_faults_max);
  if (faults.empty()) {
    return;
  }
  std::string text = "the zone file was not imported:";
  for (const auto& fault : faults) {
    text += "\n  " + fault.owner.to_text() + ": " + words_of(fault.conflict);
  }
  fail(text);
}

}  // namespace

ZoneId ZoneImporter::find_or_create(const dns::Name& zone, const ProjectId& project, const std::string& email) {
  const storage::ZoneQuery query{.name = storage::TextFilter{zone.to_text()},
                                 .email = {},
                                 .description = {},
                                 .kind = {},
                                 .propagation = {},
                                 .ttl = {}};
  const auto found = reader_.zones({project}, query, {.limit = 2, .marker = {}, .key = storage::ZoneSort::created_at});
  for (const auto& present : found.items) {
    if (!present.deleted) {
      if (present.fields.kind != storage::ZoneKind::primary) {
        fail("the zone is SECONDARY: its content comes from its masters");
      }
      return present.id;
    }
  }
  const api::Scope scope{.token = TokenId(Uuid::version7(clock_.wall())),
                         .project = project,
                         .role = api::Role::admin,
                         .request_id = author};
  const auto made = zones_.create(scope, {.name = zone,
                                          .type = api::ZoneType::primary,
                                          .email = email,
                                          .description = {},
                                          .ttl = {},
                                          .attributes = {},
                                          .masters = {}});
  if (!made) {
    fail("the zone can't be made: " + words_of(made.error()));
  }
  return made->id;
}

dns::Ttl ZoneImporter::upload(std::istream& file, const dns::Name& zone, storage::ZoneImport& import) {
  auto ttl_max = dns::Ttl::from_wire(0);
  dns::ZoneFileReader reader(file, zone);
  for (;;) {
    auto next = reader.next();
    if (!next) {
      fail(next.error().detail);
    }
    if (!*next) {
      return ttl_max;
    }
    auto& record = **next;
    if (is_kept_by_zone(record, zone)) {
      continue;
    }
    check(record, zone);
    ttl_max = std::max(ttl_max, record.ttl);
    auto canonical = canonical_rdata(record.type, record.rdata);
    auto text = dns::rdata_to_text(record.type, record.rdata);
    import.add({.id = RecordsetId(Uuid::version7(clock_.wall())),
                .owner = std::move(record.owner),
                .type = record.type,
                .ttl = record.ttl,
                .rdata = std::move(record.rdata),
                .canonical = std::move(canonical),
                .text = std::move(text)});
  }
}

ImportOutcome ZoneImporter::run(std::istream& file, const dns::Name& zone, const ProjectId& project,
                                const std::string& email) {
  const auto id = find_or_create(zone, project, email);
  const auto import = imports_.begin(id, zone);
  const auto ttl_max = upload(file, zone, *import);
  const auto counts = import->finish_upload();
  check(*import);
  const auto published = import->publish(author, [&](const storage::LockedZone& locked) {
    if (const auto allowed = check_ttl(locked.signing, ttl_max, {"ttl"}); !allowed) {
      fail(words_of(allowed.error()));
    }
    return next_stamp(locked.head, locked.head_epoch != locked.current_epoch, locked.now);
  });
  if (!published) {
    fail("the zone was deleted meanwhile");
  }
  return {id, counts, published->changed, published->head};
}

}  // namespace minidns::central
