#pragma once

#include "dns/snapshot/zone_snapshot.hpp"
#include "dnssec/signer.hpp"
#include "dnssec/zone/signing_inputs.hpp"
#include "tests/unit/snapshot_support.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::dnssec::test {

using dns::test::Content;
using dns::test::Snapshot;

/// Keys made of a seed, so that a test always has the same.
[[nodiscard]] SigningKey ed25519_key(std::uint8_t seed, bool is_ksk, std::int64_t active_from_s = 0);
/// A new RSASHA256 key of 2048 bits.
[[nodiscard]] SigningKey rsa_key(bool is_ksk, std::int64_t active_from_s = 0);

/// P 7 days, L 21 days, skew 1 day, one bucket; KSK and ZSK, a CDS; signing time `signing_time_s`.
[[nodiscard]] SigningInputs inputs_for(const dns::Name& apex, Denial denial, std::int64_t signing_time_s);
void publish(SigningInputs& inputs, const SigningKey& key);

/// Adds the records of a zone file (absolute or relative names, `$TTL` allowed) to a zone that has SOA and NS.
[[nodiscard]] Content content_of(const dns::Name& apex, std::string_view zone_file);

/// Full signing. A test that expects an error asks `try_sign`.
[[nodiscard]] Result<Snapshot> try_sign(const Content& content, const SigningInputs& inputs, std::int64_t version = 1);
[[nodiscard]] Snapshot sign(const Content& content, const SigningInputs& inputs, std::int64_t version = 1);

/// Names below a DNAME are occluded; kzonecheck takes them for errors.
enum class BelowDname { written, left_out };
[[nodiscard]] std::string zone_file_of(const dns::ZoneSnapshot& zone, BelowDname below_dname = BelowDname::written);

/// Whether a key signs the key set and the rest, which BIND has to be told.
enum class KeyRoles {
  split,
  one_for_all,
  several_for_all  ///< kzonecheck 3.2 isn't asked: it wants a signature by each, also in what dnssec-signzone signs
};
/// What the tools complain of: empty if ldns-verify-zone, dnssec-verify and kzonecheck are content.
[[nodiscard]] std::string complaints(const dns::ZoneSnapshot& zone, KeyRoles roles = KeyRoles::split);

/// Also that there is no ZONEMD record, or a wrong one (RFC 8976).
[[nodiscard]] std::string zonemd_complaints(const std::string& zone_file);

/// In place of signatures, hashes; and counts them. For large zones.
class CountingSigner final : public Signer {
 public:
  explicit CountingSigner(std::uint16_t key_tag) : key_tag_(key_tag) {}
  [[nodiscard]] Algorithm algorithm() const override { return Algorithm::ed25519; }
  [[nodiscard]] std::uint16_t key_tag() const override { return key_tag_; }
  [[nodiscard]] Result<std::vector<Bytes>> sign(std::span<const ByteView> messages) const override;
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::uint16_t key_tag_;
  mutable std::atomic<std::size_t> count_ = 0;
};

/// Zones that are valid to servers and hard to sign: cuts, DNAMEs, glue, occluded names, wildcards, empty
/// non-terminals, capitals, escapes, types from all over the range.
class HardZones {
 public:
  /// `labels`: to be used more often than others.
  HardZones(std::uint64_t seed, dns::Name apex, std::vector<std::string> labels = {})
      : random_(seed), apex_(std::move(apex)), labels_(std::move(labels)) {}
  [[nodiscard]] Content content(std::size_t rrsets);
  [[nodiscard]] Content changed(const Content& content, std::size_t changes);
  [[nodiscard]] std::size_t below(std::size_t limit) { return random_() % limit; }
  void put_random(Content& content);

 private:
  [[nodiscard]] dns::Name owner();
  [[nodiscard]] std::string label();
  [[nodiscard]] std::string random_case(std::string text);
  [[nodiscard]] dns::RRset random_rrset();
  void put_if_valid(Content& content, dns::RRset rrset);

  std::mt19937_64 random_;
  dns::Name apex_;
  std::vector<std::string> labels_;
};

}  // namespace minidns::dnssec::test
