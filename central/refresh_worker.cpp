#include "central/refresh_worker.hpp"

#include "central/key_set.hpp"
#include "central/signing_rules.hpp"
#include "central/version_policy.hpp"
#include "central/worker.hpp"

#include <algorithm>
#include <utility>

namespace minidns::central {
namespace {

/// The slots of the key set, now and ahead, that have no signature yet.
std::vector<dnssec::Slot> missing_slots(const storage::DueZone& zone, const dnssec::SlotRule& rule,
                                        std::int64_t signing_time) {
  auto slots = slots_ahead(rule, signing_time);
  std::erase_if(slots, [&](const dnssec::Slot& slot) {
    return std::ranges::find(zone.signed_inceptions, slot.start_s - zone.times.skew) != zone.signed_inceptions.end();
  });
  return slots;
}

dnssec::Result<std::vector<storage::NewApexSignature>> sign_slots(const storage::DueZone& zone,
                                                                  const std::vector<dnssec::Slot>& slots,
                                                                  KeyVault& vault) {
  std::vector<KeySetSigner> signers;
  for (const auto& key : zone.signers) {
    auto signer = vault.open(key.role, key.id, key.dnskey, key.private_sealed);
    if (!signer) {
      return signer.error();
    }
    signers.push_back({key.id, *std::move(signer)});
  }
  return sign_key_set({zone.stamp.key_set, zone.name, zone.ttl, zone.times, zone.dnskey, zone.cds, zone.cdnskey},
                      signers, slots);
}

}  // namespace

dnssec::Result<ZoneRefresh> refresh_of(const storage::DueZone& zone, std::int64_t current_epoch, WallTime now,
                                       KeyVault& vault) {
  const auto signing_time = unix_seconds(now);
  const auto buckets = buckets_for(zone.rrsets, zone.stamp.buckets, zone.pool_has_axfr_only);
  const auto rule = slot_rule(zone.name, zone.times, buckets);
  if (!rule) {
    return rule.error();
  }
  ZoneRefresh refresh{.version = {.zone = zone.zone,
                                  .version = next_stamp(zone.head, zone.head_epoch != current_epoch, now),
                                  .signing = {.key_set = zone.stamp.key_set,
                                              .signing_time = signing_time,
                                              .buckets = buckets,
                                              .rules = signing_rules_now},
                                  .refresh_due = time_of_unix(rule->next_due_s(signing_time))},
                      .signatures = {},
                      .warning = {}};
  const auto missing = missing_slots(zone, *rule, signing_time);
  if (zone.signers.empty() || missing.empty()) {
    return refresh;
  }
  auto signatures = sign_slots(zone, missing, vault);
  if (signatures) {
    refresh.signatures = *std::move(signatures);
    return refresh;
  }
  if (missing.front() == rule->slot_of(0, signing_time)) {
    return signatures.error();
  }
  refresh.warning = signatures.error().detail;
  return refresh;
}

RefreshWorker::RefreshWorker(storage::SigningRefresh& refresh, KeyVault& vault, Announcer& announcer, const Logger& log,
                             Metrics& metrics)
    : refresh_(refresh),
      vault_(vault),
      announcer_(announcer),
      log_(log),
      refreshed_(metrics.counter("minidns_central_refresh_versions_total", "Versions made to renew signatures")),
      failed_(metrics.counter("minidns_central_refresh_failures_total",
                              "Refreshes put off since the key set's signatures could not be made")),
      due_(metrics.gauge("minidns_central_refresh_due_zones", "Signed zones of which a bucket is due")),
      late_(metrics.gauge("minidns_central_refresh_late_zones", "Signed zones that have been due for an hour")),
      earliest_expiry_(metrics.gauge("minidns_central_signatures_valid_until_seconds",
                                     "Unix time before which no signature of any zone expires; 0: none is signed")),
      clock_refused_(metrics.gauge("minidns_central_signing_clock_refused",
                                   "1: the database's clock leapt, and a person must say that it is right")),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void RefreshWorker::run(const std::stop_token& stop) {
  do {
    (void)attempt(log_, "signature refresh", [&] { round(stop); });
  } while (wait(stop, refresh_interval));
}

void RefreshWorker::round(const std::stop_token& stop) {
  const auto clock = refresh_.observe_clock(clock_leap_max);
  clock_refused_.set(clock.accepted ? 0 : 1);
  if (clock.accepted) {
    while (!stop.stop_requested() && refresh_some()) {
    }
  } else {
    log_.error(
        "the database's clock leapt: nothing is signed until `central dnssec accept-clock` says that it is right",
        {{"now", unix_seconds(clock.now)}, {"seen", clock.seen_at ? unix_seconds(*clock.seen_at) : 0}});
  }
  measure();
}

bool RefreshWorker::refresh_some() {
  const auto batch = refresh_.take(refresh_batch_zones);
  if (!batch) {
    return false;
  }
  std::vector<storage::RefreshBatch::Refreshed> versions;
  std::vector<storage::NewApexSignature> signatures;
  for (const auto& zone : batch->zones()) {
    auto refresh = refresh_of(zone, batch->current_epoch(), batch->now(), vault_);
    if (!refresh) {
      failed_.increment();
      log_.error("a zone's signatures can't be refreshed: its key set can't be signed",
                 {{"zone", zone.name.to_text()}, {"reason", refresh.error().detail}});
      continue;
    }
    if (refresh->warning) {
      log_.warning("a key set's signatures for the time ahead can't be made",
                   {{"zone", zone.name.to_text()}, {"reason", *refresh->warning}});
    }
    versions.push_back(refresh->version);
    std::ranges::move(refresh->signatures, std::back_inserter(signatures));
  }
  batch->commit(versions, signatures, refresh_retry_delay);
  refreshed_.increment(static_cast<double>(versions.size()));
  for (const auto& zone : versions) {
    announcer_.committed(zone.zone, zone.version.version);
  }
  log_.debug("signatures were refreshed", {{"zones", versions.size()}});
  return true;
}

void RefreshWorker::measure() {
  const auto counts = refresh_.count(refresh_late_after);
  due_.set(static_cast<double>(counts.due));
  late_.set(static_cast<double>(counts.late));
  const auto now = std::chrono::steady_clock::now();
  if (!measured_at_ || now - *measured_at_ >= expiry_interval) {
    measured_at_ = now;
    earliest_expiry_.set(static_cast<double>(refresh_.earliest_expiry().value_or(0)));
  }
}

}  // namespace minidns::central
