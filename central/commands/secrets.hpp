#pragma once

#include "base/clock.hpp"
#include "central/master_key_change.hpp"
#include "central/secrets.hpp"
#include "central/settings.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/data_keys.hpp"

namespace minidns::central {

/// Of the configuration. Throws std::runtime_error.
[[nodiscard]] BothMasterKeys read_master_keys(const Settings& settings);

/// A command's connections, and what is sealed in the database.
struct CommandSecrets {
  /// Throws std::runtime_error where master keys can't be read, or don't fit the database's data keys; what storage
  /// throws.
  CommandSecrets(const Settings& settings, const Clock& clock);

  storage::postgres::ConnectionPool pool;
  storage::postgres::PostgresDataKeys keys;
  BothMasterKeys masters;
  Secrets secrets;
};

}  // namespace minidns::central
