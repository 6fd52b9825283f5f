#include "tests/unit/dnssec_zone_support.hpp"

#include "base/digest.hpp"
#include "dns/record_ttl.hpp"
#include "dns/snapshot/cursor.hpp"
#include "dns/text/rdata_text.hpp"
#include "dns/text/zone_file.hpp"
#include "dnssec/zone/canonical.hpp"
#include "dnssec/zone/zone_signer.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <sstream>
#include <stdexcept>

namespace minidns::dnssec::test {
namespace {

using KeyHandle = std::shared_ptr<EVP_PKEY>;

void require(bool good, const char* what) {
  if (!good) {
    throw std::runtime_error(what);
  }
}

/// Ed25519, and RSA with PKCS #1 v1.5: both deterministic.
class TestSigner final : public Signer {
 public:
  TestSigner(KeyHandle key, Algorithm algorithm, std::uint16_t key_tag)
      : key_(std::move(key)), algorithm_(algorithm), key_tag_(key_tag) {}
  [[nodiscard]] Algorithm algorithm() const override { return algorithm_; }
  [[nodiscard]] std::uint16_t key_tag() const override { return key_tag_; }
  [[nodiscard]] Result<std::vector<Bytes>> sign(std::span<const ByteView> messages) const override {
    const EVP_MD* digest = algorithm_ == Algorithm::rsasha256 ? EVP_sha256() : nullptr;
    std::vector<Bytes> signatures;
    for (const auto message : messages) {
      const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
      Bytes signature(static_cast<std::size_t>(EVP_PKEY_size(key_.get())));
      std::size_t size = signature.size();
      require(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1, "init");
      require(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1, "sign");
      signature.resize(size);
      signatures.push_back(std::move(signature));
    }
    return signatures;
  }

 private:
  KeyHandle key_;
  Algorithm algorithm_;
  std::uint16_t key_tag_;
};

SigningKey key_of(KeyHandle key, Algorithm algorithm, Bytes public_key, bool is_ksk, std::int64_t active_from_s) {
  Bytes dnskey{1, static_cast<std::uint8_t>(is_ksk ? 1 : 0), 3, static_cast<std::uint8_t>(algorithm)};
  dnskey.insert(dnskey.end(), public_key.begin(), public_key.end());
  const auto tag = key_tag_of(dnskey);
  return {dns::Rdata::from_octets(std::move(dnskey)).value(), active_from_s,
          std::make_shared<TestSigner>(std::move(key), algorithm, tag)};
}

}  // namespace

SigningKey ed25519_key(std::uint8_t seed, bool is_ksk, std::int64_t active_from_s) {
  std::array<std::uint8_t, 32> secret{};
  secret.fill(seed);
  const KeyHandle key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret.data(), secret.size()),
                      &EVP_PKEY_free);
  Bytes public_key(32);
  std::size_t size = public_key.size();
  require(EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) == 1, "public key");
  return key_of(key, Algorithm::ed25519, std::move(public_key), is_ksk, active_from_s);
}

SigningKey rsa_key(bool is_ksk, std::int64_t active_from_s) {
  const KeyHandle key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  BIGNUM* modulus = nullptr;
  require(EVP_PKEY_get_bn_param(key.get(), "n", &modulus) == 1, "modulus");
  Bytes public_key{3, 1, 0, 1};  // exponent 65537 (RFC 3110 §2)
  public_key.resize(4 + static_cast<std::size_t>(BN_num_bytes(modulus)));
  BN_bn2bin(modulus, public_key.data() + 4);
  BN_free(modulus);
  return key_of(key, Algorithm::rsasha256, std::move(public_key), is_ksk, active_from_s);
}

Result<std::vector<Bytes>> CountingSigner::sign(std::span<const ByteView> messages) const {
  std::vector<Bytes> signatures;
  for (const auto message : messages) {
    const auto digest = sha256(message);
    signatures.emplace_back(digest.begin(), digest.end());
  }
  count_ += messages.size();
  return signatures;
}

