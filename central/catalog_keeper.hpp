#pragma once

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "central/announcer.hpp"
#include "storage/catalogs.hpp"
#include "storage/feed_reader.hpp"

#include <chrono>
#include <stop_token>
#include <thread>

namespace minidns::central {

/// Between two rounds that found something: zones that are made at about the same time share a version, and a busy feed
/// costs 20 rounds a second at most.
inline constexpr std::chrono::milliseconds catalog_round_spacing{50};
/// How long the thread waits for a hint, and may be deaf to the end; then it looks at the feed without one.
inline constexpr std::chrono::milliseconds catalog_hint_wait{200};

/// Makes the versions of catalog zones from the feed, on a thread of its own. Every central does: who comes second to a
/// catalog finds its row locked, and leaves it. (It is central that does because only central may write versions, and
/// has the rule for their serials.)
class CatalogKeeper {
 public:
  /// All must outlive this. Its end waits for the present step. `hints` is used by the thread only.
  CatalogKeeper(storage::Catalogs& catalogs, storage::FeedReader& hints, Announcer& announcer, const Logger& log,
                Metrics& metrics);
  CatalogKeeper(const CatalogKeeper&) = delete;
  CatalogKeeper& operator=(const CatalogKeeper&) = delete;

 private:
  void run(const std::stop_token& stop);
  /// Whether a catalog was behind.
  [[nodiscard]] bool round(const std::stop_token& stop);
  void bring_forward(const std::stop_token& stop, const ZoneId& catalog);
  void tell(const ZoneId& catalog, const storage::Catalogs::Step& step);

  storage::Catalogs& catalogs_;
  storage::FeedReader& hints_;
  Announcer& announcer_;
  const Logger& log_;
  Counter versions_;
  Counter added_;
  Counter removed_;
  Histogram time_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace minidns::central
