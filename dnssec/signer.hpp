#pragma once

#include "base/bytes.hpp"
#include "dnssec/algorithm.hpp"
#include "dnssec/error.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace minidns::dnssec {

/// One private key that makes signatures: the same octets for the same message, always and everywhere (DESIGN.md,
/// invariant 3). Safe on every thread.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual Algorithm algorithm() const = 0;
  /// RFC 4034 appendix B, of the DNSKEY.
  [[nodiscard]] virtual std::uint16_t key_tag() const = 0;
  /// One signature for each message, as it stands in RRSIG RDATA. Cheaper by the batch: 64 or more at a time. `fault`:
  /// a signature that was looked at doesn't verify; none of them may be used.
  [[nodiscard]] virtual Result<std::vector<Bytes>> sign(std::span<const ByteView> messages) const = 0;
};

}  // namespace minidns::dnssec
