#pragma once

#include "storage/nameserver_work.hpp"
#include "storage/postgres/connection.hpp"

namespace minidns::storage::postgres {

/// The parts are in nameserver_work.cpp (settings, feed, progress), nameserver_tasks.cpp,
/// nameserver_service.cpp (ways into service, deletions that wait for a person) and desired_zones.cpp.
class NameserverWork final : public storage::NameserverWork {
 public:
  /// `pool` must outlive this.
  explicit NameserverWork(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::optional<NameserverSettings> read_settings(NameserverId nameserver) override;
  [[nodiscard]] Progress read_progress(NameserverId nameserver) override;
  [[nodiscard]] FeedPosition read_head() override;
  [[nodiscard]] FeedPage read_feed(PoolId pool, std::int64_t after, std::size_t limit) override;
  std::int64_t number_changes() override;
  [[nodiscard]] bool save(const Lease& lease, const ProgressUpdate& update) override;
  [[nodiscard]] bool add_findings(const Lease& lease, const std::vector<Task>& tasks) override;
  [[nodiscard]] std::optional<std::vector<Task>> take_due_tasks(const Lease& lease, std::size_t limit,
                                                                std::chrono::milliseconds hold) override;
  [[nodiscard]] std::optional<std::int64_t> mark_overdue(const Lease& lease, std::chrono::milliseconds age,
                                                         const std::string& reason, std::size_t limit) override;
  [[nodiscard]] TaskCounts count_tasks(NameserverId nameserver) override;
  [[nodiscard]] std::optional<std::int64_t> begin_catching_up(const Lease& lease, std::size_t limit) override;
  [[nodiscard]] bool has_caught_up(NameserverId nameserver, std::int64_t through) override;
  [[nodiscard]] Entry enter_service(const Lease& lease, std::int64_t through) override;
  [[nodiscard]] bool refuse_deletion(const Lease& lease, const UnknownOnNameserver& found) override;
  [[nodiscard]] bool take_confirmed_deletion(const Lease& lease, const UnknownOnNameserver& found) override;
  [[nodiscard]] bool forget_refused_deletion(const Lease& lease) override;
  [[nodiscard]] std::vector<dns::Name> deleted_of_pool(PoolId pool, const std::vector<dns::Name>& names) override;
  [[nodiscard]] std::vector<DesiredZone> read_desired(PoolId pool, const std::optional<dns::Name>& after,
                                                      std::size_t limit) override;
  [[nodiscard]] std::vector<ZoneNow> look_up(PoolId pool, const std::vector<dns::Name>& names) override;
  void report_lost(const std::string& nameserver, const std::vector<LostVersion>& versions) override;
  [[nodiscard]] std::vector<dns::Name> must_stay(const std::vector<dns::Name>& names,
                                                 std::chrono::milliseconds grace) override;
  void send_hint(const char* channel, const std::string& payload) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
