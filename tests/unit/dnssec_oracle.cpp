// Keys, DS and signatures as BIND's and ldns's tools understand them, both ways.

#include "dns/rr_type.hpp"
#include "dns/text/rdata_text.hpp"
#include "dnssec/ds.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"
#include "tests/unit/dnssec_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>

namespace minidns::dnssec::test {
namespace {

using dns::Rdata;
using dns::RRType;

constexpr std::string_view zone_text = "example.org.";
constexpr std::uint32_t ttl_s = 3600;
// Around every day on which this runs, until 2037: ldns 1.8 takes what is later for times before 1970.
constexpr std::uint32_t inception = 1'577'836'800;   // 2020-01-01
constexpr std::uint32_t expiration = 2'114'380'800;  // 2037-01-01

dns::Name zone() {
  return dns::Name::from_text(zone_text).value();
}

void append_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8U));
  out.push_back(static_cast<std::uint8_t>(value));
}

void append_u32(Bytes& out, std::uint32_t value) {
  append_u16(out, value >> 16U);
  append_u16(out, value & 0xffffU);
}

void append(Bytes& out, ByteView octets) {
  out.insert(out.end(), octets.begin(), octets.end());
}

/// RRSIG RDATA of a set at the apex, up to the signature (RFC 4034 §3.1).
Bytes rrsig_head(const Dnskey& key, RRType covered) {
  Bytes head;
  append_u16(head, covered.value());
  head.push_back(static_cast<std::uint8_t>(key.algorithm));
  head.push_back(2);  // labels
  append_u32(head, ttl_s);
  append_u32(head, expiration);
  append_u32(head, inception);
  append_u16(head, key.key_tag());
  append(head, zone().wire());
  return head;
}

/// RFC 4034 §3.1.8.1, for a set of one record.
Bytes signed_data(const Dnskey& key, RRType type, const Rdata& rdata) {
  Bytes data = rrsig_head(key, type);
  append(data, zone().wire());
  append_u16(data, type.value());
  append_u16(data, 1);
  append_u32(data, ttl_s);
  append_u16(data, rdata.octets().size());
  append(data, rdata.octets());
  return data;
}

/// The apex of a zone that has nothing else; no two records of a type.
std::map<RRType, Rdata> apex(const Dnskey& key, bool with_nsec) {
  std::map<RRType, Rdata> records = {
      {RRType::soa, dns::rdata_from_text(RRType::soa, "ns.example.net. admin.example.net. 1 2 3 604800 3600").value()},
      {RRType::ns, dns::rdata_from_text(RRType::ns, "ns.example.net.").value()},
      {RRType::txt, dns::rdata_from_text(RRType::txt, "\"some text\"").value()},
      {RRType::dnskey, key.rdata()},
  };
  if (with_nsec) {
    records.emplace(RRType::nsec,
                    dns::rdata_from_text(RRType::nsec, "example.org. NS SOA TXT RRSIG NSEC DNSKEY").value());
  }
  return records;
}

std::string line(RRType type, const Rdata& rdata) {
  return std::string(zone_text) + " " + std::to_string(ttl_s) + " IN " + type.to_text() + " " +
         rdata_to_text(type, rdata) + "\n";
}

std::string zone_file(const std::map<RRType, Rdata>& records) {
  std::string text = line(RRType::soa, records.at(RRType::soa));
  for (const auto& [type, rdata] : records) {
    if (type != RRType::soa) text += line(type, rdata);
  }
  return text;
}

struct Record {
  RRType type;
  Rdata rdata;
};

std::vector<Record> read_records(const std::string& file) {
  std::vector<Record> records;
  std::istringstream lines(harness::read_file(file));
  for (std::string text; std::getline(lines, text);) {
    std::istringstream words(text);
    std::string owner, ttl, klass, type, rdata;
    if (text.empty() || text[0] == ';' || !(words >> owner >> ttl)) continue;
    if (ttl != "IN") words >> klass;  // dnssec-keygen writes no TTL
    words >> type >> std::ws;
    std::getline(words, rdata);
    const RRType known = RRType::from_text(type).value();
    records.push_back({known, dns::rdata_from_text(known, rdata).value()});
  }
  return records;
}

std::string file_name(const Dnskey& key) {
  char name[64];
  std::snprintf(name, sizeof name, "Kexample.org.+%03d+%05d", static_cast<int>(key.algorithm), key.key_tag());
  return name;
}

class DnssecTools : public testing::Test {
 protected:
  std::string run(const std::vector<std::string>& command) {
    harness::ProcessOptions options;
    options.folder = folder_.path().string();
    const auto result = harness::run(command, {}, std::chrono::seconds(60), options);
    EXPECT_EQ(result.status, 0) << command[0] << ": " << result.err << result.out;
    return result.out;
  }

  /// As dnssec-keygen leaves them.
  void write_key_files(const PrivateKey& key) {
    const Dnskey dnskey = key.dnskey(Dnskey::flags_ksk);
    harness::write_file(folder_ / (file_name(dnskey) + ".private"), as_text(key.to_bind_text().reveal()));
    harness::write_file(folder_ / (file_name(dnskey) + ".key"), line(RRType::dnskey, dnskey.rdata()));
  }

  harness::TempDir folder_{"dnssec"};
};

class DnssecOracle : public DnssecTools, public testing::WithParamInterface<Algorithm> {};

