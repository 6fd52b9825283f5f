#pragma once

#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dnssec/algorithm.hpp"
#include "dnssec/signer.hpp"
#include "dnssec/zone/signature_batch.hpp"
#include "dnssec/zone/signing_inputs.hpp"
#include "tests/harness/temp_dir.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace minidns::bench {

/// An unsigned zone: hosts with an address, each twelfth with an IPv6 address, too. Signing it with NSEC takes 1.92
/// signatures for each record.
class ZoneToSign {
 public:
  explicit ZoneToSign(std::size_t records) : hosts_(records * 12 / 13) {}

  [[nodiscard]] const dns::Name& apex() const { return apex_; }
  [[nodiscard]] std::size_t hosts() const { return hosts_; }
  [[nodiscard]] std::size_t records() const { return hosts_ + (hosts_ + 11) / 12; }
  [[nodiscard]] dns::RRset soa(std::uint32_t serial = 1) const;
  /// `which` only makes another address.
  [[nodiscard]] dns::RRset address(std::size_t host, std::uint8_t which = 10) const;
  /// Of a name that the zone doesn't have, behind that of `host`.
  [[nodiscard]] dns::RRset new_address(std::size_t host) const;
  /// All but the SOA, in the order of a zone.
  [[nodiscard]] std::vector<dns::RRset> rrsets() const;
  /// The same as text (RFC 1035 §5).
  void write(const std::string& path) const;

 private:
  dns::Name apex_ = dns::Name::from_text("sign.bench.example.").value();
  std::size_t hosts_;
};

/// Counts what another signer makes; or makes hashes in place of signatures, which shows what all but the cryptography
/// costs.
class CountingSigner final : public dnssec::Signer {
 public:
  enum class Makes { signatures, dummies };
  CountingSigner(std::shared_ptr<const dnssec::Signer> signer, Makes makes)
      : signer_(std::move(signer)), makes_(makes) {}
  [[nodiscard]] dnssec::Algorithm algorithm() const override { return signer_->algorithm(); }
  [[nodiscard]] std::uint16_t key_tag() const override { return signer_->key_tag(); }
  [[nodiscard]] dnssec::Result<std::vector<Bytes>> sign(std::span<const ByteView> messages) const override;
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::shared_ptr<const dnssec::Signer> signer_;
  Makes makes_;
  mutable std::atomic<std::size_t> count_ = 0;
};

/// A KSK and a ZSK, made by dnssec-keygen, so that every tool has the same.
class ZoneKeys {
 public:
  ZoneKeys(const ZoneToSign& zone, dnssec::Algorithm algorithm);

  [[nodiscard]] std::string folder() const { return folder_.path().string(); }
  /// Paths without `.key` and `.private`: KSK, ZSK.
  [[nodiscard]] const std::array<std::string, 2>& bases() const { return bases_; }
  [[nodiscard]] dnssec::Algorithm algorithm() const { return algorithm_; }

  struct Inputs {
    dnssec::SigningInputs inputs;
    std::shared_ptr<const CountingSigner> zone_signer;
  };
  /// P 7 days, L 21 days, skew 1 day; NSEC; signing time 2026-09-21.
  [[nodiscard]] Inputs inputs(const ZoneToSign& zone, std::uint32_t buckets,
                              CountingSigner::Makes makes = CountingSigner::Makes::signatures) const;

 private:
  harness::TempDir folder_{"zone-keys"};
  dnssec::Algorithm algorithm_;
  std::array<std::string, 2> bases_;
};

/// Full signing of `rrsets`, which it takes apart. Throws std::runtime_error with the reason.
[[nodiscard]] std::shared_ptr<const dns::ZoneSnapshot> sign_whole(const ZoneToSign& zone,
                                                                  std::vector<dns::RRset> rrsets,
                                                                  const dnssec::SigningInputs& inputs,
                                                                  const dnssec::Executor& executor);

}  // namespace minidns::bench
