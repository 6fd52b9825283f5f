#pragma once

#include "storage/postgres/newest_epoch.hpp"

#include <memory>

namespace minidns::storage::postgres {

/// What is checked on every new session of a program that writes (`ConnectionPool::OnConnect`): that the schema is
/// known, that the server is a primary, and the epoch (DESIGN.md §3): if the database's identity has changed, a new one
/// is opened. A database whose epoch is older than one that this program has seen (an old primary that came back) is
/// refused. Copies share what they have seen. Throws SchemaMismatch, Unavailable.
class WriterCheck {
 public:
  /// `hosts`: see NewestEpoch.
  explicit WriterCheck(std::optional<ConnectionSettings> hosts = std::nullopt)
      : newest_(std::make_shared<NewestEpoch>(std::move(hosts))) {}

  void operator()(Connection& connection) const;

 private:
  std::shared_ptr<NewestEpoch> newest_;
};

}  // namespace minidns::storage::postgres
