#include "central/commands/commands.hpp"
#include "central/commands/database.hpp"
#include "storage/postgres/signing_refresh.hpp"

#include <iostream>

namespace minidns::central {

void run_dnssec_accept_clock(CommandLine& line, const Settings& settings) {
  line.finish();
  auto pool = command_pool(settings);
  storage::postgres::PostgresSigningRefresh(pool).accept_clock();
  std::cout << "the database's time is taken for signatures from now on" << std::endl;
}

}  // namespace minidns::central
