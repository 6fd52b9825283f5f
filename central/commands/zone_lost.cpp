#include "central/commands/commands.hpp"
#include "central/commands/database.hpp"
#include "storage/hints.hpp"
#include "storage/postgres/feed_numbering.hpp"
#include "storage/postgres/recovery.hpp"

#include <iostream>
#include <stdexcept>

namespace minidns::central {

void run_zone_lost(CommandLine& line, const Settings& settings) {
  line.finish();
  auto pool = command_pool(settings);
  storage::postgres::PostgresRecovery recovery(pool);
  for (const auto& zone : recovery.lost_zones()) {
    std::cout << zone.name.to_text() << " serial=" << zone.serial.value() << " id=" << zone.zone.to_string() << "\n";
  }
}

void run_zone_forget(CommandLine& line, const Settings& settings) {
  const auto text = line.take_argument("NAME");
  line.finish();
  const auto name = dns::Name::from_text(text);
  if (!name) {
    throw UsageError("NAME is no domain name");
  }
  auto pool = command_pool(settings);
  storage::postgres::PostgresRecovery recovery(pool);
  if (!recovery.forget_lost(*name)) {
    throw std::runtime_error("no lost zone has this name");
  }
  const auto connection = pool.acquire();
  const auto head = storage::postgres::number_changes(*connection);
  connection->notify(storage::channel_feed, std::to_string(head));
}

}  // namespace minidns::central
