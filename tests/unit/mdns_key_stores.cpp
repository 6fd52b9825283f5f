// Keys that aren't in the database: what it has is a reference, and mdns never sees the key.
#include "dnssec/crypto/make_signer.hpp"
#include "tests/unit/mdns_signed_zones.hpp"

#include <map>

namespace minidns::mdns::test {
namespace {

/// A token that has keys, beside those that are sealed. The first octet tells them apart.
class Token final : public dnssec::KeyOpener {
 public:
  static constexpr std::uint8_t form = 3;

  explicit Token(const SecretStore& secrets) : sealed_(secrets) {}
  Bytes add(std::uint8_t slot, dnssec::PrivateKey key) {
    keys_.emplace(slot, std::move(key));
    return {form, slot};
  }
  [[nodiscard]] dnssec::Result<std::shared_ptr<const dnssec::Signer>> open(const dnssec::Dnskey& dnskey,
                                                                           ByteView sealed,
                                                                           std::string_view context) const override {
    if (sealed.size() != 2 || sealed[0] != form) return sealed_.open(dnskey, sealed, context);
    const auto found = keys_.find(sealed[1]);
    if (found == keys_.end() || !found->second.matches(dnskey)) {
      return dnssec::Error{dnssec::Errc::bad_key, "no such key in the token"};
    }
    return dnssec::make_signer(found->second, dnskey.flags);
  }

 private:
  dnssec::SealedKeyOpener sealed_;
  std::map<std::uint8_t, dnssec::PrivateKey> keys_;
};

class KeyStores : public SignedZones {
 protected:
  storage::ZoneSigningKey in_token(std::uint8_t id, const dnssec::PrivateKey& key) {
    return {DnssecKeyId(uuid(id)), key.dnskey(dnssec::Dnskey::flags_ksk).rdata(), token_.add(id, key), 0};
  }
  Loaded load(std::int64_t version) {
    SnapshotCache cache{SnapshotCache::Limits{}};
    ZoneIndex index;
    ContentSigner signer(token_);
    ZoneLoader loader(content_, cache, index, log_, loader_metrics_, signer);
    WorkerPool workers("test", 1, 10);
    std::promise<Loaded> promise;
    loader.load(workers, {ZoneId(uuid(1))}, dns::Version(version),
                [&](const Loaded& loaded) { promise.set_value(loaded); });
    return promise.get_future().get();
  }

  Token token_{box_};
};

TEST_F(KeyStores, AZoneIsSignedByAKeyInATokenAsByOneThatIsSealed) {
  const auto key = dnssec::PrivateKey::generate(dnssec::Algorithm::ed25519).value();
  put(1, signing(begin, {in_token(7, key)}), {"a", "b"});
  const auto by_token = load(1);
  ASSERT_EQ(by_token.outcome, Loaded::Outcome::ready);
  storage::ZoneSigningKey sealed{DnssecKeyId(uuid(7)), key.dnskey(dnssec::Dnskey::flags_ksk).rdata(),
                                 box_.seal(key.stored(), storage::sealing_context(DnssecKeyId(uuid(7)))), 0};
  put(1, signing(begin, {sealed}), {"a", "b"});
  const auto by_sealed = load(1);
  ASSERT_EQ(by_sealed.outcome, Loaded::Outcome::ready);
  EXPECT_TRUE(dns::diff(*by_token.snapshot, *by_sealed.snapshot).changes.empty());
}

TEST_F(KeyStores, AKeyThatTheTokenLacksStopsTheZoneAndNeverServesItUnsigned) {
  const auto key = dnssec::PrivateKey::generate(dnssec::Algorithm::ed25519).value();
  auto missing = in_token(7, key);
  missing.private_sealed = {Token::form, 9};
  put(1, signing(begin, {missing}), {"a"});
  EXPECT_NE(load(1).outcome, Loaded::Outcome::ready);
  auto another = in_token(8, dnssec::PrivateKey::generate(dnssec::Algorithm::ed25519).value());
  another.dnskey = key.dnskey(dnssec::Dnskey::flags_ksk).rdata();
  put(1, signing(begin, {another}), {"a"});
  EXPECT_NE(load(1).outcome, Loaded::Outcome::ready);
}

}  // namespace
}  // namespace minidns::mdns::test
