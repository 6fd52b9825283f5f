// sign_change against full signing: apply(signed(v1), sign_change(v1 → v2)) == signed(v2), record for record. Edge
// cases 39-43.
#include "dns/snapshot/diff.hpp"
#include "dns/soa.hpp"
#include "dnssec/crypto/make_signer.hpp"
#include "dnssec/crypto/private_key.hpp"
#include "dnssec/dnskey.hpp"
#include "dnssec/zone/denial.hpp"
#include "dnssec/zone/sign_change.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

namespace minidns::dnssec::test {
namespace {

using dns::test::naive_diff;
using dns::test::name;
using dns::test::records_of;

constexpr std::int64_t start_s = 1'790'000'000;
constexpr std::int64_t day_s = 86'400;

/// A ZSK of another algorithm than the others; the same in all histories.
const SigningKey& key_of_other_algorithm() {
  static const SigningKey key = [] {
    const auto made = PrivateKey::generate(Algorithm::ecdsap256sha256).value();
    return SigningKey{made.dnskey(Dnskey::flags_zsk).rdata(), 0, make_signer(made, Dnskey::flags_zsk).value()};
  }();
  return key;
}

/// Its signatures come, unpublished, with slots; it is published; withdrawn; and its signatures go.
void roll_algorithm(SigningInputs& inputs, HardZones& random) {
  const auto& key = key_of_other_algorithm();
  const auto signing = std::ranges::find(inputs.zone_keys, key.dnskey, &SigningKey::dnskey);
  const auto published = std::ranges::find(inputs.dnskey, key.dnskey);
  if (signing == inputs.zone_keys.end()) {
    inputs.zone_keys.push_back(key);
    inputs.zone_keys.back().active_from_s =
        inputs.signing_time_s - 7 * day_s + static_cast<std::int64_t>(random.below(7 * 86'400));
  } else if (published == inputs.dnskey.end() && random.below(2) == 0) {
    signing->active_from_s = 0;
    publish(inputs, key);
  } else if (published != inputs.dnskey.end()) {
    inputs.dnskey.erase(published);
  } else {
    inputs.zone_keys.erase(signing);
  }
}

/// What happens to the inputs between two versions: mostly nothing.
SigningInputs changed(SigningInputs inputs, HardZones& random) {
  switch (random.below(10)) {
    case 0:
      inputs.signing_time_s += static_cast<std::int64_t>(random.below(7 * 86'400));
      break;
    case 1:
      inputs.signing_time_s -= static_cast<std::int64_t>(random.below(2 * 86'400));  // a repair
      break;
    case 2:
      inputs.times.buckets = 1U << random.below(5);
      break;
    case 3: {  // a new ZSK is published, signs from some time on; at most three
      const auto key =
          ed25519_key(static_cast<std::uint8_t>(10 + random.below(200)), false,
                      inputs.signing_time_s - 7 * day_s + static_cast<std::int64_t>(random.below(14 * 86'400)));
      if (std::find(inputs.dnskey.begin(), inputs.dnskey.end(), key.dnskey) == inputs.dnskey.end()) {
        inputs.zone_keys.push_back(key);
        publish(inputs, key);
      }
      if (inputs.zone_keys.size() > 4) {
        std::erase(inputs.dnskey, inputs.zone_keys.front().dnskey);
        inputs.zone_keys.erase(inputs.zone_keys.begin());
        for (auto& left : inputs.zone_keys) {
          left.active_from_s = left.dnskey == key_of_other_algorithm().dnskey ? left.active_from_s : 0;
        }
      }
      break;
    }
    case 4:
      if (random.below(2) == 0) {
        inputs.cds = {};
        inputs.cdnskey = {};
      } else {
        inputs.key_ttl = dns::Ttl::from_seconds(static_cast<std::int64_t>(random.below(7200))).value();
      }
      break;
    case 5:
      inputs.zonemd = !inputs.zonemd;
      break;
    case 6:
      roll_algorithm(inputs, random);
      break;
    default:
      break;
  }
  return inputs;
}

/// A version with all that it is made of.
struct Made {
  Content content;
  SigningInputs inputs;
  Snapshot zone;
};

/// From `early` to `late`, as it is made for who is far behind: from what `late` has, back, and turned round.
Result<dns::Delta> past_difference(const Made& early, const Made& late) {
  auto back = naive_diff(late.content, early.content, late.zone->version().value());
  back.to = early.zone->version();
  auto delta = sign_change(*late.zone, late.inputs, back, early.inputs);
  return delta ? Result<dns::Delta>(dns::inverse(*std::move(delta))) : delta.error();
}

class SignedChange : public testing::TestWithParam<Denial> {
 protected:
  /// One history; every 40th ends before the tools.
  void follow(std::uint64_t seed) {
    HardZones zones(seed, name("Example.com."));
    Content content = zones.content(zones.below(50));
    const std::int64_t latest_s = seed % 40 == 0 ? std::time(nullptr) : start_s;  // the tools judge by today's date
    auto inputs = inputs_for(content.apex, GetParam(), latest_s - 5 * day_s);
    inputs.times.buckets = 1U << zones.below(4);
    Snapshot zone = sign(content, inputs, 1);
    std::vector<Made> history{{content, inputs, zone}};
    for (std::int64_t version = 2; version <= 6; ++version) {
      const Content next = zones.changed(content, zones.below(4) == 0 ? zones.below(40) : zones.below(4));
      auto next_inputs = changed(inputs, zones);
      next_inputs.signing_time_s = std::clamp(next_inputs.signing_time_s, latest_s - 10 * day_s, latest_s);
      const auto delta = sign_change(*zone, inputs, naive_diff(content, next, version - 1), next_inputs);
      ASSERT_TRUE(delta) << delta.error().detail;
      const auto applied = zone->apply(*delta);
      ASSERT_TRUE(applied) << applied.error().detail;
      const Snapshot expected = sign(next, next_inputs, version);
      ASSERT_EQ(zone_file_of(**applied), zone_file_of(*expected)) << "seed " << seed << ", version " << version;
      ASSERT_TRUE(records_of(**applied) == records_of(*expected)) << "seed " << seed << ", version " << version;
      zone = *applied;
      content = next;
      inputs = next_inputs;
      history.push_back({content, inputs, zone});
    }
    for (std::size_t early = 0; early + 1 < history.size(); ++early) {
      const auto delta = past_difference(history[early], history.back());
      ASSERT_TRUE(delta) << delta.error().detail;
      const auto applied = history[early].zone->apply(*delta);
      ASSERT_TRUE(applied) << applied.error().detail;
      ASSERT_TRUE(records_of(**applied) == records_of(*zone)) << "seed " << seed << ", from version " << early + 1;
    }
    if (seed % 40 == 0) {
      ASSERT_EQ(complaints(*zone), "") << "seed " << seed;
    }
  }
};

/// Both ways, and back over several versions at once: T, buckets, keys and key sets go backwards then.
TEST_P(SignedChange, AppliedIsWhatFullSigningMakesOverRandomHistories) {
  for (std::uint64_t seed = 1; seed <= 350 && !HasFatalFailure(); ++seed) {
    follow(seed);
  }
}

TEST_P(SignedChange, AppliedIsWhatFullSigningMakesOfZonesThatNoServerWouldLoad) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    dns::test::RandomZone zones(seed, name("b.Example."));
    const auto inputs = inputs_for(name("b.example."), GetParam(), start_s);
    Content content = zones.content(zones.below(150));
    Snapshot zone = sign(content, inputs, 1);
    for (std::int64_t version = 2; version <= 4; ++version) {
      const Content next = zones.changed(content, zones.below(20));
      const auto delta = sign_change(*zone, inputs, naive_diff(content, next, version - 1), inputs);
      ASSERT_TRUE(delta) << delta.error().detail;
      zone = zone->apply(*delta).value();
      ASSERT_TRUE(records_of(*zone) == records_of(*sign(next, inputs, version))) << "seed " << seed;
      content = next;
    }
  }
}

/// An NSEC3 owner can be a name with content, too, be it authoritative, a cut, or occluded.
TEST_P(SignedChange, AppliedIsWhatFullSigningMakesWhereNamesLookLikeHashes) {
  const auto apex = name("example.com.");
  std::vector<std::string> labels;
  for (const char* hashed : {"example.com.", "a.example.com.", "b.example.com.", "host1.example.com."}) {
    const auto owner = nsec3_owner(nsec3_hash(name(hashed)), apex).value();
    labels.emplace_back(as_text(owner.wire().subspan(1, 32)));
    labels.push_back(labels.back());
    std::transform(labels.back().begin(), labels.back().end(), labels.back().begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  }
  labels.emplace_back("a");
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    HardZones zones(seed, apex, labels);
    const auto inputs = inputs_for(apex, GetParam(), start_s);
    Content content = zones.content(zones.below(40));
    Snapshot zone = sign(content, inputs, 1);
    for (std::int64_t version = 2; version <= 5; ++version) {
      const Content next = zones.changed(content, zones.below(8));
      const auto delta = sign_change(*zone, inputs, naive_diff(content, next, version - 1), inputs);
      ASSERT_TRUE(delta) << delta.error().detail;
      zone = zone->apply(*delta).value();
      ASSERT_EQ(zone_file_of(*zone), zone_file_of(*sign(next, inputs, version))) << "seed " << seed;
      content = next;
    }
  }
}

TEST_P(SignedChange, IsNotMadeAtAllWhereItWouldBeTooLarge) {
  const auto apex = name("example.com.");
  HardZones zones(1, apex);
  const auto inputs = inputs_for(apex, GetParam(), start_s);
  const Content content = zones.content(100);
  const Snapshot zone = sign(content, inputs, 1);
  auto refreshed = inputs;
  refreshed.signing_time_s += 7 * day_s;
  Content next = content;
  next.soa.rdata = {dns::with_serial(next.soa.rdata.front(), dns::Serial(2))};
  const auto try_refresh = [&](std::size_t octets_max) {
    return sign_change(*zone, inputs, naive_diff(content, next, 1), refreshed, run_inline(), octets_max);
  };
  const auto delta = try_refresh(2 * zone->transfer_octets());
  ASSERT_TRUE(delta) << delta.error().detail;
  const auto refused = try_refresh(zone->transfer_octets() / 2);  // all signatures, twice, are more than that
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_large);
  EXPECT_TRUE(sign_change(*zone, inputs, naive_diff(content, next, 1), inputs, run_inline(), 0)) << "nothing moves";
}

INSTANTIATE_TEST_SUITE_P(Denials, SignedChange, testing::Values(Denial::nsec, Denial::nsec3, Denial::nsec3_opt_out),
                         [](const auto& tested) {
                           return tested.param == Denial::nsec    ? "Nsec"
                                  : tested.param == Denial::nsec3 ? "Nsec3"
                                                                  : "Nsec3OptOut";
                         });

}  // namespace
}  // namespace minidns::dnssec::test
