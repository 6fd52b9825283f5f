#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/views.hpp"

namespace minidns::storage::postgres {

/// Needs no events in the feed: those who serve know views by number, from keys, nameservers and rows.
class PostgresViews final : public Views {
 public:
  /// `pool` must outlive this.
  explicit PostgresViews(ConnectionPool& pool) : pool_(pool) {}

  ViewRecord create(const std::string& name, const std::optional<std::string>& description) override;
  [[nodiscard]] std::optional<ViewRecord> get(const std::string& name) override;
  [[nodiscard]] std::vector<ViewRecord> list() override;
  std::optional<ViewRecord> describe(const std::string& name, const std::optional<std::string>& description) override;
  Removal remove(const std::string& name) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
