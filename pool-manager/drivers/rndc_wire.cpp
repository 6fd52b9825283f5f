#include "pool-manager/drivers/rndc_wire.hpp"

#include <cassert>
#include <charconv>
#include <string_view>
#include <vector>

namespace minidns::pool {
namespace {

enum class ValueType : std::uint8_t { octets = 1, table = 2, list = 3 };

constexpr std::uint32_t version = 1;
constexpr std::size_t version_octets = 4;
constexpr std::size_t mac_text_octets = 88;  // base64 of the longest MAC, that of SHA-512
constexpr std::uint64_t request_life_s = 60;
/// named sends 3 tables of at most 6 entries.
constexpr std::size_t entries_max = 32;

/// isccc's numbers (lib/isccc/include/isccc/types.h).
std::uint8_t algorithm_octet(tsig::Algorithm algorithm) {
  switch (algorithm) {
    case tsig::Algorithm::hmac_sha1:
      return 161;
    case tsig::Algorithm::hmac_sha224:
      return 162;
    case tsig::Algorithm::hmac_sha256:
      return 163;
    case tsig::Algorithm::hmac_sha384:
      return 164;
    case tsig::Algorithm::hmac_sha512:
      return 165;
  }
  return 0;
}

// Writing.

void put(Bytes& out, ByteView octets) {
  out.insert(out.end(), octets.begin(), octets.end());
}

void put_u32(Bytes& out, std::size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

void put_entry(Bytes& table, std::string_view key, ValueType type, ByteView value) {
  table.push_back(static_cast<std::uint8_t>(key.size()));
  put(table, as_bytes(key));
  table.push_back(static_cast<std::uint8_t>(type));
  put_u32(table, value.size());
  put(table, value);
}

void put_text(Bytes& table, std::string_view key, std::string_view text) {
  put_entry(table, key, ValueType::octets, as_bytes(text));
}

/// The value of `hsha`: algorithm and padded base64 of the HMAC of `signed_octets`.
Bytes authentication(const RndcKey& key, ByteView signed_octets) {
  tsig::Hmac::Computation computation = key.hmac.begin();
  computation.add(signed_octets);
  const std::string mac = to_base64(std::move(computation).finish());
  Bytes value;
  value.push_back(algorithm_octet(key.algorithm));
  put(value, as_bytes(mac));
  value.resize(1 + mac_text_octets, 0);
  return value;
}

// Reading.

struct Entry {
  std::string_view key;
  ValueType type;
  ByteView value;
};

DriverError malformed(std::string_view what) {
  return DriverError{DriverErrc::protocol, "rndc reply: " + std::string(what)};
}

std::uint32_t get_u32(ByteView octets) {
  return static_cast<std::uint32_t>(octets[0]) << 24 | static_cast<std::uint32_t>(octets[1]) << 16 |
         static_cast<std::uint32_t>(octets[2]) << 8 | octets[3];
}

/// The first entry of `rest`, which then begins behind it.
DriverResult<Entry> take_entry(ByteView& rest) {
  const std::size_t key_size = rest.front();
  const std::size_t value_offset = 1 + key_size + 1 + 4;
  if (rest.size() < value_offset) {
    return malformed("an entry is cut off");
  }
  const std::uint8_t type = rest[1 + key_size];
  if (type < static_cast<std::uint8_t>(ValueType::octets) || type > static_cast<std::uint8_t>(ValueType::list)) {
    return malformed("a value has an unknown type");
  }
  const std::size_t value_size = get_u32(rest.subspan(value_offset - 4, 4));
  if (rest.size() - value_offset < value_size) {
    return malformed("a value is cut off");
  }
  const Entry entry{as_text(rest.subspan(1, key_size)), static_cast<ValueType>(type),
                    rest.subspan(value_offset, value_size)};
  rest = rest.subspan(value_offset + value_size);
  return entry;
}

/// Tables inside tables are left as octets, so that there is no recursion to bound.
DriverResult<std::vector<Entry>> read_table(ByteView octets) {
  std::vector<Entry> entries;
  while (!octets.empty()) {
    if (entries.size() == entries_max) {
      return malformed("a table has too many entries");
    }
    const DriverResult<Entry> entry = take_entry(octets);
    if (!entry) {
      return entry.error();
    }
    entries.push_back(*entry);
  }
  return entries;
}

const Entry* find(const std::vector<Entry>& table, std::string_view key, ValueType type) {
  for (const Entry& entry : table) {
    if (entry.key == key && entry.type == type) {
      return &entry;
    }
  }
  return nullptr;
}

std::string text_or_empty(const std::vector<Entry>& table, std::string_view key) {
  const Entry* entry = find(table, key, ValueType::octets);
  return entry == nullptr ? std::string() : std::string(as_text(entry->value));
}

std::optional<std::uint32_t> number(const std::vector<Entry>& table, std::string_view key) {
  const std::string text = text_or_empty(table, key);
  std::uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [used, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || used != end) {
    return std::nullopt;
  }
  return value;
}

DriverResult<std::vector<Entry>> read_inner_table(const std::vector<Entry>& table, std::string_view key) {
  const Entry* entry = find(table, key, ValueType::table);
  if (entry == nullptr) {
    return malformed(std::string(key) + " is missing");
  }
  return read_table(entry->value);
}

bool is_authentic(const Entry& auth, ByteView signed_octets, const RndcKey& key) {
  if (auth.key != "_auth" || auth.type != ValueType::table) {
    return false;
  }
  const DriverResult<std::vector<Entry>> table = read_table(auth.value);
  if (!table) {
    return false;
  }
  const Entry* hsha = find(*table, "hsha", ValueType::octets);
  return hsha != nullptr && equal_in_constant_time(hsha->value, authentication(key, signed_octets));
}

}  // namespace

Bytes encode_rndc_request(const RndcRequest& request, const RndcKey& key) {
  assert(request.command.size() <= rndc_command_octets_max);
  Bytes control;
  put_text(control, "_ser", std::to_string(request.serial));
  put_text(control, "_tim", std::to_string(request.time_s));
  put_text(control, "_exp", std::to_string(request.time_s + request_life_s));
  if (request.nonce) {
    put_text(control, "_nonce", std::to_string(*request.nonce));
  }
  Bytes data;
  put_text(data, "type", request.command);

  Bytes signed_octets;
  put_entry(signed_octets, "_ctrl", ValueType::table, control);
  put_entry(signed_octets, "_data", ValueType::table, data);

  Bytes auth;
  put_entry(auth, "hsha", ValueType::octets, authentication(key, signed_octets));
  Bytes table;
  put_entry(table, "_auth", ValueType::table, auth);
  put(table, signed_octets);

  Bytes frame;
  put_u32(frame, version_octets + table.size());
  put_u32(frame, version);
  put(frame, table);
  return frame;
}

DriverResult<std::size_t> decode_rndc_length(ByteView four_octets) {
  assert(four_octets.size() == rndc_length_octets);
  const std::size_t length = get_u32(four_octets);
  if (length <= version_octets) {
    return malformed("it is empty");
  }
  if (length > rndc_reply_octets_max) {
    return malformed("it is longer than " + std::to_string(rndc_reply_octets_max) + " octets");
  }
  return length;
}

DriverResult<RndcReply> decode_rndc_reply(ByteView frame, const RndcKey& key) {
  if (frame.size() <= version_octets || get_u32(frame) != version) {
    return malformed("not version 1");
  }
  ByteView rest = frame.subspan(version_octets);
  const DriverResult<Entry> auth = take_entry(rest);
  if (!auth) {
    return auth.error();
  }
  if (!is_authentic(*auth, rest, key)) {
    return DriverError{DriverErrc::refused, "rndc reply: not signed with our key"};
  }
  return decode_rndc_tables(rest);
}

DriverResult<RndcReply> decode_rndc_tables(ByteView octets) {
  const DriverResult<std::vector<Entry>> table = read_table(octets);
  if (!table) {
    return table.error();
  }
  const DriverResult<std::vector<Entry>> control = read_inner_table(*table, "_ctrl");
  if (!control) {
    return control.error();
  }
  const DriverResult<std::vector<Entry>> data = read_inner_table(*table, "_data");
  if (!data) {
    return data.error();
  }
  const std::optional<std::uint32_t> serial = number(*control, "_ser");
  const std::optional<std::uint32_t> result = number(*data, "result");
  if (!serial || !result || find(*control, "_rpl", ValueType::octets) == nullptr) {
    return malformed("_ser, _rpl or result is missing");
  }
  return RndcReply{*serial, number(*control, "_nonce"), *result == 0, text_or_empty(*data, "err"),
                   text_or_empty(*data, "text")};
}

}  // namespace minidns::pool
