// KSKs in a token: central asks it for signatures, and the database has a reference to each key.
#include "central/key_files.hpp"
#include "dnssec/crypto/make_signer.hpp"
#include "storage/postgres/key_export.hpp"
#include "tests/postgres/signing_support.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <map>
#include <optional>

namespace minidns::storage::postgres {
namespace {

/// What a vault on PKCS #11 would be: KSKs are made in the token and never leave it; the rest is sealed.
class TokenVault final : public central::KeyVault {
 public:
  explicit TokenVault(const SecretStore& shared) : sealed_(shared, nullptr) {}

  [[nodiscard]] bool has_ksk_store() const override { return true; }
  [[nodiscard]] dnssec::Result<NewZoneKey> make(KeyRole role, dnssec::Algorithm algorithm,
                                                const DnssecKeyId& id) override {
    if (role != KeyRole::ksk) return sealed_.make(role, algorithm, id);
    auto key = dnssec::PrivateKey::generate(algorithm).value();
    const auto dnskey = key.dnskey(dnssec::Dnskey::flags_ksk);
    keys_.emplace(id, key);
    return NewZoneKey{.id = id,
                      .role = role,
                      .key_tag = dnskey.key_tag(),
                      .algorithm = static_cast<std::uint8_t>(algorithm),
                      .dnskey = dnskey.rdata(),
                      .state = KeyState::active,
                      .private_sealed = reference_to(id)};
  }
  [[nodiscard]] dnssec::Result<NewZoneKey> take_in(KeyRole role, const Secret& bind_text,
                                                   const DnssecKeyId& id) override {
    if (role == KeyRole::ksk) return dnssec::Error{dnssec::Errc::bad_key, "the token makes its own keys"};
    return sealed_.take_in(role, bind_text, id);
  }
  [[nodiscard]] dnssec::Result<std::shared_ptr<const dnssec::Signer>> open(KeyRole role, const DnssecKeyId& id,
                                                                           const dns::Rdata& dnskey,
                                                                           ByteView sealed) override {
    if (role != KeyRole::ksk) return sealed_.open(role, id, dnskey, sealed);
    EXPECT_EQ(Bytes(sealed.begin(), sealed.end()), reference_to(id));
    return dnssec::make_signer(keys_.at(id), dnssec::Dnskey::flags_ksk);
  }

  [[nodiscard]] static Bytes reference_to(const DnssecKeyId& id) {
    const std::string reference = "\x03pkcs11:object=" + id.to_string();
    return {reference.begin(), reference.end()};
  }

 private:
  central::SealedKeyVault sealed_;
  std::map<DnssecKeyId, dnssec::PrivateKey> keys_;
};

class KeyStoresTest : public StorageTest {};

TEST_F(KeyStoresTest, AZoneIsSignedWithAKskThatIsNowhereInTheDatabase) {
  add_pool();
  Desk desk(conninfo());
  const SystemClock clock;
  const auto box = *SecretBox::create(Secret(Bytes(32, 7)));
  TokenVault vault(box);
  PostgresZoneDnssec zones(desk.pool());
  PostgresDnssecPolicies policies(desk.pool());
  PostgresSigningRefresh refresh(desk.pool());
  central::ZoneDnssecPort port({zones, policies, desk.editor(), refresh}, vault, desk.announcer(), clock);

  const auto zone = desk.create_zone("example.org.").id;
  ASSERT_TRUE(port.sign(Desk::scope(), zone, {.policy = "default", .keys = {}}).has_value());
  (void)desk.create_recordset(zone, "www.example.org.", dns::RRType::a, {"192.0.2.1"});
  EXPECT_EQ(dnssec::test::complaints(*Reader(conninfo(), box).signed_zone(zone)), "");
  EXPECT_EQ(sql("select get_byte(sealed, 0) from ksk_secrets"), "3");

  const auto name = dns::Name::from_text("example.org.").value();
  EXPECT_THROW((void)central::export_keys(name, PostgresKeyExport(desk.pool()).read(name), vault), std::runtime_error)
      << "it can't leave";
}

}  // namespace
}  // namespace minidns::storage::postgres
