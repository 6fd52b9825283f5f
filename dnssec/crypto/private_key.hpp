#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "dnssec/algorithm.hpp"
#include "dnssec/dnskey.hpp"
#include "dnssec/error.hpp"

#include <memory>
#include <string_view>

namespace minidns::dnssec {

/// A private key for signing zones: always a valid one, never changed, cheap to copy. Kept once, wiped with its last
/// copy. Safe on every thread.
class PrivateKey {
 public:
  static constexpr int rsa_bits_default = 2048;
  static constexpr int rsa_bits_min = 2048;  ///< of new keys; others are taken from 1024
  static constexpr int rsa_bits_max = 4096;  ///< RFC 3110 §2

  /// A new key. `rsa_bits` counts for RSA only. Takes a second or more for RSA. `bad_input`: rsa_bits out of range or
  /// no multiple of 8. Whether the key tag is free is for the caller to see.
  [[nodiscard]] static Result<PrivateKey> generate(Algorithm algorithm, int rsa_bits = rsa_bits_default);

  /// What `stored` made. `bad_key`, `unknown_algorithm`. RSA costs a signature and its verification, ECDSA and EdDSA
  /// one multiplication on the curve.
  [[nodiscard]] static Result<PrivateKey> from_stored(ByteView octets);
  /// The form that is kept, to be sealed: octet 1 (this form), the algorithm's number, then the scalar (ECDSA, of the
  /// order's size), the seed (EdDSA), or the eight numbers of PKCS #1, each behind its length in two octets (RSA).
  [[nodiscard]] Secret stored() const;

  /// A `.private` file of dnssec-keygen, ldns-keygen, or `pdnsutil export-zone-key`: `Private-key-format` v1.2 or v1.3.
  /// Unknown fields (the times among them) are passed over. `bad_key`, `unknown_algorithm`.
  [[nodiscard]] static Result<PrivateKey> from_bind_text(std::string_view text);
  /// v1.3, without times.
  [[nodiscard]] Secret to_bind_text() const;
  static constexpr std::size_t bind_text_size_max = 16'384;  ///< RSA with 4096 bits has 3.3k

  [[nodiscard]] Algorithm algorithm() const;
  /// As in a DNSKEY (RFC 3110, RFC 6605 §4, RFC 8080 §3).
  [[nodiscard]] const Bytes& public_key() const;
  [[nodiscard]] Dnskey dnskey(std::uint16_t flags) const { return {flags, algorithm(), public_key()}; }
  [[nodiscard]] bool matches(const Dnskey& key) const;

 private:
  struct Parts;
  explicit PrivateKey(std::shared_ptr<const Parts> parts);
  [[nodiscard]] static Result<PrivateKey> from_secret(Secret stored);

  std::shared_ptr<const Parts> parts_;
};

}  // namespace minidns::dnssec
