#include "pool-manager/drivers/rndc_wire.hpp"

#include <gtest/gtest.h>

#include <map>

namespace minidns::pool::test {
namespace {

RndcKey make_key(tsig::Algorithm algorithm = tsig::Algorithm::hmac_sha256, std::uint8_t octet = 1) {
  return RndcKey{algorithm, Secret(Bytes(32, octet))};
}

void put(Bytes& table, std::string_view name, std::uint8_t type, ByteView value) {
  table.push_back(static_cast<std::uint8_t>(name.size()));
  table.insert(table.end(), name.begin(), name.end());
  table.push_back(type);
  for (int shift = 24; shift >= 0; shift -= 8) table.push_back(static_cast<std::uint8_t>(value.size() >> shift));
  table.insert(table.end(), value.begin(), value.end());
}

using Fields = std::map<std::string, std::string>;

Bytes tables(const Fields& control, const Fields& data) {
  Bytes control_octets, data_octets, out;
  for (const auto& [name, value] : control) put(control_octets, name, 1, as_bytes(value));
  for (const auto& [name, value] : data) put(data_octets, name, 1, as_bytes(value));
  put(out, "_ctrl", 2, control_octets);
  put(out, "_data", 2, data_octets);
  return out;
}

const Fields good_control = {{"_ser", "7"}, {"_tim", "1"}, {"_exp", "61"}, {"_rpl", "1"}, {"_nonce", "4000000000"}};
const Fields good_data = {{"type", "null"}, {"result", "0"}};

Fields with(Fields fields, const std::string& name, const std::string& value) {
  fields[name] = value;
  return fields;
}
Fields without(Fields fields, const std::string& name) {
  fields.erase(name);
  return fields;
}

// lib/isccc/cc.c of BIND 9.18, `auth_hsha`. That a real named takes it is shown by the drivers' contract tests.
TEST(RndcWire, ARequestHasTheLayoutOfIsccc) {
  const Bytes frame = encode_rndc_request({5, 1'800'000'000, 99, "status"}, make_key());
  const std::string fixed =
      "00000001"        // version
      "055f6175746802"  // _auth, a table
      "00000063"        // of 99 octets
      "046873686101"    // hsha, octets
      "00000059"        // 89 of them
      "a3";             // HMAC-SHA256
  EXPECT_EQ(to_hex(frame).substr(8, fixed.size()), fixed);
  EXPECT_EQ(frame.size(), 4U + decode_rndc_length(ByteView(frame).first(4)).value());
  const std::string text(as_text(frame));
  for (const std::string& part : {std::string("\4_ser\1\0\0\0\0015", 11), std::string("\6_nonce\1\0\0\0\00299", 14),
                                  std::string("\4type\1\0\0\0\6status", 16)}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
}

TEST(RndcWire, ARequestHasNoNonceBeforeItIsKnown) {
  const Bytes frame = encode_rndc_request({5, 1'800'000'000, std::nullopt, "null"}, make_key());
  EXPECT_EQ(as_text(frame).find("_nonce"), std::string_view::npos);
}

TEST(RndcWire, AReplyIsRead) {
  const auto done = decode_rndc_tables(tables(good_control, with(good_data, "text", "server is up"))).value();
  EXPECT_EQ(done.serial, 7U);
  EXPECT_EQ(done.nonce, 4'000'000'000U);
  EXPECT_TRUE(done.succeeded);
  EXPECT_EQ(done.text, "server is up");

  Fields failed = {{"type", "delzone x"}, {"result", "23"}, {"err", "not found"}};
  const auto reply = decode_rndc_tables(tables(good_control, failed)).value();
  EXPECT_FALSE(reply.succeeded);
  EXPECT_EQ(reply.error, "not found");
}

TEST(RndcWire, AReplyThatMakesNoSenseIsAProtocolError) {
  struct Row {
    std::string reason;
    Bytes octets;
  };
  Bytes unknown_type = tables(good_control, good_data);
  unknown_type[6] = 9;
  Bytes cut = tables(good_control, good_data);
  cut.pop_back();
  Bytes many;
  for (int i = 0; i < 100; ++i) put(many, "a", 1, {});
  const Row rows[] = {
      {"empty", {}},
      {"no _data",
       [] {
         Bytes b;
         put(b, "_ctrl", 2, {});
         return b;
       }()},
      {"a value of unknown type", unknown_type},
      {"cut off", cut},
      {"more entries than anyone sends", many},
      {"no serial", tables(without(good_control, "_ser"), good_data)},
      {"a serial that is no number", tables(with(good_control, "_ser", "7x"), good_data)},
      {"a serial over 32 bits", tables(with(good_control, "_ser", "4294967296"), good_data)},
      {"a negative serial", tables(with(good_control, "_ser", "-7"), good_data)},
      {"a request, no reply", tables(without(good_control, "_rpl"), good_data)},
      {"no result", tables(good_control, without(good_data, "result"))},
  };
  for (const Row& row : rows) {
    const auto reply = decode_rndc_tables(row.octets);
    ASSERT_FALSE(reply.has_value()) << row.reason;
    EXPECT_EQ(reply.error().code, DriverErrc::protocol) << row.reason;
  }
}

TEST(RndcWire, OnlyOurKeyIsTaken) {
  // A request is signed as a reply is, so its HMAC is judged first.
  for (const auto algorithm : {tsig::Algorithm::hmac_sha1, tsig::Algorithm::hmac_sha224, tsig::Algorithm::hmac_sha256,
                               tsig::Algorithm::hmac_sha384, tsig::Algorithm::hmac_sha512}) {
    Bytes frame = encode_rndc_request({5, 1, 2, "null"}, make_key(algorithm));
    frame.erase(frame.begin(), frame.begin() + rndc_length_octets);
    EXPECT_EQ(decode_rndc_reply(frame, make_key(algorithm)).error().code, DriverErrc::protocol) << "signed well";
    EXPECT_EQ(decode_rndc_reply(frame, make_key(algorithm, 2)).error().code, DriverErrc::refused);
    frame.back() ^= 1;
    EXPECT_EQ(decode_rndc_reply(frame, make_key(algorithm)).error().code, DriverErrc::refused);
  }
  Bytes frame = encode_rndc_request({5, 1, 2, "null"}, make_key());
  frame.erase(frame.begin(), frame.begin() + rndc_length_octets);
  EXPECT_EQ(decode_rndc_reply(frame, make_key(tsig::Algorithm::hmac_sha512)).error().code, DriverErrc::refused);
}

TEST(RndcWire, AFrameHasALimit) {
  const auto length = [](std::uint32_t value) {
    const Bytes octets = {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
                          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
    return decode_rndc_length(octets);
  };
  EXPECT_FALSE(length(0).has_value());
  EXPECT_FALSE(length(4).has_value());
  EXPECT_EQ(length(5).value(), 5U);
  EXPECT_EQ(length(rndc_reply_octets_max).value(), rndc_reply_octets_max);
  EXPECT_FALSE(length(rndc_reply_octets_max + 1).has_value());
  EXPECT_FALSE(length(0xffffffff).has_value());
}

}  // namespace
}  // namespace minidns::pool::test
