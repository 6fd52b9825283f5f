#include "mdns/past_differences.hpp"

#include "storage/postgres/errors.hpp"

#include <utility>

namespace minidns::mdns {

std::optional<dns::Delta> PastDifferences::find(const ContentKey& key, dns::Serial from,
                                                const dns::ZoneSnapshot& newest, std::size_t octets_max) {
  auto difference = read(key, from, newest.version(), octets_max);
  if (!difference) {
    return std::nullopt;
  }
  if (!difference->signing_from && !difference->signing_to) {
    return std::move(difference->content);
  }
  auto delta = signed_form(key, newest, *std::move(difference), octets_max);
  return delta && is_proven(key, *delta) ? std::move(delta) : std::nullopt;
}

std::optional<PastDifferences::Difference> PastDifferences::read(const ContentKey& key, dns::Serial from,
                                                                 dns::Version to, std::size_t octets_max) {
  storage::ZoneContent& chosen = source_.for_version(key.zone, to);
  auto difference = read_from(chosen, key, from, to, octets_max);
  const bool is_primary = &chosen == &source_.primary();
  return difference || is_primary ? std::move(difference) : read_from(source_.primary(), key, from, to, octets_max);
}

/// Where the database can't help the full zone is in memory: it's a good answer, too (DESIGN.md invariant 10).
std::optional<PastDifferences::Difference> PastDifferences::read_from(storage::ZoneContent& content,
                                                                      const ContentKey& key, dns::Serial from,
                                                                      dns::Version to, std::size_t octets_max) const {
  try {
    return content.read_difference(key.zone, key.view, from, to, octets_max);
  } catch (const storage::postgres::Unavailable& error) {
    log_.debug("difference not read: database unavailable", {{"reason", error.what()}});
  } catch (const storage::postgres::CommitInDoubt& error) {
    log_.debug("difference not read: database unavailable", {{"reason", error.what()}});
  } catch (const storage::postgres::StatementError& error) {
    log_.error("difference not read: the database refused", {{"zone_id", key.zone.to_string()},
                                                             {"view", key.view.number()},
                                                             {"sqlstate", error.sqlstate()},
                                                             {"reason", error.what()}});
  } catch (const storage::CorruptContent& error) {
    log_.error("difference not read: not valid",
               {{"zone_id", key.zone.to_string()}, {"view", key.view.number()}, {"reason", error.what()}});
  }
  return std::nullopt;
}

std::optional<dns::Delta> PastDifferences::signed_form(const ContentKey& key, const dns::ZoneSnapshot& newest,
                                                       Difference difference, std::size_t octets_max) {
  try {
    auto delta = signer_.difference(newest, std::move(difference), octets_max);
    if (!delta) {
      metrics_.whole.increment();
    }
    return delta;
  } catch (const SigningFailed& error) {  // its key is gone, or its apex signatures
    log_.info("older version not signed again: the zone is sent as a whole",
              {{"zone", newest.apex().to_text()}, {"view", key.view.number()}, {"reason", error.what()}});
  }
  metrics_.failed.increment();
  return std::nullopt;
}

bool PastDifferences::is_proven(const ContentKey& key, const dns::Delta& delta) {
  auto proof = DigestCheck::Proof::none;
  try {
    proof = digests_ != nullptr ? digests_->proof_of(key, delta) : DigestCheck::Proof::holds;
  } catch (const std::runtime_error& error) {  // of storage
    log_.debug("difference not proven: database unavailable", {{"reason", error.what()}});
  }
  if (proof == DigestCheck::Proof::fails) {
    log_.error("difference from an older version isn't the one of the stored digests: the zone is sent as a whole",
               {{"zone", delta.soa_before.owner.to_text()},
                {"view", key.view.number()},
                {"from_version", delta.from.value()},
                {"to_version", delta.to.value()}});
  }
  const bool holds = proof == DigestCheck::Proof::holds;
  (holds ? metrics_.made : proof == DigestCheck::Proof::fails ? metrics_.differs : metrics_.unproven).increment();
  return holds;
}

}  // namespace minidns::mdns
