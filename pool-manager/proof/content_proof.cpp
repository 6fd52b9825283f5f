#include "pool-manager/proof/content_proof.hpp"

#include "base/random.hpp"
#include "base/secret.hpp"
#include "pool-manager/proof/ask_proofs.hpp"

#include <algorithm>
#include <utility>

namespace minidns::pool {
namespace {

ContentOutcome outcome_of(ContentErrc code) {
  switch (code) {
    case ContentErrc::unreachable:
      return ContentOutcome::unreachable;
    case ContentErrc::refused:
      return ContentOutcome::refused;
    case ContentErrc::changed:
      return ContentOutcome::changed;
    case ContentErrc::too_large:
      return ContentOutcome::too_large;
    case ContentErrc::unusable:
      return ContentOutcome::unusable;
  }
  return ContentOutcome::unusable;
}

std::string serials(const char* where, dns::Serial there, const char* wanted, dns::Serial here) {
  return std::string(where) + " has serial " + std::to_string(there.value()) + ", " + wanted + " is " +
         std::to_string(here.value());
}

}  // namespace

boost::asio::awaitable<ContentProof::Result> ContentProof::compare(dns::Name name) {
  co_await find_key();
  const std::optional<storage::ProvedZone> zone = co_await look_up(name);
  if (!zone) {
    co_return Result{ContentOutcome::gone};
  }
  if (scope_.window.contains(name)) {
    co_return Result{ContentOutcome::changed, "a change is under way", zone};
  }
  const Sum there = co_await ask_nameserver(name);
  if (!there) {
    co_return Result{outcome_of(there.error().code), there.error().detail, zone};
  }
  Result result{ContentOutcome::same, {}, zone, there->serial, there->first_signature_end};
  if (there->serial != zone->desired.serial) {
    result.outcome = ContentOutcome::changed;
    result.detail = serials("the nameserver", there->serial, "wanted", zone->desired.serial);
    co_return result;
  }
  const bool is_proved = co_await is_stored(*zone, *there);
  if (is_proved) {
    co_return result;
  }
  const Sum here = co_await ask_mdns(name);
  if (!here) {
    result.outcome = here.error().code == ContentErrc::changed ? ContentOutcome::changed : ContentOutcome::no_reference;
    result.detail = here.error().detail;
  } else if (here->serial != there->serial) {
    result.outcome = ContentOutcome::changed;
    result.detail = serials("the nameserver", there->serial, "that of mdns", here->serial);
  } else if (makes_own_denial() ? here->without_denial != there->without_denial : here->all != there->all) {
    result.outcome = ContentOutcome::differs;
    result.detail = "another content at serial " + std::to_string(there->serial.value()) + ": " +
                    std::to_string(there->records) + " records on the nameserver, " + std::to_string(here->records) +
                    " in the version";
  }
  co_return result;
}

/// The key of stored digests, as soon as it can be had; until then one that nobody else has.
boost::asio::awaitable<void> ContentProof::find_key() {
  if (key_) {
    co_return;
  }
  auto derive = [&secrets = scope_.context.secrets](storage::ZoneProofs&) { return dnssec::digest_key_of(secrets); };
  key_ = co_await ask_proofs(scope_.context, derive);
  if (!key_ && !own_key_) {
    own_key_ = dnssec::DigestKey::from_secret(Secret(random_bytes(dnssec::DigestKey::size_octets_max))).value();
  }
}

boost::asio::awaitable<std::optional<storage::ProvedZone>> ContentProof::look_up(dns::Name name) {
  auto read = [pool = scope_.settings.pool, names = std::vector<dns::Name>(1, name)](storage::ZoneProofs& proofs) {
    return proofs.look_up(pool, names);
  };
  std::vector<storage::ProvedZone> zones = co_await ask_proofs(scope_.context, read);
  co_return zones.empty() ? std::nullopt : std::optional(std::move(zones.front()));
}

/// With the transfer key, and without where that isn't let through: a nameserver may go by addresses.
boost::asio::awaitable<ContentProof::Sum> ContentProof::ask_nameserver(dns::Name name) {
  const bool can_sign = scope_.access.transfer_key != nullptr;
  Sum sum = co_await ask_nameserver_as(name, can_sign && !asks_unsigned_);
  if (!sum && sum.error().code == ContentErrc::refused && can_sign) {
    Sum other = co_await ask_nameserver_as(name, asks_unsigned_);
    if (other) {
      asks_unsigned_ = !asks_unsigned_;
      sum = std::move(other);
    }
  }
  if (sum) {
    scope_.metrics.proof.compared_records.increment(static_cast<double>(sum->records));
    scope_.metrics.proof.compared_octets.increment(static_cast<double>(sum->octets));
  }
  co_return sum;
}

boost::asio::awaitable<ContentProof::Sum> ContentProof::ask_nameserver_as(dns::Name name, bool is_signed) {
  TransferSource source{scope_.access.address, scope_.access.port, is_signed ? scope_.access.transfer_key : nullptr};
  return sum_up_zone(scope_.executor, std::move(source), std::move(name), &digest_key(), bounds(),
                     &scope_.context.clock);
}

/// From the primary that answered last, or the next one.
boost::asio::awaitable<ContentProof::Sum> ContentProof::ask_mdns(dns::Name name) {
  const std::vector<Primary>& primaries = scope_.access.primaries;
  Sum sum = ContentError{ContentErrc::unreachable, "there is no primary, or no transfer key"};
  if (!scope_.access.transfer_key) {
    co_return sum;
  }
  for (std::size_t tried = 0; tried < primaries.size() && !sum; ++tried) {
    const Primary& primary = primaries[primary_ % primaries.size()];
    TransferSource source{primary.address, primary.port, scope_.access.transfer_key};
    sum =
        co_await sum_up_zone(scope_.executor, std::move(source), name, &digest_key(), bounds(), &scope_.context.clock);
    if (!sum) {
      ++primary_;
    }
  }
  co_return sum;
}

/// Whether the nameserver's sum is what the instance that built the version has stored.
boost::asio::awaitable<bool> ContentProof::is_stored(storage::ProvedZone zone, ZoneSum sum) {
  if (!zone.is_signed || !key_) {
    co_return false;
  }
  auto read = [zone = zone.desired, view = scope_.settings.view, id = key_->id](storage::ZoneProofs& proofs) {
    return proofs.find_digest(zone.zone, zone.version, view, id);
  };
  const std::optional<storage::DigestOctets> stored = co_await ask_proofs(scope_.context, read);
  co_return stored&&* stored == sum.all.octets();
}

const dnssec::DigestKey& ContentProof::digest_key() const {
  return key_ ? key_->key : *own_key_;
}

/// What is behind the driver `none` isn't known.
bool ContentProof::makes_own_denial() const {
  return scope_.settings.driver == storage::DriverKind::powerdns || scope_.settings.driver == storage::DriverKind::none;
}

TransferBounds ContentProof::bounds() const {
  const ProofSettings& settings = scope_.context.settings.proof;
  return {.size = {.octets_max = settings.transfer_octets_max, .records_max = settings.transfer_records_max},
          .whole = settings.transfer_time_max};
}

}  // namespace minidns::pool
