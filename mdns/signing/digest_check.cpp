#include "mdns/signing/digest_check.hpp"

#include "base/digest.hpp"

#include <algorithm>
#include <utility>

namespace minidns::mdns {

DigestCheck::DigestCheck(std::unique_ptr<storage::VersionDigests> stored, const SecretStore& secrets,
                         const InstanceId& self, std::string build, DigestMetrics metrics, const Logger& log)
    : stored_(std::move(stored)),
      secrets_(secrets),
      self_(self),
      build_(std::move(build)),
      metrics_(std::move(metrics)),
      log_(log) {}

void DigestCheck::expect_free(const ContentKey& key, const storage::ZoneHead& head) const {
  const auto doubt = doubt_of(key, head.version);
  if (doubt && doubt->is_quarantined) {
    throw DigestMismatch("the version is quarantined");
  }
}

bool DigestCheck::agrees(const ContentKey& key, const storage::ZoneHead& head, const dns::ZoneSnapshot& zone) {
  if (!head.signing) {
    set_doubt(key, std::nullopt);
    return true;
  }
  const auto keyed = keyed_by();
  return keyed ? compare(key, head, *keyed, dnssec::ZoneDigest::of(zone, keyed->key)) : pass_unchecked(head);
}

bool DigestCheck::agrees(const ContentKey& key, const storage::ZoneHead& head, const dns::ZoneSnapshot& before,
                         const dns::Delta& step) {
  if (!head.signing) {
    set_doubt(key, std::nullopt);
    return true;
  }
  expect_free(key, head);
  const auto keyed = keyed_by();
  if (!keyed) {
    return pass_unchecked(head);
  }
  const auto remembered = known(key, before.version());
  const auto digest = remembered ? *remembered : dnssec::ZoneDigest::of(before, keyed->key);
  return compare(key, head, *keyed, digest.after(step, keyed->key));
}

/// Null as long as no data key can be had to derive it of: the database is away, or central never ran.
std::shared_ptr<const DigestCheck::Keyed> DigestCheck::keyed_by() const {
  {
    const std::lock_guard lock(mutex_);
    if (keyed_) {
      return keyed_;
    }
  }
  auto derived = dnssec::digest_key_of(secrets_);
  if (!derived) {
    return nullptr;
  }
  auto keyed = std::make_shared<const Keyed>(*std::move(derived));
  const std::lock_guard lock(mutex_);
  keyed_ = keyed;
  return keyed;
}

/// Nothing was compared before there was a key, so that nothing is in doubt.
bool DigestCheck::pass_unchecked(const storage::ZoneHead& head) const {
  log_.warning("zone version served without comparing its digest",
               {{"zone", head.name.to_text()}, {"version", head.version.value()}, {"reason", "no data key"}});
  metrics_.unchecked.increment();
  return true;
}

bool DigestCheck::compare(const ContentKey& key, const storage::ZoneHead& head, const Keyed& keyed,
                          const dnssec::ZoneDigest& digest) {
  const storage::VersionDigest ours{key.zone, head.version, key.view, keyed.id, digest.octets(), self_, build_};
  const auto stored = ask(key, ours);
  using Kind = storage::VersionDigests::Stored::Kind;
  if (stored && stored->kind == Kind::none) {
    metrics_.withheld.increment();
    throw VersionWithheld("this release is stopped, and no other has built the version yet");
  }
  if (stored && stored->digest != ours.digest) {
    differs(key, head, ours, *stored);
    return false;
  }
  (!stored ? metrics_.unchecked : stored->kind == Kind::ours ? metrics_.first : metrics_.agreed).increment();
  set_doubt(key, std::nullopt);
  remember(key, head.version, digest);
  return true;
}

DigestCheck::Proof DigestCheck::proof_of(const ContentKey& key, const dns::Delta& delta) const {
  const auto keyed = keyed_by();
  if (!keyed) {
    return Proof::none;
  }
  const auto stored = stored_->find(key.zone, key.view, keyed->id, {delta.from, delta.to});
  const auto ours = known(key, delta.to);  // if it was built without the database
  const auto to = stored[1] || !ours ? stored[1] : ours->octets();
  if (!stored[0] || !to) {
    return Proof::none;
  }
  return dnssec::ZoneDigest(*stored[0]).after(delta, keyed->key).octets() == *to ? Proof::holds : Proof::fails;
}

/// Nothing if the database can't say. What was found to differ isn't served for that.
std::optional<storage::VersionDigests::Stored> DigestCheck::ask(const ContentKey& key,
                                                                const storage::VersionDigest& ours) {
  try {
    return stored_->agree(ours);
  } catch (const std::runtime_error& error) {  // of storage
    if (doubt_of(key, ours.version)) {
      throw;
    }
    log_.warning("zone version served without comparing its digest", {{"zone_id", key.zone.to_string()},
                                                                      {"view", key.view.number()},
                                                                      {"version", ours.version.value()},
                                                                      {"reason", error.what()}});
    return std::nullopt;
  }
}

/// Throws DigestMismatch if it isn't the first time.
void DigestCheck::differs(const ContentKey& key, const storage::ZoneHead& head, const storage::VersionDigest& ours,
                          const storage::VersionDigests::Stored& stored) {
  metrics_.mismatched.increment();
  const bool is_quarantined = doubt_of(key, head.version).has_value();
  set_doubt(key, Doubt{head.version, is_quarantined});
  log_.error(is_quarantined ? "zone version quarantined: built anew it differs from what another instance made of it"
                            : "zone version differs from what another instance made of it: built anew",
             {{"zone", head.name.to_text()},
              {"view", key.view.number()},
              {"version", head.version.value()},
              {"serial", head.serial.value()},
              {"build", build_},
              {"other_instance", stored.instance.to_string()},
              {"other_build", stored.build}});
  if (is_quarantined) {
    report(ours);
    throw DigestMismatch("another instance made something else of the version");
  }
}

void DigestCheck::report(const storage::VersionDigest& ours) {
  try {
    stored_->report(ours);
  } catch (const std::runtime_error& error) {  // of storage; the log has it
    log_.warning("quarantine not reported", {{"zone_id", ours.zone.to_string()}, {"reason", error.what()}});
  }
}

std::optional<DigestCheck::Doubt> DigestCheck::doubt_of(const ContentKey& key, dns::Version version) const {
  const std::lock_guard lock(mutex_);
  const auto found = doubts_.find(key);
  return found != doubts_.end() && found->second.version == version ? std::optional(found->second) : std::nullopt;
}

void DigestCheck::set_doubt(const ContentKey& key, std::optional<Doubt> doubt) {
  const std::lock_guard lock(mutex_);
  if (!doubt && doubts_.empty()) {
    return;
  }
  doubts_.erase(key);
  if (doubt) {
    if (doubts_.size() >= doubts_max) {
      doubts_.erase(doubts_.begin());
    }
    doubts_.emplace(key, *doubt);
  }
  count_quarantined();
}

void DigestCheck::forget(const ZoneId& zone) {
  const std::lock_guard lock(mutex_);
  std::erase_if(doubts_, [&](const auto& item) { return item.first.zone == zone; });
  count_quarantined();
}

/// With the mutex held.
void DigestCheck::count_quarantined() const {
  metrics_.quarantined.set(static_cast<double>(
      std::count_if(doubts_.begin(), doubts_.end(), [](const auto& item) { return item.second.is_quarantined; })));
}

std::optional<dnssec::ZoneDigest> DigestCheck::known(const ContentKey& key, dns::Version version) const {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(key);
  return found != places_.end() && found->second->version == version ? std::optional(found->second->digest)
                                                                     : std::nullopt;
}

void DigestCheck::remember(const ContentKey& key, dns::Version version, const dnssec::ZoneDigest& digest) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(key);
  if (found != places_.end()) {
    known_.erase(found->second);
    places_.erase(found);
  } else if (known_.size() >= digests_max) {
    places_.erase(known_.back().key);
    known_.pop_back();
  }
  known_.push_front({key, version, digest});
  places_.emplace(key, known_.begin());
}

DigestMetrics make_digest_metrics(Metrics& metrics) {
  const std::string name = "minidns_mdns_version_digests_total";
  const std::string help = "Signed versions whose digest was compared with other instances', by what came of it";
  return {metrics.counter(name, help, {{"result", "first"}}),
          metrics.counter(name, help, {{"result", "agreed"}}),
          metrics.counter(name, help, {{"result", "mismatched"}}),
          metrics.counter(name, help, {{"result", "unchecked"}}),
          metrics.counter(name, help, {{"result", "withheld"}}),
          metrics.gauge(
              "minidns_mdns_zones_quarantined",
              "Zones, by view, whose newest version this instance doesn't serve: others made something else of it")};
}

}  // namespace minidns::mdns
