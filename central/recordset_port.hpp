#pragma once

#include "api/ports.hpp"
#include "base/clock.hpp"
#include "central/announcer.hpp"
#include "storage/zone_edit.hpp"
#include "storage/zone_reader.hpp"

namespace minidns::central {

/// Recordsets, as the API asks for them. All that is referred to must outlive this. Safe on any thread.
class RecordsetPort final : public api::Recordsets {
 public:
  RecordsetPort(storage::ZoneReader& reader, storage::ZoneEditor& editor, Announcer& announcer, const Clock& clock)
      : reader_(reader), editor_(editor), announcer_(announcer), clock_(clock) {}

  [[nodiscard]] api::Result<api::RecordsetView> create(const api::Scope& scope, const ZoneId& zone,
                                                       const api::NewRecordset& recordset) override;
  [[nodiscard]] api::Result<api::RecordsetView> get(const api::Scope& scope, const ZoneId& zone, const RecordsetId& id,
                                                    const std::optional<dns::Version>& version = {}) override;
  [[nodiscard]] api::Result<ZoneId> zone_of(const api::Scope& scope, const RecordsetId& id) override;
  [[nodiscard]] api::Result<api::Page<api::RecordsetView>> list(const api::Scope& scope, const ZoneId& zone,
                                                                const api::RecordsetFilter& filter,
                                                                const api::RecordsetPageRequest& page) override;
  [[nodiscard]] api::Result<api::Page<api::RecordsetView>> list_all(const api::Scope& scope,
                                                                    const api::RecordsetFilter& filter,
                                                                    const api::RecordsetPageRequest& page) override;
  [[nodiscard]] api::Result<api::RecordsetView> update(const api::Scope& scope, const ZoneId& zone,
                                                       const RecordsetId& id,
                                                       const api::RecordsetChange& change) override;
  [[nodiscard]] api::Result<api::RecordsetView> remove(const api::Scope& scope, const ZoneId& zone,
                                                       const RecordsetId& id) override;

 private:
  storage::ZoneReader& reader_;
  storage::ZoneEditor& editor_;
  Announcer& announcer_;
  const Clock& clock_;
};

}  // namespace minidns::central
