#pragma once

#include "central/dnssec_policy_port.hpp"
#include "central/key_rolling.hpp"
#include "central/key_vault.hpp"
#include "central/parent/view.hpp"
#include "central/zone_dnssec_port.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "storage/postgres/dnssec_policies.hpp"
#include "storage/postgres/key_rolls.hpp"
#include "storage/postgres/signing_refresh.hpp"
#include "storage/postgres/zone_content.hpp"
#include "storage/postgres/zone_dnssec.hpp"
#include "tests/postgres/storage_support.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage::postgres {

/// The parent of every zone, with one nameserver.
class FakeParent final : public central::ParentProbe {
 public:
  [[nodiscard]] central::ParentView look(const dns::Name& zone) override;

  /// The DS set, of which the records are as the API shows them; nothing: it doesn't answer.
  void set(std::optional<std::vector<std::string>> ds) { ds_ = std::move(ds); }
  static constexpr std::int32_t ttl_s = 1800;

 private:
  std::optional<std::vector<std::string>> ds_;
};

/// central's DNSSEC ports on one database, beside a Desk's.
class SigningDesk {
 public:
  explicit SigningDesk(Desk& desk);
  ~SigningDesk();
  SigningDesk(const SigningDesk&) = delete;
  SigningDesk& operator=(const SigningDesk&) = delete;

  /// What signing a zone by a policy gave; throws with the reason.
  api::ZoneDnssecView sign(const ZoneId& zone, const std::string& policy = "default");
  /// The problem with it, as text.
  [[nodiscard]] std::string refusal(const ZoneId& zone, const std::string& policy = "default");
  void add_policy(const std::string& name, const api::DnssecPolicyRequest& fields);

  [[nodiscard]] central::ZoneDnssecPort& zones() { return zones_; }
  [[nodiscard]] central::DnssecPolicyPort& policies() { return policies_; }
  [[nodiscard]] PostgresSigningRefresh& refresh() { return refresh_; }
  [[nodiscard]] central::SealedKeyVault& vault() { return vault_; }
  [[nodiscard]] central::KeyRoller& roller() { return roller_; }
  [[nodiscard]] const SecretBox& master() const { return master_; }
  [[nodiscard]] FakeParent& parent() { return parent_; }

 private:
  SystemClock clock_;
  SecretBox master_;
  PostgresZoneDnssec zone_store_;
  PostgresDnssecPolicies policy_store_;
  PostgresSigningRefresh refresh_;
  PostgresKeyRolls rolls_;
  SecretBox ksk_master_;
  central::SealedKeyVault vault_;
  FakeParent parent_;
  central::DnssecPolicyPort policies_;
  central::ZoneDnssecPort zones_;
  int log_fd_;
  Logger log_;
  central::KeyRoller roller_;
};

/// A database with a pool, what central does there for people, and how it signs.
class SigningStorageTest : public StorageTest {
 protected:
  explicit SigningStorageTest(int nameservers = 0) : nameservers_(nameservers) {}
  void SetUp() override;

  [[nodiscard]] Desk& desk() { return *desk_; }
  [[nodiscard]] SigningDesk& signing() { return *signing_; }

 private:
  int nameservers_;
  std::optional<Desk> desk_;
  std::optional<SigningDesk> signing_;
};

/// mdns' view of a database: with its rights, and the master key alone.
class Reader {
 public:
  Reader(const std::string& conninfo, const SecretStore& master);

  [[nodiscard]] PostgresZoneContent& content() { return content_; }
  [[nodiscard]] ZoneHead head(const ZoneId& zone);
  /// The zone signed with what is read.
  [[nodiscard]] std::shared_ptr<const dns::ZoneSnapshot> signed_zone(const ZoneId& zone);

 private:
  const SecretStore& master_;
  PostgresZoneContent content_;
};

}  // namespace minidns::storage::postgres
