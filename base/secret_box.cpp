#include "base/secret_box.hpp"

#include "base/aes_gcm.hpp"
#include "base/digest.hpp"
#include "base/random.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace minidns {
namespace {

constexpr std::size_t header_octets = 1 + std::tuple_size_v<SecretBox::KeyId>;

SecretBox::KeyId id_of(const Secret& key) {
  const ByteView label = as_bytes("minidns key id:");
  Bytes preimage(label.size() + key.reveal().size());  // at its full size at once: one that grows is freed unwiped
  std::ranges::copy(key.reveal(), std::ranges::copy(label, preimage.begin()).out);
  const Secret wiped(std::move(preimage));
  const auto digest = sha256(wiped.reveal());
  SecretBox::KeyId id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

}  // namespace

SecretBox::SecretBox(Secret key) : key_(std::move(key)), key_id_(id_of(key_)) {}

Result<SecretBox, SecretError> SecretBox::create(Secret key) {
  if (key.reveal().size() != aes_key_octets) {
    return SecretError{SecretErrc::bad_master_key, "the key must have 32 octets"};
  }
  return SecretBox(std::move(key));
}

SecretBox SecretBox::random() {
  return SecretBox(Secret(random_bytes(aes_key_octets)));
}

Bytes SecretBox::seal(const Secret& secret, std::string_view context) const {
  std::array<std::uint8_t, header_octets> header{version};
  std::ranges::copy(key_id_, header.begin() + 1);
  return aes_gcm_seal(key_, header, secret, context);
}

Result<Secret, SecretError> SecretBox::open(ByteView sealed, std::string_view context) const {
  if (sealed.size() < header_octets + aes_gcm_overhead_octets || sealed[0] != version) {
    return SecretError{SecretErrc::malformed, "not a sealed secret of version 1"};
  }
  if (!std::ranges::equal(key_id_, sealed.subspan(1, key_id_.size()))) {
    return SecretError{SecretErrc::wrong_master_key, "sealed under another master key"};
  }
  auto secret = aes_gcm_open(key_, sealed, header_octets, context);
  if (!secret) {
    return SecretError{SecretErrc::malformed, "the sealed secret or its context was changed"};
  }
  return *std::move(secret);
}

Result<Secret, SecretError> SecretBox::derive(std::string_view purpose) const {
  const ByteView key = key_.reveal();
  Bytes info(purpose.begin(), purpose.end());
  info.push_back(1);  // the first block, and the only one
  Bytes derived(aes_key_octets);
  unsigned length = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), info.data(), info.size(), derived.data(), &length) ==
      nullptr) {
    throw std::runtime_error("HMAC failed in OpenSSL");
  }
  return Secret(std::move(derived));
}

}  // namespace minidns
