#pragma once

#include "base/secret.hpp"
#include "dns/name.hpp"
#include "tsig/hmac.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace minidns::tsig {

/// RFC 8945 §6. hmac-sha1 is only accepted where the peer starts with it; new keys don't get it.
enum class Algorithm { hmac_sha1, hmac_sha224, hmac_sha256, hmac_sha384, hmac_sha512 };

/// `hmac-sha256` and so on, any case, with or without a trailing dot.
[[nodiscard]] std::optional<Algorithm> algorithm_from_text(std::string_view text);
[[nodiscard]] std::string_view to_text(Algorithm algorithm);
[[nodiscard]] const dns::Name& name_of(Algorithm algorithm);
[[nodiscard]] std::size_t mac_size_octets(Algorithm algorithm);

/// Set once, when it is made; shared as `shared_ptr<const Key>`.
struct Key {
  dns::Name name;
  Algorithm algorithm;
  Secret secret;
  Hmac hmac = Hmac(algorithm, secret);  ///< ready to sign; follows from the two above
};

}  // namespace minidns::tsig
