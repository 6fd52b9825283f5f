#include "dns/text/codec.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace minidns::dns {
namespace {

Error bad(const char* why) {
  return {Errc::bad_rdata, why};
}

/// All that is left, its words joined: long keys and digests may be split by white space.
Result<std::string> joined_words(TokenStream& tokens) {
  std::string all;
  do {
    const auto word = tokens.take_word();
    if (!word) {
      return word.error();
    }
    all.append(*word);
  } while (!tokens.at_end());
  return all;
}

Result<std::size_t> size_of_rest(ByteView rest) {
  if (rest.empty()) {
    return bad("it is missing");
  }
  return rest.size();
}

Result<Bytes> parse_hex(TokenStream& tokens) {
  const auto text = joined_words(tokens);
  if (!text) {
    return text.error();
  }
  auto octets = from_hex(*text);
  if (!octets || octets->empty()) {
    return bad("it must be hexadecimal digits, an even number of them");
  }
  return std::move(*octets);
}

std::optional<std::string> print_hex(ByteView field) {
  return to_hex(field);
}

Result<Bytes> parse_base64(TokenStream& tokens) {
  const auto text = joined_words(tokens);
  if (!text) {
    return text.error();
  }
  auto octets = from_base64(*text);
  if (!octets || octets->empty()) {
    return bad("it must be Base64 with padding");
  }
  return std::move(*octets);
}

std::optional<std::string> print_base64(ByteView field) {
  return to_base64(field);
}

constexpr std::size_t salt_size_octets_max = 255;

Result<Bytes> parse_salt(TokenStream& tokens) {
  const auto word = tokens.take_word();
  if (!word) {
    return word.error();
  }
  const auto octets = *word == "-" ? std::optional(Bytes{}) : from_hex(*word);
  if (!octets || (octets->empty() && *word != "-") || octets->size() > salt_size_octets_max) {
    return bad("it must be - or at most 255 octets as hexadecimal digits");
  }
  Bytes out{static_cast<std::uint8_t>(octets->size())};
  out.insert(out.end(), octets->begin(), octets->end());
  return out;
}

Result<std::size_t> size_of_salt(ByteView rest) {
  if (rest.empty() || rest.size() < 1 + std::size_t{rest[0]}) {
    return Error{Errc::truncated, "the RDATA ends inside it"};
  }
  return 1 + std::size_t{rest[0]};
}

std::optional<std::string> print_salt(ByteView field) {
  return field.size() == 1 ? std::string("-") : to_hex(field.subspan(1));
}

constexpr std::string_view base32_digits = "0123456789abcdefghijklmnopqrstuv";  // RFC 4648 §7
constexpr unsigned base32_bits = 5;

/// Without padding; nothing if there are bits left that are not zero, or enough of them for another digit.
std::optional<Bytes> from_base32(std::string_view text) {
  Bytes out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const char folded = c >= 'A' && c <= 'V' ? static_cast<char>(c - 'A' + 'a') : c;
    const auto value = base32_digits.find(folded);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    bits = (bits << base32_bits | static_cast<std::uint32_t>(value)) & 0xfffU;
    count += base32_bits;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> count));
    }
  }
  const bool leftover = count >= base32_bits || (bits & ((1U << count) - 1)) != 0;
  return leftover ? std::nullopt : std::optional(std::move(out));
}

std::string to_base32(ByteView octets) {
  std::string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const std::uint8_t octet : octets) {
    bits = (bits << 8 | octet) & 0xfffU;
    for (count += 8; count >= base32_bits; count -= base32_bits) {
      text.push_back(base32_digits[bits >> (count - base32_bits) & 0x1fU]);
    }
  }
  if (count > 0) {
    text.push_back(base32_digits[bits << (base32_bits - count) & 0x1fU]);
  }
  return text;
}

constexpr std::size_t hash_size_octets_max = 255;

Result<Bytes> parse_hashed_owner(TokenStream& tokens) {
  const auto word = tokens.take_word();
  if (!word) {
    return word.error();
  }
  const auto octets = from_base32(*word);
  if (!octets || octets->empty() || octets->size() > hash_size_octets_max) {
    return bad("it must be a hash in Base32 with the extended hex alphabet, without padding");
  }
  Bytes out{static_cast<std::uint8_t>(octets->size())};
  out.insert(out.end(), octets->begin(), octets->end());
  return out;
}

Result<std::size_t> size_of_hashed_owner(ByteView rest) {
  if (rest.empty() || rest[0] == 0 || rest.size() < 1 + std::size_t{rest[0]}) {
    return Error{Errc::truncated, "the RDATA ends inside it"};
  }
  return 1 + std::size_t{rest[0]};
}

std::optional<std::string> print_hashed_owner(ByteView field) {
  return to_base32(field.subspan(1));
}

