#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "tsig/hmac.hpp"
#include "tsig/key.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/// The octets of BIND's control channel (isccc, `lib/isccc/cc.c` of BIND 9.18; there is no specification). Pure.
///
///     frame  = length (4 octets, of what follows), version 1 (4 octets), table
///     table  = entries: key length (1 octet), key, type (1 octet), value length (4 octets), value
///     type   = 1 octets, 2 table, 3 list
///
/// The first entry is `_auth`, a table of one entry `hsha`: an octet for the algorithm and the HMAC of all that follows
/// `_auth`, in base64, padded with zeros to 88 octets. Then come `_ctrl` (who asks, when, which question) and `_data`.
namespace minidns::pool {

/// What rndc.conf calls a key. Its name is not sent, so it isn't here.
struct RndcKey {
  tsig::Algorithm algorithm;
  Secret secret;
  tsig::Hmac hmac = tsig::Hmac(algorithm, secret);
};

struct RndcRequest {
  std::uint32_t serial;                ///< the reply repeats it
  std::uint64_t time_s;                ///< named refuses what is more than 300 s from its own clock
  std::optional<std::uint32_t> nonce;  ///< of this connection, from its first reply
  std::string command;                 ///< as after `rndc`, at most rndc_command_octets_max
};

struct RndcReply {
  std::uint32_t serial;
  std::optional<std::uint32_t> nonce;
  bool succeeded;     ///< `result` is 0
  std::string error;  ///< the name of the result, say `already exists`; empty on success
  std::string text;   ///< what rndc would print; may be empty
};

/// named takes requests of at most 32 KiB; the rest of one is below 256 octets.
inline constexpr std::size_t rndc_command_octets_max = 32 * 1024 - 256;
/// As rndc itself; `zonestatus` and `tsig-list` are the longest replies that we ask for.
inline constexpr std::size_t rndc_reply_octets_max = 1024 * 1024;
inline constexpr std::size_t rndc_length_octets = 4;

/// The whole frame with its length.
[[nodiscard]] Bytes encode_rndc_request(const RndcRequest& request, const RndcKey& key);

/// The length of the frame that begins with these 4 octets, without them; `protocol` above rndc_reply_octets_max.
[[nodiscard]] DriverResult<std::size_t> decode_rndc_length(ByteView four_octets);
/// A frame without its length. The HMAC is checked first (in constant time; `refused` if it is wrong); what contradicts
/// the format is `protocol`.
[[nodiscard]] DriverResult<RndcReply> decode_rndc_reply(ByteView frame, const RndcKey& key);

/// What follows `_auth` in a reply whose HMAC was right; apart so that it can be fuzzed. Errors: `protocol`.
[[nodiscard]] DriverResult<RndcReply> decode_rndc_tables(ByteView octets);

// Limitations: no HMAC-MD5 (`hmd5`).

}  // namespace minidns::pool
