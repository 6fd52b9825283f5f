#include "mdns/inbound/refresh_job.hpp"

#include "base/offload.hpp"
#include "base/random.hpp"
#include "dns/soa.hpp"
#include "storage/postgres/errors.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace minidns::mdns {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// A claim of an instance that dies ends by itself after this time; it is renewed three times as often.
constexpr std::chrono::milliseconds lease = 30s;
/// After the work on a zone that another instance has, or that couldn't be settled.
constexpr std::chrono::milliseconds look_again = 2s;
constexpr std::chrono::milliseconds look_again_without_database = 10s;

double random_share() {
  return static_cast<double>(random_u64() >> 11U) / static_cast<double>(std::uint64_t{1} << 53U);
}

}  // namespace

RefreshJob::RefreshJob(const RefreshContext& context, asio::any_io_executor strand, InboundWork work)
    : context_(context), strand_(std::move(strand)), work_(std::move(work)) {}

asio::awaitable<void> RefreshJob::run(std::shared_ptr<RefreshJob> /*self*/) {
  std::string fault;
  try {
    const Claimed claimed = co_await claim();
    if (claimed == Claimed::no) {
      context_.table.again(zone().id, look_again);
      co_return;
    }
    auto found = co_await ask_all();
    co_await settle(std::move(found));
    co_return;
  } catch (const ClaimLost&) {
    fault = "another instance works on it";
  } catch (const storage::postgres::StatementError& error) {
    fault = error.what();
    context_.log.error("work on an inbound zone refused by the database",
                       {{"zone", zone_text()}, {"reason", error.what()}});
  } catch (const std::runtime_error& error) {  // the database is away, or a commit is in doubt: look again
    fault = error.what();
  }
  context_.log.info("work on an inbound zone broken off", {{"zone", zone_text()}, {"reason", fault}});
  context_.table.again(zone().id, look_again_without_database);
}

asio::awaitable<RefreshJob::Claimed> RefreshJob::claim() {
  std::function<std::optional<storage::InboundClaim>()> job = [this] {
    return context_.store.claim(zone().id, context_.self, lease);
  };
  bool away = false;
  try {
    auto claimed = co_await offload(context_.workers, job);
    if (!claimed || !*claimed) {
      co_return Claimed::no;
    }
    claim_ = *std::move(*claimed);
  } catch (const storage::postgres::Unavailable&) {
    away = true;
  }
  if (away) {
    co_return Claimed::unknown;
  }
  renewed_ = context_.clock.steady();
  // The order of the primaries stays: who notified us is first.
  work_.zone = claim_->zone;
  co_return Claimed::yes;
}

/// One primary after the other, until one has what we want.
asio::awaitable<RefreshJob::Found> RefreshJob::ask_all() {
  Found found;
  if (work_.primaries.empty() || work_.key_is_broken) {
    found.error = work_.key_is_broken ? "the key of its primaries can't be used" : "no primary that may be asked";
    co_return found;
  }
  for (const InboundPrimary& primary : work_.primaries) {
    const bool done = co_await ask_one(primary, &found);
    if (done) {
      break;
    }
  }
  if (found.ok) {
    found.error.reset();
    found.alarm.reset();
  }
  co_return found;
}

/// True if no other needs to be asked.
asio::awaitable<bool> RefreshJob::ask_one(InboundPrimary primary, Found* found) {
  std::string reason;
  try {
    PrimaryQuery query = query_to(primary);
    dns::RRset soa = co_await ask_soa(strand_, std::move(query), context_.client, &context_.clock);
    found->reached = true;
    const dns::Serial serial = dns::serial_of(soa.rdata.front());
    const Verdict verdict = judge(zone(), soa);
    switch (verdict) {
      case Verdict::up_to_date:
        context_.metrics.up_to_date.increment();
        found->ok = true;
        found->soa = std::move(soa);
        break;
      case Verdict::went_back:
        context_.metrics.went_back.increment();
        add_alarm(*found, storage::InboundAlarm::Kind::serial_went_back, serial);
        break;
      case Verdict::changed:
        context_.metrics.went_back.increment();
        add_alarm(*found, storage::InboundAlarm::Kind::content_changed, serial);
        break;
      case Verdict::transfer:
      case Verdict::transfer_whole:
        context_.metrics.newer.increment();
        if (!claim_) {
          found->error = "the database is away: what is newer can't be taken";
          break;
        }
        co_await transfer(primary, verdict == Verdict::transfer_whole, found);
        break;
    }
    co_return found->ok;
  } catch (const PrimaryFailure& failure) {
    reason = failure.what();
  }
  context_.metrics.unreachable.increment();
  context_.log.info("primary of a zone failed",
                    {{"zone", zone_text()}, {"primary", primary.to_text()}, {"reason", reason}});
  found->error = primary.to_text() + ": " + reason;
  co_return false;
}

void RefreshJob::add_alarm(Found& found, storage::InboundAlarm::Kind kind, dns::Serial serial) const {
  found.alarm = {kind, serial};
  const bool went_back = kind == storage::InboundAlarm::Kind::serial_went_back;
  found.error = went_back ? "the primary's serial " + std::to_string(serial.value()) + " isn't newer than ours"
                          : "the primary has other records under our serial";
}

storage::InboundOutcome RefreshJob::outcome_of(const Found& found) const {
  const auto& soa = found.soa ? found.soa : zone().soa;
  storage::InboundOutcome outcome{found.ok, 0ms, {}, found.error, found.alarm};
  outcome.due_in = found.ok && soa ? refresh_after(*soa, context_.refresh, random_share())
                                   : retry_after(soa, zone().failures + 1, context_.refresh, random_share());
  // A primary that is there but has something older keeps the zone alive, with the alarm.
  if (soa && (found.ok || found.alarm)) {
    outcome.expires_in = expire_after(*soa, context_.refresh);
  }
  return outcome;
}

asio::awaitable<void> RefreshJob::settle(Found found) {
  const storage::InboundOutcome outcome = outcome_of(found);
  if (found.alarm && (!zone().alarm || zone().alarm->serial != found.alarm->second)) {
    context_.log.error("a primary has what is kept out until it is accepted",
                       {{"zone", zone_text()},
                        {"serial", zone().serial.value()},
                        {"serial_of_primary", found.alarm->second.value()},
                        {"reason", found.error.value_or("")}});
  }
  if (claim_) {
    std::function<bool()> job = [this, outcome] { return context_.store.settle(*claim_, outcome); };
    const auto settled = co_await offload(context_.workers, job);
    if (!settled) {
      context_.table.again(zone().id, look_again);
      co_return;
    }
    context_.table.done(zone().id, outcome.due_in, outcome.expires_in);
    co_return;
  }
  context_.table.again(zone().id, std::min(outcome.due_in, look_again_without_database), outcome.expires_in);
}

PrimaryQuery RefreshJob::query_to(const InboundPrimary& primary) const {
  return {zone().name, primary.address, primary.port, context_.source_for(primary.address), work_.key};
}

}  // namespace minidns::mdns
