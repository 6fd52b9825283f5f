#pragma once

#include "base/clock.hpp"
#include "base/data_key.hpp"
#include "base/master_keys.hpp"
#include "base/secret_store.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace minidns {

/// Seals under data keys, which are random and stored, wrapped under a master key (docs/decisions/0008). Another master
/// key changes the few wrapped data keys, and nothing that is sealed or derived.
///
///     master key ──wraps──▶ data keys (seal, derive; or ksk) ──seal──▶ secrets
///
/// Sealed form: version octet 2, 16 octets of the data key's id, 12 of nonce, ciphertext, 16 of tag (AES-256-GCM). Also
/// opens what was sealed under a master key itself (SecretBox, version 1).
///
/// Data keys are read when they are needed, and kept; one that isn't known is asked for at most once in `ask_interval`.
/// Any call may block for that.
class Envelope final : public SecretStore {
 public:
  /// `source` and `clock` must outlive it. `sealing`: which data keys it seals with.
  Envelope(MasterKeys masters, DataKeySource& source, DataKeyPurpose sealing, const Clock& clock)
      : masters_(std::move(masters)), source_(source), sealing_(sealing), clock_(clock) {}

  /// Throws SecretStoreUnusable, and what the source throws. The data key is one that was in the source within
  /// `ask_interval`: after a failover it may be gone.
  [[nodiscard]] Bytes seal(const Secret& secret, std::string_view context) const override;
  /// A source that can't be asked is `unknown_data_key`.
  [[nodiscard]] Result<Secret, SecretError> open(ByteView sealed, std::string_view context) const override;
  /// By HKDF of the data key of that purpose. Errors as of `open`.
  [[nodiscard]] Result<Secret, SecretError> derive(std::string_view purpose) const override;

  /// How many of some data keys are wrapped under master keys that we haven't got, of how many.
  struct Learnt {
    std::size_t all = 0;
    std::size_t foreign = 0;
  };
  /// Data keys that came another way than from the source. Those that can't be opened are passed over: if they are
  /// needed, `open` says so.
  Learnt learn(const std::vector<WrappedDataKey>& keys) const;
  /// Reads the source; throws what it throws.
  Learnt refresh() const;

  static constexpr std::uint8_t version = 2;
  static constexpr std::chrono::milliseconds ask_interval{1000};

 private:
  using Key = std::shared_ptr<const SecretBox>;
  [[nodiscard]] Result<Secret, SecretError> open_by_data_key(ByteView sealed, std::string_view context) const;
  [[nodiscard]] Key find(const DataKeyId& id) const;
  [[nodiscard]] Key find_deriving() const;
  /// False if it can't be asked.
  bool ask_unless_lately() const;

  const MasterKeys masters_;
  DataKeySource& source_;
  const DataKeyPurpose sealing_;
  const Clock& clock_;
  mutable std::mutex ask_mutex_;                // one asks at a time; taken before `mutex_`
  mutable std::optional<SteadyTime> asked_at_;  // guarded by it
  mutable std::mutex mutex_;                    // guards what follows
  struct Opened {
    DataKeyPurpose purpose;
    Key key;
  };
  mutable std::map<DataKeyId, Opened> keys_;
  mutable std::optional<DataKeyId> sealing_key_;  // the newest that the source had when it was asked last
};

}  // namespace minidns