/// An address family of RFC 3123.
struct Family {
  std::uint16_t number;
  int system;
  std::size_t octets;
};

constexpr std::array families = std::to_array<Family>({{1, AF_INET, 4}, {2, AF_INET6, 16}});

constexpr std::size_t address_octets_max = 16;
constexpr std::uint8_t negation_bit = 0x80;

const Family* family_of(std::size_t number) {
  const auto known =
      std::find_if(families.begin(), families.end(), [&](const Family& family) { return family.number == number; });
  return known == families.end() ? nullptr : &*known;
}

/// An item `!1:192.0.2.0/24` (RFC 3123 §5): family, prefix, `!` and length in one octet, address without the zero
/// octets at its end.
Result<Bytes> address_item(std::string_view text) {
  constexpr const char* form = "an item must have the form [!]1:<IPv4>/<prefix> or [!]2:<IPv6>/<prefix>";
  const bool negated = text.starts_with('!');
  text.remove_prefix(negated ? 1 : 0);
  const Family* const family =
      text.size() > 2 && text[1] == ':' ? family_of(static_cast<std::size_t>(text[0] - '0')) : nullptr;
  const auto slash = text.find('/');
  if (family == nullptr || slash == std::string_view::npos) {
    return bad(form);
  }
  std::array<std::uint8_t, address_octets_max> address{};
  if (inet_pton(family->system, std::string(text.substr(2, slash - 2)).c_str(), address.data()) != 1) {
    return bad(form);
  }
  const auto digits = text.substr(slash + 1);
  std::uint8_t prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (error != std::errc() || end != digits.data() + digits.size() || prefix > family->octets * 8) {
    return bad(form);
  }
  std::size_t size = family->octets;
  while (size > 0 && address[size - 1] == 0) {
    --size;
  }
  Bytes out{0, static_cast<std::uint8_t>(family->number), prefix,
            static_cast<std::uint8_t>((negated ? negation_bit : 0U) | size)};
  out.insert(out.end(), address.begin(), address.begin() + static_cast<std::ptrdiff_t>(size));
  return out;
}

Result<Bytes> parse_addresses(TokenStream& tokens) {
  Bytes out;
  while (!tokens.at_end()) {
    const auto word = tokens.take_word();
    if (!word) {
      return word.error();
    }
    const auto item = address_item(*word);
    if (!item) {
      return item.error();
    }
    out.insert(out.end(), item->begin(), item->end());
  }
  return out;
}

constexpr std::size_t item_head_octets = 4;

std::size_t address_octets_of(ByteView item) {
  return item[3] & 0x7fU;
}

Result<std::size_t> size_of_addresses(ByteView rest) {
  const std::size_t size = rest.size();
  while (!rest.empty()) {
    if (rest.size() < item_head_octets || rest.size() - item_head_octets < address_octets_of(rest)) {
      return Error{Errc::truncated, "the RDATA ends inside it"};
    }
    const std::size_t octets = address_octets_of(rest);
    if (octets != 0 && rest[item_head_octets + octets - 1] == 0) {
      return bad("an address must not end in zero octets");  // RFC 3123 §4
    }
    const Family* const family = family_of(std::size_t{rest[0]} << 8 | rest[1]);
    if (family != nullptr && (octets > family->octets || rest[2] > family->octets * 8)) {
      return bad("an address or prefix is too long for its family");
    }
    rest = rest.subspan(item_head_octets + octets);
  }
  return size;
}

/// Nothing for families that we know no notation for.
std::optional<std::string> print_addresses(ByteView field) {
  std::string text;
  while (!field.empty()) {
    const Family* const family = family_of(std::size_t{field[0]} << 8 | field[1]);
    if (family == nullptr) {
      return std::nullopt;
    }
    const std::size_t octets = address_octets_of(field);
    std::array<std::uint8_t, address_octets_max> address{};
    std::copy_n(field.begin() + item_head_octets, octets, address.begin());
    std::array<char, INET6_ADDRSTRLEN> printed;
    if (inet_ntop(family->system, address.data(), printed.data(), printed.size()) == nullptr) {
      return std::nullopt;
    }
    text += text.empty() ? "" : " ";
    text += (field[3] & negation_bit) != 0 ? "!" : "";
    text += std::to_string(family->number) + ":" + printed.data() + "/" + std::to_string(field[2]);
    field = field.subspan(item_head_octets + octets);
  }
  return text;
}

}  // namespace

const Codec hex_codec{parse_hex, size_of_rest, print_hex};
const Codec base64_codec{parse_base64, size_of_rest, print_base64};
const Codec salt_codec{parse_salt, size_of_salt, print_salt};
const Codec hashed_owner_codec{parse_hashed_owner, size_of_hashed_owner, print_hashed_owner};
const Codec addresses_codec{parse_addresses, size_of_addresses, print_addresses};

}  // namespace minidns::dns
