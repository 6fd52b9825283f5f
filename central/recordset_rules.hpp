#pragma once

#include "api/problem.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "storage/zone_edit.hpp"

#include <optional>

/// What may be in a zone. Pure: no database, no clock.
namespace minidns::central {

/// The zone, as far as the rules need it.
struct ZoneTraits {
  dns::Name name;
  dns::Ttl ttl;
  bool pool_has_bind;
};

/// BIND refuses a zone with more records of one owner and type (`max-records-per-type`, from 9.18.28 on), and so the
/// whole transfer.
inline constexpr std::size_t bind_records_per_type_max = 100;

/// What a user may not make: SOA is made from the zone's fields, and DNSSEC's own types by the signer.
[[nodiscard]] api::Result<void> check_type(dns::RRType type);

/// The RRset that is to be served for what a user says; nothing if there are no records. Checks the name, every record
/// and what they are together. Errors name the field and the index of the record.
[[nodiscard]] api::Result<std::optional<dns::RRset>> make_rrset(const ZoneTraits& zone,
                                                                const storage::RecordsetFields& fields);

/// Whether an RRset of this owner and type may be there, in `view` or (nothing) in every view, with what is around it
/// there. All rules hold in each view by itself. What is there of the same type and view doesn't matter, as it would be
/// replaced.
[[nodiscard]] api::Result<void> check_place(const ZoneTraits& zone, const dns::Name& owner, dns::RRType type,
                                            const storage::Surroundings& around,
                                            const std::optional<ViewId>& view = std::nullopt);

/// Whether the RRset of this owner and type may go, with what is around it where it is.
[[nodiscard]] api::Result<void> check_removal(const dns::Name& owner, dns::RRType type,
                                              const storage::Surroundings& around);

}  // namespace minidns::central
