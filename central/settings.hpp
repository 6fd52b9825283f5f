#pragma once

#include "api/settings.hpp"
#include "base/address_policy.hpp"
#include "base/settings.hpp"
#include "central/parent/probe.hpp"
#include "storage/postgres/connection.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace minidns::central {

/// How much of the past is kept: a version is pruned when it is neither among a zone's newest nor young.
struct Retention {
  std::int64_t versions_min = 20;                               ///< per zone, the newest always stay
  std::chrono::milliseconds age = std::chrono::hours(14 * 24);  ///< also of what is left of deleted zones
};

/// central's configuration file.
struct Settings {
  ProgramSettings program;
  DatabaseSettings database;
  api::ServerSettings server;
  std::size_t io_threads = 2;
  std::size_t request_queue_max = 1000;  ///< requests that wait for a database thread; more are answered 503
  Retention retention;
  /// Under which the data keys of KSKs are wrapped; only central has them. None: no zone gets a KSK.
  std::vector<MasterKeySource> ksk_master_keys;
  ParentSettings parents;        ///< of signed zones, asked for DS; empty: a person says what they have
  AddressPolicy inbound_policy;  ///< which addresses may be masters of SECONDARY zones
};

/// Throws ConfigError.
[[nodiscard]] Settings read_settings(const std::string& path);

[[nodiscard]] storage::postgres::ConnectionSettings connection_settings(const DatabaseSettings& database);

}  // namespace minidns::central
