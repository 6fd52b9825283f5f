#include "base/envelope.hpp"

#include "base/aes_gcm.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace minidns {
namespace {

constexpr std::size_t id_octets = 16;
constexpr std::size_t header_octets = 1 + id_octets;

DataKeyId id_in(ByteView sealed) {
  std::array<std::uint8_t, id_octets> octets{};
  std::ranges::copy(sealed.subspan(1, id_octets), octets.begin());
  return DataKeyId(Uuid(octets));
}

}  // namespace

Bytes Envelope::seal(const Secret& secret, std::string_view context) const {
  {
    const std::lock_guard asking(ask_mutex_);
    if (!asked_at_ || clock_.steady() - *asked_at_ >= ask_interval) {
      (void)refresh();
      asked_at_ = clock_.steady();
    }
  }
  std::optional<DataKeyId> id;
  {
    const std::lock_guard lock(mutex_);
    id = sealing_key_;
  }
  const Key key = id ? find(*id) : nullptr;
  if (!key) {
    throw SecretStoreUnusable("no data key can be opened with our master keys");
  }
  std::array<std::uint8_t, header_octets> header{version};
  std::ranges::copy(id->uuid().octets(), header.begin() + 1);
  return aes_gcm_seal(key->key(), header, secret, context);
}

Result<Secret, SecretError> Envelope::open(ByteView sealed, std::string_view context) const {
  if (!sealed.empty() && sealed[0] == SecretBox::version) {
    return masters_.open(sealed, context);
  }
  return open_by_data_key(sealed, context);
}

Result<Secret, SecretError> Envelope::open_by_data_key(ByteView sealed, std::string_view context) const {
  if (sealed.size() < header_octets + aes_gcm_overhead_octets || sealed[0] != version) {
    return SecretError{SecretErrc::malformed, "not a sealed secret of version 1 or 2"};
  }
  const DataKeyId id = id_in(sealed);
  Key key = find(id);
  bool was_asked = true;
  if (!key) {
    was_asked = ask_unless_lately();
    key = find(id);
  }
  if (!key) {
    return SecretError{SecretErrc::unknown_data_key,
                       "data key " + id.to_string() +
                           (was_asked ? " isn't there, or wrapped under another master key" : " can't be asked for")};
  }
  auto secret = aes_gcm_open(key->key(), sealed, header_octets, context);
  if (!secret) {
    return SecretError{SecretErrc::malformed, "the sealed secret or its context was changed"};
  }
  return *std::move(secret);
}

Result<Secret, SecretError> Envelope::derive(std::string_view purpose) const {
  Key key = find_deriving();
  if (!key) {
    (void)ask_unless_lately();
    key = find_deriving();
  }
  if (!key) {
    return SecretError{SecretErrc::unknown_data_key, "there is no data key to derive others of"};
  }
  return key->derive(purpose);
}

Envelope::Learnt Envelope::learn(const std::vector<WrappedDataKey>& keys) const {
  Learnt learnt{keys.size(), 0};
  for (const WrappedDataKey& wrapped : keys) {
    auto key = masters_.unwrap(wrapped);
    if (!key) {
      ++learnt.foreign;
      continue;
    }
    const std::lock_guard lock(mutex_);
    keys_.try_emplace(wrapped.id, Opened{wrapped.purpose, std::make_shared<const SecretBox>(*std::move(key))});
  }
  return learnt;
}

Envelope::Learnt Envelope::refresh() const {
  const auto read = source_.read();
  const Learnt learnt = learn(read);
  std::optional<DataKeyId> newest;  // ids are in the order of time
  for (const WrappedDataKey& key : read) {
    if (key.purpose == sealing_ && (!newest || *newest < key.id) && find(key.id)) {
      newest = key.id;
    }
  }
  const std::lock_guard lock(mutex_);
  sealing_key_ = newest;
  return learnt;
}

Envelope::Key Envelope::find(const DataKeyId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(id);
  // A key of another purpose seals nothing.
  return found != keys_.end() && found->second.purpose == sealing_ ? found->second.key : nullptr;
}

Envelope::Key Envelope::find_deriving() const {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find_if(keys_, [](const auto& item) { return item.second.purpose == DataKeyPurpose::derive; });
  return found != keys_.end() ? found->second.key : nullptr;
}

bool Envelope::ask_unless_lately() const {
  const std::lock_guard asking(ask_mutex_);
  if (asked_at_ && clock_.steady() - *asked_at_ < ask_interval) {
    return true;
  }
  bool was_asked = true;
  try {
    (void)refresh();
  } catch (const std::runtime_error&) {  // of the source: the caller is told
    was_asked = false;
  }
  asked_at_ = clock_.steady();
  return was_asked;
}

}  // namespace minidns
