#pragma once

#include "base/clock.hpp"
#include "base/envelope.hpp"
#include "base/log.hpp"
#include "base/master_keys.hpp"
#include "base/metrics.hpp"
#include "dnssec/crypto/key_opener.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/data_keys.hpp"

#include <memory>
#include <vector>

namespace minidns::mdns {

/// With what sealed secrets are opened. Data keys come with the TSIG keys that they seal, from the database or the
/// local store; one that hasn't come yet is asked for. Safe on every thread.
class Secrets {
 public:
  /// One connection of `connections` is used at a time, also by a thread that has another.
  Secrets(MasterKeys masters, std::shared_ptr<storage::postgres::ConnectionPool> connections, const Clock& clock,
          Metrics& metrics, const Logger& log);

  [[nodiscard]] const SecretStore& store() const { return envelope_; }
  [[nodiscard]] const dnssec::KeyOpener& signing_keys() const { return signing_keys_; }
  /// Data keys under master keys that we haven't got are an error in the log, and counted.
  void learn(const std::vector<WrappedDataKey>& keys) const;

 private:
  const std::shared_ptr<storage::postgres::ConnectionPool> connections_;
  const Gauge foreign_;
  const Logger& log_;
  storage::postgres::PostgresDataKeySource source_;
  const Envelope envelope_;
  const dnssec::SealedKeyOpener signing_keys_;
};

}  // namespace minidns::mdns
