#pragma once

#include "api/ports.hpp"
#include "base/clock.hpp"
#include "central/announcer.hpp"
#include "central/first_signing.hpp"
#include "central/secondary_rules.hpp"
#include "storage/zone_edit.hpp"
#include "storage/zone_reader.hpp"

namespace minidns::central {

/// Zones, as the API asks for them. All that is referred to must outlive this. Safe on any thread.
class ZonePort final : public api::Zones {
 public:
  ZonePort(storage::ZoneReader& reader, storage::ZoneEditor& editor, const SecondaryRules& secondary,
           const FirstSigning& first_signing, Announcer& announcer, const Clock& clock)
      : reader_(reader),
        editor_(editor),
        secondary_(secondary),
        first_signing_(first_signing),
        announcer_(announcer),
        clock_(clock) {}

  [[nodiscard]] api::Result<api::ZoneView> create(const api::Scope& scope, const api::NewZone& zone) override;
  [[nodiscard]] api::Result<api::ZoneView> get(const api::Scope& scope, const ZoneId& id,
                                               const std::optional<dns::Version>& version = {}) override;
  [[nodiscard]] api::Result<api::Page<api::ZoneView>> list(const api::Scope& scope, const api::ZoneFilter& filter,
                                                           const api::ZonePageRequest& page) override;
  [[nodiscard]] api::Result<api::ZoneView> update(const api::Scope& scope, const ZoneId& id,
                                                  const api::ZoneChange& change) override;
  [[nodiscard]] api::Result<api::ZoneView> remove(const api::Scope& scope, const ZoneId& id) override;
  [[nodiscard]] api::Result<std::vector<api::NsRecord>> nameservers(const api::Scope& scope, const ZoneId& id) override;
  [[nodiscard]] api::Result<void> request_transfer(const api::Scope& scope, const ZoneId& id) override;
  [[nodiscard]] api::Result<void> accept_transfer(const api::Scope& scope, const ZoneId& id) override;

 private:
  [[nodiscard]] api::Result<api::ZoneView> create_secondary(const api::Scope& scope, const api::NewZone& zone,
                                                            storage::ZoneCreation& creation) const;
  [[nodiscard]] api::Result<void> order(const api::Scope& scope, const ZoneId& id,
                                        const storage::InboundOrder& order) const;

  storage::ZoneReader& reader_;
  storage::ZoneEditor& editor_;
  const SecondaryRules& secondary_;
  const FirstSigning& first_signing_;
  Announcer& announcer_;
  const Clock& clock_;
};

}  // namespace minidns::central
