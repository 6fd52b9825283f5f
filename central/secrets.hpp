#pragma once

#include "base/clock.hpp"
#include "base/envelope.hpp"
#include "base/master_keys.hpp"
#include "storage/data_keys.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace minidns::central {

/// Data keys of one hierarchy; makes those that there have never been. Only central does.
class DataKeyMaker final : public DataKeySource {
 public:
  /// `keys` and `clock` must outlive this.
  DataKeyMaker(storage::DataKeys& keys, storage::KeyHierarchy hierarchy, MasterKeys masters, const Clock& clock)
      : keys_(keys), hierarchy_(hierarchy), masters_(std::move(masters)), clock_(clock) {}
  [[nodiscard]] std::vector<WrappedDataKey> read() override;

 private:
  storage::DataKeys& keys_;
  const storage::KeyHierarchy hierarchy_;
  const MasterKeys masters_;
  const Clock& clock_;
};

/// central's stores of secrets. Safe on every thread.
class Secrets {
 public:
  /// `keys` and `clock` must outlive this.
  Secrets(MasterKeys masters, std::optional<MasterKeys> ksk_masters, storage::DataKeys& keys, const Clock& clock);

  /// Of what all programs read.
  [[nodiscard]] const SecretStore& shared() const { return shared_.store; }
  /// Of KSKs; null: there is no master key for it.
  [[nodiscard]] const SecretStore* ksks() const { return ksks_ ? &ksks_->store : nullptr; }

  /// Makes the data keys that are missing. Throws std::runtime_error if some can't be opened with our master keys:
  /// whatever we sealed would be lost, or is; and what storage throws.
  void check() const;

 private:
  struct Hierarchy {
    Hierarchy(const MasterKeys& masters, storage::DataKeys& keys, storage::KeyHierarchy hierarchy, const Clock& clock);
    DataKeyMaker source;
    Envelope store;
  };
  Hierarchy shared_;
  std::unique_ptr<Hierarchy> ksks_;
};

}  // namespace minidns::central
