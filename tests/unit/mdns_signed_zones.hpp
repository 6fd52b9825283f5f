#pragma once

#include "base/random.hpp"
#include "base/secret_box.hpp"
#include "dns/snapshot/diff.hpp"
#include "dnssec/crypto/private_key.hpp"
#include "dnssec/dnskey.hpp"
#include "mdns/zone_loader.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace minidns::mdns::test {

inline constexpr std::int64_t day = 86'400;
inline constexpr std::int64_t begin = 1'764'000'000;  // late in 2025

/// One zone, `example.`, signed with keys of its own, and instances that load it.
class SignedZones : public testing::Test {
 protected:
  storage::ZoneSigningKey make_key(std::uint8_t id, std::int64_t active_from = 0) {
    const auto key = dnssec::PrivateKey::generate(dnssec::Algorithm::ed25519).value();
    const DnssecKeyId key_id(uuid(id));
    return {key_id, key.dnskey(dnssec::Dnskey::flags_ksk).rdata(),
            box_.seal(key.stored(), storage::sealing_context(key_id)), active_from};
  }

  /// A CSK and NSEC.
  storage::ZoneSigning signing(std::int64_t time, const std::vector<storage::ZoneSigningKey>& keys,
                               std::uint8_t key_set = 1) {
    storage::ZoneSigning signing{
        {KeySetId(uuid(key_set)), time, 1, 1},
        {static_cast<std::int32_t>(7 * day), static_cast<std::int32_t>(21 * day), static_cast<std::int32_t>(day)},
        storage::Denial::nsec,
        false,
        dns::Ttl::from_wire(3600),
        {},
        {},
        {},
        keys,
        {}};
    for (const auto& key : keys) signing.dnskey.push_back(key.dnskey);
    std::sort(signing.dnskey.begin(), signing.dnskey.end());
    return signing;
  }

  void put(std::int64_t version, std::optional<storage::ZoneSigning> how, const std::vector<std::string>& hosts) {
    auto next = head(1, "example.", version, static_cast<std::uint32_t>(version));
    next.has_signatures = how.has_value();
    next.signing = std::move(how);
    std::vector<dns::RRset> rrsets{ns_rrset("example.")};
    for (const auto& host : hosts) rrsets.push_back(a_rrset(host + ".example."));
    content_.put(next, rrsets);
  }

  struct Instance {
    explicit Instance(SignedZones& test, DigestCheck* digests = nullptr)
        : signer(test.keys_),
          loader(test.content_, cache, index, test.log_, test.loader_metrics_, signer, nullptr, digests) {}
    Loaded load(std::int64_t version) {
      std::promise<Loaded> promise;
      loader.load(workers, key, dns::Version(version), [&](const Loaded& loaded) { promise.set_value(loaded); });
      return promise.get_future().get();
    }
    ContentKey key{ZoneId(uuid(1))};
    SnapshotCache cache{SnapshotCache::Limits{}};
    ZoneIndex index;
    ContentSigner signer;
    ZoneLoader loader;
    WorkerPool workers{"test", 1, 10};
  };

  /// `stepped` serves the newest version as an instance does that reads it as a whole; gives the number of records.
  std::size_t expect_as_whole(Instance& stepped, std::int64_t version) {
    const auto loaded = stepped.load(version);
    Instance fresh(*this);
    const auto whole = fresh.load(version);
    EXPECT_EQ(loaded.outcome, Loaded::Outcome::ready);
    EXPECT_EQ(whole.outcome, Loaded::Outcome::ready);
    if (!loaded.snapshot || !whole.snapshot) return 0;
    EXPECT_TRUE(dns::diff(*loaded.snapshot, *whole.snapshot).changes.empty());
    EXPECT_EQ(loaded.snapshot->soa(), whole.snapshot->soa());
    return loaded.snapshot->record_count();
  }

  SecretBox box_ = *SecretBox::create(Secret(random_bytes(32)));
  dnssec::SealedKeyOpener keys_{box_};
  FakeContent content_;
  Metrics metrics_;
  const Logger log_{"test", LogLevel::error, STDERR_FILENO};
  LoaderMetrics loader_metrics_ = make_loader_metrics(metrics_);
};

}  // namespace minidns::mdns::test
