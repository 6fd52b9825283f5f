#include "dnssec/ds.hpp"

#include <openssl/sha.h>

#include <string>

namespace minidns::dnssec {
namespace {

Bytes digest(DigestType type, ByteView octets) {
  switch (type) {
    case DigestType::sha256: {
      Bytes made(SHA256_DIGEST_LENGTH);
      SHA256(octets.data(), octets.size(), made.data());
      return made;
    }
    case DigestType::sha384: {
      Bytes made(SHA384_DIGEST_LENGTH);
      SHA384(octets.data(), octets.size(), made.data());
      return made;
    }
  }
  return {};
}

}  // namespace

Result<DigestType> digest_type_from_number(std::uint8_t number) {
  switch (number) {
    case static_cast<std::uint8_t>(DigestType::sha256):
      return DigestType::sha256;
    case static_cast<std::uint8_t>(DigestType::sha384):
      return DigestType::sha384;
    case 1:
      return Error{Errc::bad_input, "digest type 1 (SHA-1) must not be used for DS (RFC 8624)"};
    default:
      return Error{Errc::bad_input, "digest type " + std::to_string(number) + " isn't known"};
  }
}

dns::Rdata ds_rdata(const dns::Name& owner, const Dnskey& key, DigestType type) {
  const dns::Name canonical = owner.lowercased();
  const dns::Rdata rdata = key.rdata();
  Bytes digested(canonical.wire().begin(), canonical.wire().end());
  digested.insert(digested.end(), rdata.octets().begin(), rdata.octets().end());

  const std::uint16_t tag = key.key_tag();
  Bytes ds{static_cast<std::uint8_t>(tag >> 8U), static_cast<std::uint8_t>(tag),
           static_cast<std::uint8_t>(key.algorithm), static_cast<std::uint8_t>(type)};
  const Bytes made = digest(type, digested);
  ds.insert(ds.end(), made.begin(), made.end());
  return dns::Rdata::from_octets(std::move(ds)).value();
}

dns::Rdata cds_rdata(const dns::Name& owner, const Dnskey& key, DigestType type) {
  return ds_rdata(owner, key, type);
}

dns::Rdata cdnskey_rdata(const Dnskey& key) {
  return key.rdata();
}

dns::Rdata cds_delete_rdata() {
  return dns::Rdata::from_octets({0, 0, 0, 0, 0}).value();
}

dns::Rdata cdnskey_delete_rdata() {
  return dns::Rdata::from_octets({0, 0, Dnskey::protocol, 0, 0}).value();
}

}  // namespace minidns::dnssec
