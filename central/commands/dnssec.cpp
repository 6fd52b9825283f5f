#include "central/commands/commands.hpp"
#include "central/commands/database.hpp"
#include "central/commands/secrets.hpp"
#include "central/key_files.hpp"
#include "central/key_vault.hpp"
#include "storage/postgres/key_export.hpp"
#include "storage/postgres/signing_refresh.hpp"

#include <iostream>
#include <stdexcept>

namespace minidns::central {

void run_dnssec_accept_clock(CommandLine& line, const Settings& settings) {
  line.finish();
  auto pool = command_pool(settings);
  storage::postgres::PostgresSigningRefresh(pool).accept_clock();
  std::cout << "the database's time is taken for signatures from now on" << std::endl;
}

void run_dnssec_export(CommandLine& line, const Settings& settings, const Clock& clock) {
  const auto text = line.take_argument("ZONE");
  const auto directory = line.required("directory");
  line.finish();
  const auto zone = dns::Name::from_text(text.ends_with('.') ? text : text + ".");
  if (!zone) {
    throw UsageError("ZONE: " + zone.error().detail);
  }
  CommandSecrets command(settings, clock);
  SealedKeyVault vault(command.secrets.shared(), command.secrets.ksks());
  const auto files = export_keys(*zone, storage::postgres::PostgresKeyExport(command.pool).read(*zone), vault);
  write_key_files(directory, files);
  for (const KeyFiles& key : files) {
    std::cout << key.base << "\n";
  }
  std::cout.flush();
}

}  // namespace minidns::central
