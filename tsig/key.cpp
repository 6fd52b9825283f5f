#include "tsig/key.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace minidns::tsig {
namespace {

struct AlgorithmRow {
  Algorithm algorithm;
  std::string_view text;
  std::size_t mac_size_octets;
};

/// RFC 8945 §6. HMAC-MD5 (`hmac-md5.sig-alg.reg.int`) and GSS-TSIG are not implemented: to a peer who uses
/// them the key is unknown.
constexpr std::array<AlgorithmRow, 5> algorithms = {{
    {Algorithm::hmac_sha1, "hmac-sha1", 20},
    {Algorithm::hmac_sha224, "hmac-sha224", 28},
    {Algorithm::hmac_sha256, "hmac-sha256", 32},
    {Algorithm::hmac_sha384, "hmac-sha384", 48},
    {Algorithm::hmac_sha512, "hmac-sha512", 64},
}};

const AlgorithmRow& row_of(Algorithm algorithm) {
  return algorithms[static_cast<std::size_t>(algorithm)];
}

std::array<dns::Name, algorithms.size()> make_names() {
  const auto name = [](std::size_t i) { return dns::Name::root().child(algorithms[i].text).value(); };
  return {name(0), name(1), name(2), name(3), name(4)};
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::optional<Algorithm> algorithm_from_text(std::string_view text) {
  if (text.ends_with('.')) {
    text.remove_suffix(1);
  }
  for (const AlgorithmRow& row : algorithms) {
    if (std::ranges::equal(text, row.text, {}, lower)) {
      return row.algorithm;
    }
  }
  return std::nullopt;
}

std::string_view to_text(Algorithm algorithm) {
  return row_of(algorithm).text;
}

const dns::Name& name_of(Algorithm algorithm) {
  static const std::array<dns::Name, algorithms.size()> names = make_names();
  return names[static_cast<std::size_t>(algorithm)];
}

std::size_t mac_size_octets(Algorithm algorithm) {
  return row_of(algorithm).mac_size_octets;
}

}  // namespace minidns::tsig
