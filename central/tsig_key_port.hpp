#pragma once

#include "api/ports.hpp"
#include "base/clock.hpp"
#include "base/secret_store.hpp"
#include "central/announcer.hpp"
#include "storage/tsig_keys.hpp"
#include "storage/views.hpp"

namespace minidns::central {

/// TSIG keys as the API has them; secrets are sealed before they reach the database.
class TsigKeyPort final : public api::TsigKeys {
 public:
  /// All must outlive this.
  TsigKeyPort(storage::TsigKeys& keys, storage::Views& views, const SecretStore& box, Announcer& announcer,
              const Clock& clock)
      : keys_(keys), views_(views), box_(box), announcer_(announcer), clock_(clock) {}

  [[nodiscard]] api::Result<api::TsigKeyView> create(const api::Scope& scope, const api::NewTsigKey& key) override;
  [[nodiscard]] api::Result<api::TsigKeyView> get(const api::Scope& scope, const TsigKeyId& id) override;
  [[nodiscard]] api::Result<api::Page<api::TsigKeyView>> list(const api::Scope& scope, const api::TsigKeyFilter& filter,
                                                              const api::TsigKeyPageRequest& page) override;
  [[nodiscard]] api::Result<api::TsigKeyView> update(const api::Scope& scope, const TsigKeyId& id,
                                                     const api::TsigKeyChange& change) override;
  [[nodiscard]] api::Result<void> remove(const api::Scope& scope, const TsigKeyId& id) override;

 private:
  [[nodiscard]] api::TsigKeyView view_of(const storage::TsigKeyRecord& record) const;
  void apply(const TsigKeyId& id, const api::TsigKeyChange& change, const std::optional<storage::ViewRef>& view,
             storage::TsigKeyFields& fields) const;
  [[nodiscard]] Bytes seal(const TsigKeyId& id, const Secret& secret) const;
  [[nodiscard]] Secret open(const TsigKeyId& id, ByteView sealed) const;

  storage::TsigKeys& keys_;
  storage::Views& views_;
  const SecretStore& box_;
  Announcer& announcer_;
  const Clock& clock_;
};

}  // namespace minidns::central