void publish(SigningInputs& inputs, const SigningKey& key) {
  inputs.dnskey.push_back(key.dnskey);
}

SigningInputs inputs_for(const dns::Name& apex, Denial denial, std::int64_t signing_time_s) {
  constexpr std::int64_t day_s = 86'400;
  SigningInputs inputs{.apex = apex,
                       .signing_time_s = signing_time_s,
                       .times = {7 * day_s, 21 * day_s, day_s, 1},
                       .denial = denial,
                       .key_ttl = dns::Ttl::from_seconds(3600).value(),
                       .dnskey = {},
                       .cds = {},
                       .cdnskey = {},
                       .zone_keys = {ed25519_key(2, false)},
                       .apex_keys = {ed25519_key(1, true)},
                       .stored = {}};
  publish(inputs, inputs.apex_keys.front());
  publish(inputs, inputs.zone_keys.front());
  inputs.cdnskey = {inputs.apex_keys.front().dnskey};
  const auto ksk = inputs.apex_keys.front().dnskey.octets();
  const auto lower = apex.lowercased();
  Bytes digested(lower.wire().begin(), lower.wire().end());
  digested.insert(digested.end(), ksk.begin(), ksk.end());
  const auto digest = sha256(digested);
  const auto tag = key_tag_of(ksk);
  Bytes cds{static_cast<std::uint8_t>(tag >> 8), static_cast<std::uint8_t>(tag & 0xff), ksk[3], 2};  // RFC 4034 §5.1
  cds.insert(cds.end(), digest.begin(), digest.end());
  inputs.cds = {dns::test::rdata(cds)};
  return inputs;
}

Content content_of(const dns::Name& apex, std::string_view zone_file) {
  Content content{apex, dns::test::soa(apex, 1), {}};
  std::istringstream input{"$TTL 3600\n@ NS ns.example.net.\n" + std::string(zone_file)};
  dns::ZoneFileReader reader(input, apex);
  while (auto record = reader.next().value()) {
    auto& rrset = content.rrsets
                      .try_emplace({dns::OwnerKey::of(record->owner, apex), record->type.value()},
                                   dns::RRset{record->owner, record->type, record->ttl, {}})
                      .first->second;
    rrset.rdata.push_back(std::move(record->rdata));
  }
  return content;
}

Result<Snapshot> try_sign(const Content& content, const SigningInputs& inputs, std::int64_t version) {
  auto signer = ZoneSigner::make(inputs, content.soa);
  if (!signer) {
    return signer.error();
  }
  for (const auto& [key, rrset] : content.rrsets) {
    if (auto added = signer->add(rrset); !added) {
      return added.error();
    }
  }
  return std::move(*signer).finish(dns::Version(version));
}

Snapshot sign(const Content& content, const SigningInputs& inputs, std::int64_t version) {
  auto zone = try_sign(content, inputs, version);
  if (!zone) {
    throw std::runtime_error(zone.error().detail);
  }
  return *zone;
}

std::string zone_file_of(const dns::ZoneSnapshot& zone, BelowDname below_dname) {
  std::string text;
  std::optional<dns::Name> dname;
  for (dns::SnapshotCursor cursor(zone); !cursor.at_end(); cursor.next()) {
    const auto rrset = cursor.rrset();
    if (dname && rrset.owner != *dname && rrset.owner.is_at_or_below(*dname) && below_dname == BelowDname::left_out) {
      continue;
    }
    if (rrset.type == dns::RRType::dname) {
      dname = rrset.owner;
    }
    for (const auto& rdata : rrset.rdata) {
      text += rrset.owner.to_text() + " " + std::to_string(dns::record_ttl(rrset, rdata).seconds()) + " IN " +
              rrset.type.to_text() + " " + dns::rdata_to_text(rrset.type, rdata) + "\n";
    }
  }
  return text;
}

}  // namespace minidns::dnssec::test
