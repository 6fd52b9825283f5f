#pragma once

#include "storage/postgres/newest_epoch.hpp"

#include <memory>

namespace minidns::storage::postgres {

/// What is checked on every new session of a program that only reads (`ConnectionPool::OnConnect`): that the schema is
/// known, and that the database isn't of an older epoch than one that this program has seen: an old primary that came
/// back, or a replica that still follows it. A session that was accepted before a newer epoch was seen is outdated: its
/// next use opens another. Copies share what they have seen. Throws SchemaMismatch, Unavailable.
class ReaderCheck {
 public:
  /// `hosts`: see NewestEpoch.
  explicit ReaderCheck(std::optional<ConnectionSettings> hosts = std::nullopt)
      : newest_(std::make_shared<NewestEpoch>(std::move(hosts))) {}

  void operator()(Connection& connection) const;

  void saw(std::int64_t epoch) const { newest_->saw(epoch); }
  /// 0 at first.
  [[nodiscard]] std::int64_t newest_epoch() const { return newest_->get(); }

 private:
  std::shared_ptr<NewestEpoch> newest_;
};

}  // namespace minidns::storage::postgres
