#include "mdns/zone_source.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace minidns::mdns {
namespace {

/// A coroutine that waits for a zone or a difference; resumed once, from any thread.
template <class Value, class Handler>
class Waiter {
 public:
  explicit Waiter(Handler handler)
      : handler_(std::move(handler)),
        work_(boost::asio::make_work_guard(boost::asio::get_associated_executor(handler_))) {}

  void resume(Value value) {
    const auto executor = work_.get_executor();
    boost::asio::post(executor, [handler = std::move(handler_), value = std::move(value)]() mutable {
      std::move(handler)(std::move(value));
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
    const auto waiter = std::make_shared<Waiter<Loaded, decltype(handler)>>(std::move(handler));
    obtain(wanted, seen_as, [waiter](const Loaded& loaded) { waiter->resume(loaded); });
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Loaded)>(
      std::move(initiate), boost::asio::use_awaitable, std::move(zone), view);
}

boost::asio::awaitable<Transfer> ZoneSource::transfer_from(ContentKey key, SnapshotPointer snapshot,
                                                           dns::Serial from) const {
  const DifferenceKey wanted{key, from, snapshot->version()};
  DifferencePointer difference = difference_at_once(wanted, *snapshot);
  if (!difference) {
    difference = co_await shared_difference(wanted, snapshot);
  }
  co_return incremental_transfer(std::move(snapshot), std::move(difference));
}

/// What takes no longer than to hand it to another thread; null: it isn't that simple.
DifferencePointer ZoneSource::difference_at_once(const DifferenceKey& key, const dns::ZoneSnapshot& snapshot) const {
  if (auto known = differences_.find(key)) {
    return known;
  }
  const auto cached = cache_.find(key.content);
  if (!cached || cached->snapshot->version() != key.to) {
    return nullptr;
  }
  auto rendered = render_difference(snapshot, quick_difference(*cached, key.from));
  if (rendered) {
    differences_.put(key, rendered);
  }
  return rendered;
}

boost::asio::awaitable<DifferencePointer> ZoneSource::shared_difference(DifferenceKey key,
                                                                        SnapshotPointer snapshot) const {
  RenderedDifferences::Make make = [&loader = loader_, key, snapshot] {
    const std::size_t octets_max = difference_octets_max(*snapshot);
    return render_difference(*snapshot, loader.find_difference(key.content, key.from, snapshot, octets_max));
  };
  auto initiate = [this](auto handler, const DifferenceKey& wanted, const RenderedDifferences::Make& how) {
    const auto waiter = std::make_shared<Waiter<DifferencePointer, decltype(handler)>>(std::move(handler));
    const auto resume = [waiter](const DifferencePointer& difference) { waiter->resume(difference); };
    if (!differences_.obtain(workers_, wanted, how, resume)) {
      waiter->resume(nullptr);  // the workers are busy: the full zone is in memory
    }
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(DifferencePointer)>(
      std::move(initiate), boost::asio::use_awaitable, key, std::move(make));
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
