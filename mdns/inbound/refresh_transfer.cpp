// The second half of RefreshJob: a transfer, from the request to the commit.

#include "base/offload.hpp"
#include "base/random.hpp"
#include "dns/soa.hpp"
#include "dns/wire/request.hpp"
#include "mdns/inbound/refresh_job.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace minidns::mdns {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Records in memory before they go to the database: large enough that a transaction costs little beside them.
constexpr std::size_t batch_octets_max = 512 * 1024;
/// What a record costs there beside its octets.
constexpr std::size_t record_overhead_octets = 150;

constexpr std::chrono::milliseconds lease = 30s;
constexpr std::chrono::milliseconds renew_after = 10s;
/// Grouping and committing a large zone takes a minute or more, in which nothing can be renewed.
constexpr std::chrono::milliseconds commit_lease = 5min;

const char* const author = "transfer";

dns::RRset without_serial(const dns::RRset& soa) {
  return {soa.owner, soa.type, soa.ttl, {with_serial(soa.rdata.front(), dns::Serial(0))}};
}

template <class T>
T taken(std::optional<T> result) {
  if (!result) {
    throw std::runtime_error("too much waits for the database");
  }
  return *std::move(result);
}

}  // namespace

/// IXFR first, where we have something and it will do; whatever goes wrong with it, AXFR is another try.
asio::awaitable<void> RefreshJob::transfer(InboundPrimary primary, bool whole, Found* found) {
  std::string reason;
  if (!whole) {
    try {
      const bool done = co_await transfer_once(primary, dns::RRType::ixfr, found);
      if (done) {
        co_return;
      }
      reason = "nothing newer than its SOA said";
    } catch (const PrimaryFailure& failure) {
      reason = failure.what();
    }
    context_.log.info("incremental transfer failed: asking for the whole zone",
                      {{"zone", zone_text()}, {"primary", primary.to_text()}, {"reason", reason}});
  }
  const bool done = co_await transfer_once(primary, dns::RRType::axfr, found);
  if (!done) {
    throw PrimaryFailure("the transfer brought nothing");
  }
}

/// False if there was nothing newer.
asio::awaitable<bool> RefreshJob::transfer_once(InboundPrimary primary, dns::RRType type, Found* found) {
  form_ = Form::unknown;
  batch_.clear();
  batch_octets_ = 0;
  difference_.reset();
  end_.reset();
  if (staged_ > 0) {
    // What another try left behind would be counted: a new claim throws it away.
    const Claimed claimed = co_await claim();
    if (claimed != Claimed::yes) {
      throw ClaimLost();
    }
    staged_ = 0;
  }
  const auto id = static_cast<std::uint16_t>(random_u64());
  const bool incremental = type == dns::RRType::ixfr;
  dns::TransferReader reader({zone().name, type, id, incremental ? std::optional(zone().serial) : std::nullopt},
                             context_.transfer);
  PrimaryConnection connection(strand_, query_to(primary), context_.client, context_.clock);
  co_await connection.open();
  Bytes request = incremental ? dns::make_ixfr_query(id, zone().name, zone().soa->rdata.front())
                              : dns::make_query(id, zone().name, type);
  co_await connection.send(std::move(request));
  dns::RRset soa = co_await receive_all(&connection, &reader);
  if (form_ == Form::nothing) {
    co_return false;
  }
  context_.log.info("inbound transfer received", {{"zone", zone_text()},
                                                  {"primary", primary.to_text()},
                                                  {"kind", form_ == Form::whole ? "axfr" : "ixfr"},
                                                  {"serial", dns::serial_of(soa.rdata.front()).value()},
                                                  {"records_outside", reader.ignored()}});
  if (form_ == Form::whole) {
    co_await commit_whole(std::move(soa), found);
  } else {
    co_await commit_difference(std::move(soa), found);
  }
  co_return true;
}

/// The SOA at the end; of no meaning if there was nothing newer.
asio::awaitable<dns::RRset> RefreshJob::receive_all(PrimaryConnection* connection, dns::TransferReader* reader) {
  const SteadyTime begun = context_.clock.steady();
  while (!reader->is_done()) {
    auto received = co_await connection->receive();
    context_.metrics.octets.increment(static_cast<double>(received.octets));
    auto events = reader->read(received.message, received.octets);
    if (!events) {
      context_.metrics.failed.increment();
      throw PrimaryFailure(events.error().detail);
    }
    for (dns::TransferEvent& event : *events) {
      take(std::move(event));
    }
    if (difference_ && difference_->octets() > context_.difference_octets_max) {
      throw PrimaryFailure("the difference has more than " + std::to_string(context_.difference_octets_max) +
                           " octets");
    }
    if (batch_octets_ > batch_octets_max) {
      co_await flush();
    }
    const SteadyTime now = context_.clock.steady();
    if (now - begun > context_.transfer_limit) {
      throw PrimaryFailure("the transfer took too long");
    }
    if (now - renewed_ > renew_after) {
      co_await renew(lease);
    }
  }
  if (!connection->is_verified()) {
    throw PrimaryFailure("the last message is not signed");
  }
  co_return end_ ? *end_ : *zone().soa;
}

