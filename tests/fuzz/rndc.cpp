// Replies of a named that is none: as whole frames, and as what follows a right HMAC.

#include "pool-manager/drivers/rndc_wire.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <string_view>

namespace minidns::fuzz {
namespace {

const pool::RndcKey& key() {
  static const pool::RndcKey the_key{tsig::Algorithm::hmac_sha256, Secret(Bytes(32, 1))};
  return the_key;
}

void put(Bytes& table, std::string_view name, std::uint8_t type, ByteView value) {
  table.push_back(static_cast<std::uint8_t>(name.size()));
  table.insert(table.end(), name.begin(), name.end());
  table.push_back(type);
  for (int shift = 24; shift >= 0; shift -= 8) {
    table.push_back(static_cast<std::uint8_t>(value.size() >> shift));
  }
  table.insert(table.end(), value.begin(), value.end());
}

/// What named sends after `_auth`.
Bytes reply_tables(std::string_view result, std::string_view text) {
  Bytes control, data, tables;
  put(control, "_ser", 1, as_bytes("123456789"));
  put(control, "_tim", 1, as_bytes("1800000000"));
  put(control, "_exp", 1, as_bytes("1800000060"));
  put(control, "_rpl", 1, as_bytes("1"));
  put(control, "_nonce", 1, as_bytes("4294967295"));
  put(data, "type", 1, as_bytes("null"));
  put(data, "result", 1, as_bytes(result));
  put(data, "err", 1, as_bytes("not found"));
  put(data, "text", 1, as_bytes(text));
  put(tables, "_ctrl", 2, control);
  put(tables, "_data", 2, data);
  return tables;
}

Bytes request_without_length() {
  const Bytes frame = pool::encode_rndc_request({1, 1'800'000'000, 7, "status"}, key());
  return Bytes(frame.begin() + pool::rndc_length_octets, frame.end());
}

}  // namespace

std::vector<Bytes> seeds() {
  return {reply_tables("0", ""), reply_tables("23", "no matching zone"), request_without_length()};
}

}  // namespace minidns::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace minidns;
  const ByteView octets(data, size);
  const auto reply = pool::decode_rndc_tables(octets);
  if (reply) {
    fuzz::require(reply->error.size() + reply->text.size() <= size, "no more text than came");
  }
  fuzz::require(!pool::decode_rndc_reply(octets, fuzz::key()).has_value(),
                "nobody else can sign, and no request is a reply");
  if (size >= pool::rndc_length_octets) {
    const auto length = pool::decode_rndc_length(octets.first(pool::rndc_length_octets));
    fuzz::require(!length || *length <= pool::rndc_reply_octets_max, "the limit holds");
  }
  return 0;
}
