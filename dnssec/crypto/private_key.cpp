#include "dnssec/crypto/private_key.hpp"

#include "base/random.hpp"
#include "dnssec/crypto/bind_text.hpp"
#include "dnssec/crypto/evp_key.hpp"
#include "dnssec/crypto/stored_key.hpp"

#include <utility>

namespace minidns::dnssec {

struct PrivateKey::Parts {
  Algorithm algorithm;
  Secret stored;
  Bytes public_key;
};

PrivateKey::PrivateKey(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

Result<PrivateKey> PrivateKey::generate(Algorithm algorithm, int rsa_bits) {
  const auto header = StoredKey::header(algorithm);
  if (algorithm == Algorithm::rsasha256) {
    if (rsa_bits < rsa_bits_min || rsa_bits > rsa_bits_max || rsa_bits % 8 != 0) {
      return Error{Errc::bad_input, "an RSA key has 2048 to 4096 bits, a multiple of 8"};
    }
    return from_secret(generate_rsa(rsa_bits, header));
  }
  // A number that is no key of its curve (0, or the order and above) comes once in 2^32 at most.
  constexpr int attempts_max = 8;
  for (int attempt = 1;; ++attempt) {
    const Secret drawn(random_bytes(key_octets(algorithm)));
    Bytes stored;
    stored.reserve(header.size() + drawn.reveal().size());
    stored.assign(header.begin(), header.end());
    stored.insert(stored.end(), drawn.reveal().begin(), drawn.reveal().end());
    auto key = from_secret(Secret(std::move(stored)));
    if (key || attempt == attempts_max) {
      return key;
    }
  }
}

Result<PrivateKey> PrivateKey::from_stored(ByteView octets) {
  return from_secret(Secret(Bytes(octets.begin(), octets.end())));
}

Result<PrivateKey> PrivateKey::from_secret(Secret stored) {
  const auto key = StoredKey::read(stored.reveal());
  if (!key) {
    return key.error();
  }
  auto public_key = checked_public_key(*key);
  if (!public_key) {
    return public_key.error();
  }
  const Algorithm algorithm = key->algorithm;
  return PrivateKey(std::make_shared<const Parts>(Parts{algorithm, std::move(stored), std::move(public_key).value()}));
}

Secret PrivateKey::stored() const {
  return parts_->stored;
}

Result<PrivateKey> PrivateKey::from_bind_text(std::string_view text) {
  if (text.size() > bind_text_size_max) {
    return Error{Errc::bad_key, "a key file of more than 16 KiB"};
  }
  auto stored = read_bind_text(text);
  if (!stored) {
    return stored.error();
  }
  return from_secret(std::move(stored).value());
}

Secret PrivateKey::to_bind_text() const {
  return write_bind_text(StoredKey::read(parts_->stored.reveal()).value());
}

Algorithm PrivateKey::algorithm() const {
  return parts_->algorithm;
}

const Bytes& PrivateKey::public_key() const {
  return parts_->public_key;
}

bool PrivateKey::matches(const Dnskey& key) const {
  return key.algorithm == parts_->algorithm && key.public_key == parts_->public_key;
}

}  // namespace minidns::dnssec
