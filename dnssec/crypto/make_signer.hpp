#pragma once

#include "dnssec/crypto/private_key.hpp"
#include "dnssec/signer.hpp"

#include <cstdint>
#include <memory>

namespace minidns::dnssec {

/// What signs with `key`; the key tag is that of its DNSKEY with these flags. Costs some 10 µs (Ed448: 160), so that it
/// need not be kept for every zone, but for the run over one. `bad_input`: flags without the zone bit (RFC 4034 §2.1.1:
/// such a key must not verify RRSIGs).
[[nodiscard]] Result<std::shared_ptr<const Signer>> make_signer(const PrivateKey& key, std::uint16_t flags);

}  // namespace minidns::dnssec
