// What people give us of keys: BIND key files, stored forms, DNSKEY RDATA. The first octet says which. A key that is
// taken must come back from all its forms.

#include "dnssec/crypto/make_signer.hpp"
#include "dnssec/crypto/private_key.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <string_view>

namespace minidns::fuzz {
namespace {

using dnssec::Algorithm;
using dnssec::Dnskey;
using dnssec::PrivateKey;

enum Kind : std::uint8_t { bind_text, stored, dnskey, kinds };

void check_key(const PrivateKey& key) {
  const auto again = PrivateKey::from_stored(key.stored().reveal());
  require(again && again->matches(key.dnskey(Dnskey::flags_ksk)), "a stored key comes back");
  const auto text = PrivateKey::from_bind_text(as_text(key.to_bind_text().reveal()));
  require(text && text->stored().equals(key.stored()), "a key comes back from its text");
  const auto rdata = key.dnskey(Dnskey::flags_zsk).rdata();
  require(Dnskey::from_rdata(rdata.octets()).has_value(), "a key has a DNSKEY");
  const ByteView message = as_bytes("message");
  const auto signatures = dnssec::make_signer(key, Dnskey::flags_zsk).value()->sign({&message, 1});
  require(signatures && signatures->size() == 1, "a key that was taken signs");
}

Bytes seed_of(Kind kind, ByteView octets) {
  Bytes seed(1 + octets.size(), kind);
  std::copy(octets.begin(), octets.end(), seed.begin() + 1);
  return seed;
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> seeds;
  for (const Algorithm algorithm : {Algorithm::ecdsap256sha256, Algorithm::ecdsap384sha384, Algorithm::ed25519,
                                    Algorithm::ed448, Algorithm::rsasha256}) {
    // RSA needs numbers that fit each other: a new key, whose checks are what mutations reach anyway.
    Bytes fixed(2 + (algorithm == Algorithm::ed448 ? 57 : algorithm == Algorithm::ecdsap384sha384 ? 48 : 32), 0x31);
    fixed[0] = 1;
    fixed[1] = static_cast<std::uint8_t>(algorithm);
    const auto key = algorithm == Algorithm::rsasha256 ? PrivateKey::generate(algorithm).value()
                                                       : PrivateKey::from_stored(fixed).value();
    seeds.push_back(seed_of(bind_text, key.to_bind_text().reveal()));
    seeds.push_back(seed_of(stored, key.stored().reveal()));
    seeds.push_back(seed_of(dnskey, key.dnskey(Dnskey::flags_ksk).rdata().octets()));
  }
  return seeds;
}

}  // namespace minidns::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace minidns;
  if (size == 0) {
    return 0;
  }
  const ByteView octets(data + 1, size - 1);
  switch (data[0] % fuzz::kinds) {
    case fuzz::bind_text:
      if (const auto key = dnssec::PrivateKey::from_bind_text(as_text(octets))) fuzz::check_key(*key);
      break;
    case fuzz::stored:
      if (const auto key = dnssec::PrivateKey::from_stored(octets)) fuzz::check_key(*key);
      break;
    default:
      if (const auto key = dnssec::Dnskey::from_rdata(octets)) {
        const auto rdata = key->rdata();
        fuzz::require(std::equal(rdata.octets().begin(), rdata.octets().end(), octets.begin(), octets.end()),
                      "a DNSKEY is written as it was read");
      }
  }
  return 0;
}
