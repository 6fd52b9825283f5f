#pragma once

#include "storage/data_keys.hpp"
#include "storage/postgres/connection.hpp"

namespace minidns::storage::postgres {

class PostgresDataKeys final : public DataKeys {
 public:
  /// `pool` must outlive this.
  explicit PostgresDataKeys(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::vector<WrappedDataKey> read(KeyHierarchy hierarchy) override;
  void add_missing(KeyHierarchy hierarchy, const std::vector<WrappedDataKey>& keys) override;
  std::size_t rewrap(const std::vector<Rewrap>& rewraps) override;

 private:
  ConnectionPool& pool_;
};

/// For programs that only read data keys, those of the hierarchy that they share.
class PostgresDataKeySource final : public DataKeySource {
 public:
  /// `pool` must outlive this.
  explicit PostgresDataKeySource(ConnectionPool& pool) : keys_(pool) {}
  [[nodiscard]] std::vector<WrappedDataKey> read() override { return keys_.read(KeyHierarchy::shared); }

 private:
  PostgresDataKeys keys_;
};

class PostgresOldSealedValues final : public OldSealedValues {
 public:
  /// `pool` must outlive this.
  explicit PostgresOldSealedValues(ConnectionPool& pool) : pool_(pool) {}
  std::size_t seal_anew(KeyHierarchy hierarchy, const SealAnew& seal_anew) override;

 private:
  ConnectionPool& pool_;
};

/// Of the shared hierarchy, for whoever reads them together with other rows, in one state of the database.
inline constexpr const char* select_shared_data_keys = "select id, purpose, wrapped from data_keys order by id";
[[nodiscard]] std::vector<WrappedDataKey> data_keys_of(const Rows& rows);

}  // namespace minidns::storage::postgres