TEST_P(DnssecOracle, KeysOfDnssecKeygenAreRead) {
  std::string base = run({"dnssec-keygen", "-f", "KSK", "-a", std::string(to_text(GetParam())), "example.org."});
  base.erase(base.find_last_not_of('\n') + 1);
  const PrivateKey key = PrivateKey::from_bind_text(harness::read_file(folder_ / (base + ".private"))).value();
  const auto records = read_records(folder_ / (base + ".key"));
  ASSERT_EQ(records.size(), 1U);
  const Dnskey theirs = Dnskey::from_rdata(records[0].rdata.octets()).value();
  EXPECT_TRUE(key.matches(theirs));
  EXPECT_EQ(file_name(theirs), base);  // it has the key tag
}

TEST_P(DnssecOracle, DnssecDsfromkeyMakesTheSameDs) {
  const PrivateKey key = PrivateKey::generate(GetParam()).value();
  const Dnskey dnskey = key.dnskey(Dnskey::flags_ksk);
  write_key_files(key);
  const std::pair<const char*, DigestType> types[] = {{"SHA-256", DigestType::sha256}, {"SHA-384", DigestType::sha384}};
  for (const auto& [text, type] : types) {
    const std::string ds = run({"dnssec-dsfromkey", "-a", text, file_name(dnskey)});
    EXPECT_EQ(
        dns::rdata_from_text(RRType::ds, ds.substr(ds.find(" DS ") + 4, ds.find('\n') - ds.find(" DS ") - 4)).value(),
        ds_rdata(zone(), dnskey, type));
  }
}

TEST_P(DnssecOracle, DnssecSignzoneTakesOurKeyFilesAndMakesTheSameSignatures) {
  const PrivateKey key = PrivateKey::generate(GetParam()).value();
  const Dnskey dnskey = key.dnskey(Dnskey::flags_ksk);
  write_key_files(key);
  harness::write_file(folder_ / "zone", zone_file(apex(dnskey, false)));
  run({"dnssec-signzone", "-z", "-s", "20200101000000", "-e", "20370101000000", "-O", "full", "-f", "signed", "-o",
       "example.org.", "zone", file_name(dnskey)});

  const auto expected = apex(dnskey, true);
  const bool is_deterministic =
      GetParam() != Algorithm::ecdsap256sha256 && GetParam() != Algorithm::ecdsap384sha384;  // in their case
  std::size_t signatures = 0;
  for (const Record& record : read_records(folder_ / "signed")) {
    if (record.type != RRType::rrsig) continue;
    ++signatures;
    const ByteView rrsig = record.rdata.octets();
    const RRType covered(static_cast<std::uint16_t>(rrsig[0] << 8U | rrsig[1]));
    const Bytes data = signed_data(dnskey, covered, expected.at(covered));
    const ByteView theirs = rrsig.subspan(rrsig_head(dnskey, covered).size());
    EXPECT_TRUE(verifies(dnskey, data, theirs)) << covered.to_text();
    if (is_deterministic) {
      EXPECT_EQ(to_hex(sign_one(key, data)), to_hex(theirs)) << covered.to_text();
    }
  }
  EXPECT_EQ(signatures, expected.size());
}

TEST_P(DnssecOracle, LdnsAndBindVerifyAZoneThatWeSigned) {
  const PrivateKey key = PrivateKey::generate(GetParam()).value();
  const Dnskey dnskey = key.dnskey(Dnskey::flags_ksk);
  const auto signer = make_signer(key, Dnskey::flags_ksk).value();
  const auto records = apex(dnskey, true);
  std::vector<Bytes> messages;
  for (const auto& [type, rdata] : records) messages.push_back(signed_data(dnskey, type, rdata));
  const auto signatures = signer->sign(views(messages)).value();

  std::string text = zone_file(records);
  auto signature = signatures.begin();
  for (const auto& [type, rdata] : records) {
    Bytes rrsig = rrsig_head(dnskey, type);
    append(rrsig, *signature++);
    text += line(RRType::rrsig, Rdata::from_octets(rrsig).value());
  }
  harness::write_file(folder_ / "zone", text);
  run({"dnssec-verify", "-z", "-o", "example.org.", "zone"});
  run({"ldns-verify-zone", "zone"});

  // They do look: with a signature of another record they object.
  const std::size_t at = text.find("\"some text\"");
  harness::write_file(folder_ / "changed", text.replace(at, 11, "\"same text\""));
  EXPECT_NE(harness::run({"dnssec-verify", "-z", "-o", "example.org.", folder_ / "changed"}).status, 0);
  EXPECT_NE(harness::run({"ldns-verify-zone", folder_ / "changed"}).status, 0);
}

TEST_F(DnssecTools, OldRsaKeysOf1024BitsAreRead) {
  std::string base = run({"dnssec-keygen", "-a", "RSASHA256", "-b", "1024", "example.org."});
  base.erase(base.find_last_not_of('\n') + 1);
  const PrivateKey key = PrivateKey::from_bind_text(harness::read_file(folder_ / (base + ".private"))).value();
  EXPECT_EQ(sign_one(key, as_bytes("message")).size(), 128U);
}

INSTANTIATE_TEST_SUITE_P(Algorithms, DnssecOracle, testing::ValuesIn(all_algorithms),
                         [](const auto& row) { return std::string(to_text(row.param)); });

}  // namespace
}  // namespace minidns::dnssec::test
