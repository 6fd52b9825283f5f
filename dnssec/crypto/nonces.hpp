#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace minidns::dnssec {

/// ECDSA nonces by RFC 6979 §3.2: a function of the private key and the message's digest, made with HMAC over the same
/// hash (SHA-256 or SHA-384). Safe on every thread. Keeps the key only as hash states, which it wipes.
///
/// **Limitations**: orders as long as the hash and with the highest bit set, as those of P-256 and P-384: then §2.3.2's
/// bits2int is the number itself, and one block of HMAC is a candidate.
class Nonces {
 public:
  /// `private_key` and `order` big-endian, 32 octets (SHA-256) or 48 (SHA-384).
  Nonces(ByteView private_key, ByteView order);
  ~Nonces();
  Nonces(const Nonces&) = delete;
  Nonces& operator=(const Nonces&) = delete;

  /// A number in 1 … order − 1, big-endian. `digest` must be that of the very message that is signed. `skipped`: how
  /// many suitable numbers before it made no signature (r or s was 0, §3.2 step h.3).
  void make(ByteView digest, unsigned skipped, std::span<std::uint8_t> nonce) const;

  struct State;

 private:
  std::unique_ptr<const State> state_;
};

}  // namespace minidns::dnssec
