#pragma once

#include "storage/dnssec_policies.hpp"
#include "storage/postgres/connection.hpp"

namespace minidns::storage::postgres {

/// The policy that a zone is signed by.
[[nodiscard]] std::optional<DnssecPolicyRecord> read_policy(Connection& connection, const DnssecPolicyId& id);

/// Needs no events in the feed: only central reads policies.
class PostgresDnssecPolicies final : public DnssecPolicies {
 public:
  /// `pool` must outlive this.
  explicit PostgresDnssecPolicies(ConnectionPool& pool) : pool_(pool) {}

  DnssecPolicyRecord create(const DnssecPolicyId& id, const DnssecPolicyFields& fields) override;
  [[nodiscard]] std::optional<DnssecPolicyRecord> get(const std::string& name) override;
  [[nodiscard]] std::vector<DnssecPolicyRecord> list() override;
  std::optional<DnssecPolicyRecord> update(const std::string& name, const Change& change) override;
  Removal remove(const std::string& name) override;
  [[nodiscard]] std::vector<DnssecDefault> defaults() override;
  bool set_default(const DnssecDefault& value) override;
  bool remove_default(DnssecDefault::Scope scope, const std::string& subject) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