void RefreshJob::take(dns::TransferEvent event) {
  if (std::holds_alternative<dns::WholeZone>(event)) {
    form_ = Form::whole;
  } else if (std::holds_alternative<dns::Difference>(event)) {
    form_ = Form::difference;
  } else if (std::holds_alternative<dns::NothingNewer>(event)) {
    form_ = Form::nothing;
  } else if (auto* end = std::get_if<dns::TransferEnd>(&event)) {
    end_ = std::move(end->soa);
  } else if (auto* removed = std::get_if<dns::RemovedRecord>(&event)) {
    if (!difference_) {
      difference_.emplace(zone().name);
    }
    difference_->remove(std::move(*removed));
  } else if (auto* added = std::get_if<dns::AddedRecord>(&event)) {
    if (form_ == Form::whole) {
      batch_octets_ += added->owner.wire().size() + added->rdata.octets().size() + record_overhead_octets;
      batch_.push_back({std::move(added->owner), added->type, added->ttl, std::move(added->rdata)});
    } else {
      if (!difference_) {
        difference_.emplace(zone().name);
      }
      difference_->add(std::move(*added));
    }
  }
}

asio::awaitable<void> RefreshJob::flush() {
  const auto records = std::make_shared<const std::vector<storage::InboundRecord>>(std::exchange(batch_, {}));
  batch_octets_ = 0;
  if (records->empty()) {
    co_return;
  }
  const std::int64_t first = staged_;
  staged_ += static_cast<std::int64_t>(records->size());
  std::function<bool()> job = [this, first, records] {
    context_.store.stage(*claim_, first, *records);
    return true;
  };
  (void)taken(co_await offload(context_.workers, job));
}

asio::awaitable<void> RefreshJob::renew(std::chrono::milliseconds time) {
  std::function<bool()> job = [this, time] { return context_.store.renew(*claim_, time); };
  if (!taken(co_await offload(context_.workers, job))) {
    throw ClaimLost();
  }
  renewed_ = context_.clock.steady();
}

asio::awaitable<void> RefreshJob::commit_whole(dns::RRset soa, Found* found) {
  const dns::Serial serial = dns::serial_of(soa.rdata.front());
  dns::RRset stored = without_serial(soa);
  batch_.push_back({stored.owner, stored.type, stored.ttl, std::move(stored.rdata.front())});
  co_await flush();
  co_await renew(commit_lease);
  std::function<std::int64_t()> group = [this] { return context_.store.group(*claim_, staged_); };
  const std::int64_t sets = taken(co_await offload(context_.workers, group));
  const bool is_newer = !zone().has_content || serial.is_newer_than(zone().serial);
  if (!is_newer && zone().accepted != serial) {
    std::function<std::int64_t()> count = [this] { return context_.store.count_differences(*claim_); };
    const std::int64_t differences = taken(co_await offload(context_.workers, count));
    if (serial != zone().serial) {
      add_alarm(*found, storage::InboundAlarm::Kind::serial_went_back, serial);
    } else if (differences != 0) {
      add_alarm(*found, storage::InboundAlarm::Kind::content_changed, serial);
    } else {
      found->ok = true;
      found->soa = std::move(soa);
    }
    context_.metrics.unchanged.increment();
    co_return;
  }
  std::function<std::optional<dns::Version>()> commit = [this, serial, sets] {
    return context_.store.commit_zone(*claim_, serial, sets, author);
  };
  const auto version = taken(co_await offload(context_.workers, commit));
  context_.metrics.axfr.increment();
  co_await committed(version, std::move(soa), found);
}

asio::awaitable<void> RefreshJob::commit_difference(dns::RRset soa, Found* found) {
  const dns::Serial serial = dns::serial_of(soa.rdata.front());
  if (!serial.is_newer_than(zone().serial)) {
    throw PrimaryFailure("the difference doesn't lead to a newer serial");
  }
  std::vector<storage::InboundChange> changes;
  if (difference_) {
    const auto places = std::make_shared<const std::vector<storage::InboundStore::Place>>(difference_->places());
    std::function<std::vector<dns::RRset>()> read = [this, places] { return context_.store.rrsets(*claim_, *places); };
    const std::vector<dns::RRset> present = taken(co_await offload(context_.workers, read));
    auto applied = difference_->apply(present);
    if (!applied) {
      context_.metrics.failed.increment();
      throw PrimaryFailure("the difference doesn't fit: " + applied.error().detail);
    }
    changes = *std::move(applied);
  }
  if (const dns::RRset stored = without_serial(soa); stored != without_serial(*zone().soa)) {
    changes.push_back({stored.owner, stored.type, stored});
  }
  const auto shared = std::make_shared<const std::vector<storage::InboundChange>>(std::move(changes));
  std::function<std::optional<dns::Version>()> commit = [this, serial, shared] {
    return context_.store.commit_changes(*claim_, serial, *shared, author);
  };
  const auto version = taken(co_await offload(context_.workers, commit));
  context_.metrics.ixfr.increment();
  co_await committed(version, std::move(soa), found);
}

asio::awaitable<void> RefreshJob::committed(std::optional<dns::Version> version, dns::RRset soa, Found* found) {
  if (!version) {
    throw ClaimLost();
  }
  found->ok = true;
  context_.log.info(
      "zone taken over from its primary",
      {{"zone", zone_text()}, {"serial", dns::serial_of(soa.rdata.front()).value()}, {"version", version->value()}});
  found->soa = std::move(soa);
  std::function<bool()> announce = [this, v = *version] {
    context_.store.announce(zone().id, v);
    return true;
  };
  std::string fault;
  try {
    (void)co_await offload(context_.workers, announce);
  } catch (const std::runtime_error& error) {
    fault = error.what();
  }
  if (!fault.empty()) {  // committed all the same: the feed has it, a little later
    context_.log.warning("new version not announced", {{"zone", zone_text()}, {"reason", fault}});
  }
}

}  // namespace minidns::mdns
