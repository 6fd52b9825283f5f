#pragma once

#include "base/bytes.hpp"
#include "dns/error.hpp"
#include "dns/text/tokens.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace minidns::dns {

/// One field of RDATA, in presentation and in wire form. Errors say what is wrong with the field, not its name.
struct Codec {
  /// Takes the field's words and makes its octets.
  Result<Bytes> (*parse)(TokenStream& tokens);
  /// The size of the field that `rest` starts with; checks its form. Fields that end the RDATA take all of `rest`.
  Result<std::size_t> (*size)(ByteView rest);
  /// The words for a field whose size was checked; nothing if it has no presentation form.
  std::optional<std::string> (*print)(ByteView field);
};

// Numbers and words (codec_number.cpp).
extern const Codec u8_codec, u16_codec, u32_codec;
extern const Codec period_codec;     ///< 32 bits; takes units, `1h30m`, as zone files do
extern const Codec time_codec;       ///< RRSIG times (RFC 4034 §3.2)
extern const Codec type_codec;       ///< an RR type
extern const Codec types_codec;      ///< to the end: a type bitmap (RFC 4034 §4.1.2); may be empty
extern const Codec algorithm_codec;  ///< a DNSSEC algorithm, number or mnemonic
extern const Codec cert_type_codec;  ///< RFC 4398 §2.1, number or mnemonic

// Names and strings (codec_string.cpp).
extern const Codec name_codec;
extern const Codec string_codec;           ///< one character string
extern const Codec optional_string_codec;  ///< to the end: one or none (ISDN)
extern const Codec strings_codec;          ///< to the end: one or more; an unquoted one must be alone
extern const Codec long_string_codec;      ///< to the end, without a length octet, not empty (URI)
extern const Codec caa_tag_codec;          ///< RFC 8659 §4.1.1
extern const Codec caa_value_codec;        ///< to the end, without a length octet

// Octets (codec_octets.cpp).
extern const Codec hex_codec;           ///< to the end, not empty
extern const Codec base64_codec;        ///< to the end, not empty
extern const Codec salt_codec;          ///< NSEC3's, `-` if empty (RFC 5155 §3.3)
extern const Codec hashed_owner_codec;  ///< NSEC3's next owner, Base32 without padding (RFC 5155 §3.3)
extern const Codec addresses_codec;     ///< to the end: APL's items (RFC 3123); may be empty

// What ldns reads and prints (codec_ldns.cpp).
extern const Codec a_codec, aaaa_codec, eui48_codec, eui64_codec;
extern const Codec locator64_codec;  ///< NID and L64 (RFC 6742)

// RFC 1876 (codec_loc.cpp).
extern const Codec loc_codec;  ///< to the end

// SVCB and HTTPS (svc_params.cpp).
extern const Codec svc_params_codec;  ///< to the end; may be empty

/// ldns's tables of mnemonics; nothing if it knows none (codec_ldns.cpp).
[[nodiscard]] std::optional<std::uint8_t> dnssec_algorithm_of(std::string_view mnemonic);
[[nodiscard]] std::optional<std::uint16_t> certificate_type_of(std::string_view mnemonic);
[[nodiscard]] std::optional<std::string> certificate_mnemonic_of(std::uint16_t type);

/// The size of a field that always has `octets`; the error that it is cut off otherwise.
template <std::size_t octets>
Result<std::size_t> fixed_size(ByteView rest) {
  if (rest.size() < octets) {
    return Error{Errc::truncated, "the RDATA ends inside it"};
  }
  return octets;
}

}  // namespace minidns::dns
