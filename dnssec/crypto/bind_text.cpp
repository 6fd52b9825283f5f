// BIND's private-key format: lines of `Field: value`, numbers in base64. No RFC has it; its reader in BIND is
// lib/dns/dst_parse.c.

#include "dnssec/crypto/bind_text.hpp"

#include "dnssec/crypto/rsa_parts.hpp"
#include "dnssec/crypto/wiped.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

namespace minidns::dnssec {
namespace {

constexpr std::array<std::string_view, rsa_part_count> rsa_fields = {
    "Modulus", "PublicExponent", "PrivateExponent", "Prime1", "Prime2", "Exponent1", "Exponent2", "Coefficient"};
constexpr std::string_view plain_field = "PrivateKey";

Error bad(const std::string& detail) {
  return {Errc::bad_key, "a key file " + detail};
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const auto first = text.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

/// The value of a field that is there exactly once. Views into `text`, so that nothing is copied.
Result<std::string_view> find(std::string_view text, std::string_view field) {
  std::optional<std::string_view> found;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with(field) && line.substr(field.size()).starts_with(':')) {
      if (found) {
        return bad("with two fields " + std::string(field));
      }
      found = trim(line.substr(field.size() + 1));
    }
  }
  if (!found) {
    return bad("without the field " + std::string(field));
  }
  return *found;
}

/// `13 (ECDSAP256SHA256)`; the words don't count.
Result<Algorithm> read_algorithm(std::string_view text) {
  const auto value = find(text, "Algorithm");
  if (!value) {
    return value.error();
  }
  std::uint8_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  const std::string_view rest = value->substr(static_cast<std::size_t>(end - value->data()));
  if (error != std::errc() || !(rest.empty() || rest.front() == ' ')) {
    return bad("with an algorithm that is no number");
  }
  return algorithm_from_number(number);
}

Result<Secret> read_number(std::string_view text, std::string_view field) {
  const auto value = find(text, field);
  if (!value) {
    return value.error();
  }
  auto octets = from_base64(*value);
  if (!octets) {
    return bad("whose field " + std::string(field) + " isn't base64");
  }
  return Secret(std::move(*octets));
}

ByteView without_zeros(ByteView number) {
  const auto first = std::find_if(number.begin(), number.end(), [](std::uint8_t octet) { return octet != 0; });
  return number.subspan(static_cast<std::size_t>(first - number.begin()));
}

Result<Secret> read_rsa(std::string_view text) {
  const auto header = StoredKey::header(Algorithm::rsasha256);
  Bytes packed;
  packed.reserve(text.size());  // base64 and the fields' names take more than what they become: it doesn't grow
  packed.assign(header.begin(), header.end());
  for (const std::string_view field : rsa_fields) {
    const auto number = read_number(text, field);
    if (!number) {
      wipe(packed.data(), packed.size());
      return number.error();
    }
    pack_rsa_part(packed, without_zeros(number->reveal()));
  }
  return Secret(std::move(packed));
}

Result<Secret> read_plain(std::string_view text, Algorithm algorithm) {
  const auto number = read_number(text, plain_field);
  if (!number) {
    return number.error();
  }
  const bool is_scalar = algorithm == Algorithm::ecdsap256sha256 || algorithm == Algorithm::ecdsap384sha384;
  // Older programs write an ECDSA scalar without its leading zeros. A seed isn't a number.
  const ByteView material = is_scalar ? without_zeros(number->reveal()) : number->reveal();
  const std::size_t size = key_octets(algorithm);
  if (material.size() > size || (!is_scalar && material.size() != size)) {
    return bad("with a private key of a wrong size");
  }
  const auto header = StoredKey::header(algorithm);
  Bytes stored(header.size() + size);
  std::copy(header.begin(), header.end(), stored.begin());
  std::copy(material.begin(), material.end(), stored.end() - static_cast<std::ptrdiff_t>(material.size()));
  return Secret(std::move(stored));
}

void append(Bytes& text, std::string_view more) {
  const ByteView octets = as_bytes(more);
  text.insert(text.end(), octets.begin(), octets.end());
}

void append_field(Bytes& text, std::string_view field, ByteView number) {
  std::string value = to_base64(number);
  append(text, field);
  append(text, ": ");
  append(text, value);
  append(text, "\n");
  wipe(value.data(), value.size());
}

}  // namespace

Result<Secret> read_bind_text(std::string_view text) {
  const auto format = find(text, "Private-key-format");
  if (!format) {
    return format.error();
  }
  if (*format != "v1.2" && *format != "v1.3") {
    return bad("of another format than v1.2 and v1.3");
  }
  const auto algorithm = read_algorithm(text);
  if (!algorithm) {
    return algorithm.error();
  }
  return *algorithm == Algorithm::rsasha256 ? read_rsa(text) : read_plain(text, *algorithm);
}

Secret write_bind_text(const StoredKey& key) {
  Bytes text;
  text.reserve(256 + key.material.size() * 2);  // more than base64 and the fields' names take: it doesn't grow
  append(text, "Private-key-format: v1.3\nAlgorithm: " + std::to_string(static_cast<int>(key.algorithm)) + " (" +
                   std::string(to_text(key.algorithm)) + ")\n");
  if (key.algorithm == Algorithm::rsasha256) {
    const RsaParts parts = unpack_rsa_parts(key.material).value();
    for (std::size_t i = 0; i < rsa_part_count; ++i) {
      append_field(text, rsa_fields[i], parts.numbers[i]);
    }
  } else {
    append_field(text, plain_field, key.material);
  }
  return Secret(std::move(text));
}

}  // namespace minidns::dnssec
