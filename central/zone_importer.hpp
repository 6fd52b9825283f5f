#pragma once

#include "api/ports.hpp"
#include "base/clock.hpp"
#include "dns/name.hpp"
#include "storage/zone_import.hpp"
#include "storage/zone_reader.hpp"

#include <cstddef>
#include <istream>
#include <string>

namespace minidns::central {

struct ImportOutcome {
  ZoneId zone;
  storage::ImportCounts counts;
  bool changed;
  storage::VersionStamp head;
};

/// Makes a zone file a zone's content: all of it or nothing. The zone is made if it isn't there. Its SOA and apex NS
/// stay its own, those of the file are left out. Failures are lines for a person, with the line of the file where one
/// is to blame.
class ZoneImporter {
 public:
  ZoneImporter(api::Zones& zones, storage::ZoneReader& reader, storage::ZoneImports& imports, const Clock& clock)
      : zones_(zones), reader_(reader), imports_(imports), clock_(clock) {}

  /// `email` is for a zone that has to be made. Throws std::runtime_error with what is wrong, and storage's errors.
  ImportOutcome run(std::istream& file, const dns::Name& zone, const ProjectId& project, const std::string& email);

 private:
  [[nodiscard]] ZoneId find_or_create(const dns::Name& zone, const ProjectId& project, const std::string& email);
  [[nodiscard]] dns::Ttl upload(std::istream& file, const dns::Name& zone, storage::ZoneImport& import);

  api::Zones& zones_;
  storage::ZoneReader& reader_;
  storage::ZoneImports& imports_;
  const Clock& clock_;
};

/// At most so many faults are told at once.
inline constexpr std::size_t import_faults_max = 20;

}  // namespace minidns::central
