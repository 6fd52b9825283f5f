#include "storage/postgres/zone_import.hpp"

#include "central/commands/commands.hpp"
#include "central/commands/database.hpp"
#include "central/commands/secrets.hpp"
#include "central/zone_importer.hpp"
#include "central/zone_port.hpp"
#include "storage/hints.hpp"
#include "storage/postgres/feed_numbering.hpp"
#include "storage/postgres/signing_refresh.hpp"
#include "storage/postgres/zone_edit.hpp"
#include "storage/postgres/zone_reader.hpp"

#include <fstream>
#include <iostream>

namespace minidns::central {
namespace {

namespace postgres = storage::postgres;

/// A command has no thread that numbers: it does so itself, once, when it has committed all.
class AtTheEnd final : public Announcer {
 public:
  void committed(const ZoneId& /*zone*/, dns::Version /*version*/) override {}
  void changed() override {}
};

void announce(postgres::ConnectionPool& pool, const ImportOutcome& outcome) {
  const auto connection = pool.acquire();
  connection->notify(storage::channel_versions,
                     outcome.zone.to_string() + " " + std::to_string(outcome.head.version.value()));
  connection->notify(storage::channel_feed, std::to_string(postgres::number_changes(*connection)));
}

dns::Name zone_name_of(const std::string& text) {
  const auto name = dns::Name::from_text(text);
  if (!name) {
    throw UsageError("--zone: " + name.error().detail);
  }
  return *name;
}

}  // namespace

void run_zone_import(CommandLine& line, const Settings& settings, const Clock& clock) {
  const auto path = line.take_argument("FILE");
  const auto zone = zone_name_of(line.required("zone"));
  const ProjectId project(line.required("project"));
  const auto email = line.optional("email").value_or("");
  line.finish();
  std::ifstream file(path);
  if (!file) {
    throw std::runtime_error("can't read " + path);
  }

  auto pool = command_pool(settings);
  postgres::PostgresZoneReader reader(pool);
  postgres::PostgresZoneEditor editor(pool);
  postgres::PostgresZoneImports imports(pool);
  AtTheEnd announcer;
  postgres::PostgresDataKeys keys(pool);
  auto masters = read_master_keys(settings);
  const Secrets secrets(std::move(masters.shared), std::move(masters.ksk), keys, clock);
  const SecondaryRules secondary(settings.inbound_policy, secrets.shared());
  postgres::PostgresSigningRefresh refresh(pool);
  SealedKeyVault vault(secrets.shared(), secrets.ksks());
  const FirstSigning first_signing(vault, refresh, clock);
  ZonePort zones(reader, editor, secondary, first_signing, announcer, clock);
  const auto outcome = ZoneImporter(zones, reader, imports, clock).run(file, zone, project, email);
  announce(pool, outcome);
  std::cout << "zone " << outcome.zone.to_string() << ": " << outcome.counts.records << " records in "
            << outcome.counts.recordsets << " recordsets, "
            << (outcome.changed ? "new serial " : "nothing new, serial ") << outcome.head.serial.value() << std::endl;
}

}  // namespace minidns::central
