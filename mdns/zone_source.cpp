#include "mdns/zone_source.hpp"

#include "base/offload.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace minidns::mdns {
namespace {

/// A coroutine that waits for a zone; resumed once, from any thread.
template <class Handler>
class Waiter {
 public:
  explicit Waiter(Handler handler)
      : handler_(std::move(handler)),
        work_(boost::asio::make_work_guard(boost::asio::get_associated_executor(handler_))) {}

  void resume(Loaded loaded) {
    const auto executor = work_.get_executor();
    boost::asio::post(executor, [handler = std::move(handler_), loaded = std::move(loaded)]() mutable {
      std::move(handler)(std::move(loaded));
    });
    work_.reset();
  }

 private:
  Handler handler_;
  boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work_;
};

}  // namespace

std::optional<CachedZone> ZoneSource::cached(const ZoneEntry& zone, const ViewId& view) const {
  auto cached = cache_.find({zone.id, view});
  return cached && cached->snapshot->version() >= zone.version ? cached : std::nullopt;
}

void ZoneSource::obtain(const ZonePointer& zone, const ViewId& view, ZoneLoader::OnLoaded on_loaded) const {
  if (const auto known = cached(*zone, view)) {
    on_loaded({Loaded::Outcome::ready, known->snapshot});
    return;
  }
  loader_.load(
      workers_, {zone->id, view}, zone->version, [zone, on_loaded = std::move(on_loaded)](const Loaded& loaded) {
        // A database that was set back has an older version than we told of: a secondary must not be taken back to it.
        const bool behind = loaded.outcome == Loaded::Outcome::ready && loaded.snapshot->version() < zone->version;
        on_loaded(behind ? Loaded{Loaded::Outcome::unavailable, nullptr} : loaded);
      });
}

boost::asio::awaitable<Loaded> ZoneSource::obtain(ZonePointer zone, ViewId view) const {
  auto initiate = [this](auto handler, const ZonePointer& wanted, const ViewId& seen_as) {
    const auto waiter = std::make_shared<Waiter<decltype(handler)>>(std::move(handler));
    obtain(wanted, seen_as, [waiter](const Loaded& loaded) { waiter->resume(loaded); });
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Loaded)>(
      std::move(initiate), boost::asio::use_awaitable, std::move(zone), view);
}

boost::asio::awaitable<Transfer> ZoneSource::transfer_from(ContentKey key, SnapshotPointer snapshot,
                                                           dns::Serial from) const {
  std::function<Transfer()> work = [this, key, snapshot, from] {
    return incremental_transfer(snapshot,
                                loader_.find_difference(key, from, snapshot, difference_octets_max(*snapshot)));
  };
  auto transfer = co_await offload(workers_, work);
  if (!transfer) {  // the workers are busy: the full zone is in memory
    co_return full_transfer(std::move(snapshot), TransferKind::ixfr_as_axfr);
  }
  co_return *std::move(transfer);
}

std::optional<dns::Delta> ZoneSource::quick_difference(const CachedZone& cached, dns::Serial from) {
  CachedZone recent{cached.snapshot, {}};
  std::size_t changes = 0;
  // Backwards from the newest step, as far as the client is behind.
  for (auto step = cached.steps.rbegin(); step != cached.steps.rend(); ++step) {
    changes += (*step)->changes.size();
    if (recent.steps.size() == quick_steps_max || changes > quick_changes_max) {
      return std::nullopt;
    }
    recent.steps.insert(recent.steps.begin(), *step);
    if (dns::serial_of((*step)->soa_before.rdata[0]) == from) {
      return compose_steps(recent, from);
    }
  }
  return std::nullopt;
}

}  // namespace minidns::mdns
