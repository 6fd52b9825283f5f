#include "base/secret_box.hpp"
#include "central/key_set.hpp"
#include "central/key_vault.hpp"
#include "central/signing_rules.hpp"
#include "central/zone_signing.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

constexpr std::int32_t day_s = 86'400;

class StoppedClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return time_of_unix(1'795'000'000); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return {}; }
};

TEST(SigningRules, TheLargestTtlFollowsFromLifetimePeriodExpireAndMargins) {
  const struct {
    const char* reason;
    storage::SignatureTimes times;
    std::int64_t ttl_max;
  } rows[] = {
      {"the defaults: 14 - 1 - 7 - 3 days", {7 * day_s, 21 * day_s, day_s}, 3 * day_s},
      {"just enough for a TTL of 0", {7 * day_s, 18 * day_s, day_s}, 0},
      {"too short for any zone", {7 * day_s, 14 * day_s, day_s}, -4 * day_s},
      {"the skew doesn't matter", {day_s, 30 * day_s, 0}, 18 * day_s},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ttl_max_s(row.times), row.ttl_max) << row.reason;
  }
  const storage::SignatureTimes defaults{7 * day_s, 21 * day_s, day_s};
  EXPECT_TRUE(check_ttl(defaults, dns::Ttl::from_wire(3 * day_s), {"ttl"}));
  const auto refused = check_ttl(defaults, dns::Ttl::from_wire(3 * day_s + 1), {"ttl"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().errors.front().path, std::vector<std::string>{"ttl"});
  EXPECT_TRUE(check_ttl(std::optional<storage::LockedSigning>(), dns::Ttl::from_wire(100 * day_s), {"ttl"}))
      << "an unsigned zone";
}

TEST(SigningRules, BucketsGrowInStepsAndDoNotGoBackAndForth) {
  const struct {
    const char* reason;
    std::int64_t rrsets;
    std::int32_t present;
    bool axfr_only;
    std::int32_t buckets;
  } rows[] = {
      {"small", 4'999, 1, false, 1},
      {"medium", 5'000, 1, false, 8},
      {"stays medium a little below the step", 4'999, 8, false, 8},
      {"small again below half of it", 2'499, 8, false, 1},
      {"large", 50'000, 8, false, 64},
      {"stays large", 25'000, 64, false, 64},
      {"medium again", 24'999, 64, false, 8},
      {"at once from large to small", 100, 64, false, 1},
      {"whole zones each time", 1'000'000, 1, true, 2},
      {"a small zone with such a nameserver", 100, 1, true, 1},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(buckets_for(row.rrsets, row.present, row.axfr_only), row.buckets) << row.reason;
  }
}

/// Gives keys with tags that a test says.
class TagVault final : public KeyVault {
 public:
  explicit TagVault(std::vector<std::uint16_t> tags) : tags_(std::move(tags)) {}
  [[nodiscard]] bool has_ksk_store() const override { return true; }
  [[nodiscard]] dnssec::Result<storage::NewZoneKey> make(storage::KeyRole role, dnssec::Algorithm algorithm,
                                                         const DnssecKeyId& id) override {
    const auto tag = tags_.at(std::min(made_++, tags_.size() - 1));
    return storage::NewZoneKey{.id = id,
                               .role = role,
                               .key_tag = tag,
                               .algorithm = static_cast<std::uint8_t>(algorithm),
                               .dnskey = dns::Rdata::from_octets({1, 0, 3, 15}).value(),
                               .state = storage::KeyState::active,
                               .private_sealed = {}};
  }
  [[nodiscard]] dnssec::Result<storage::NewZoneKey> take_in(storage::KeyRole /*role*/, const Secret& /*bind_text*/,
                                                            const DnssecKeyId& /*id*/) override {
    return dnssec::Error{dnssec::Errc::bad_key, "none"};
  }
  [[nodiscard]] dnssec::Result<std::shared_ptr<const dnssec::Signer>> open(storage::KeyRole /*role*/,
                                                                           const DnssecKeyId& /*id*/,
                                                                           const dns::Rdata& /*dnskey*/,
                                                                           ByteView /*sealed*/) override {
    return dnssec::Error{dnssec::Errc::bad_key, "none"};
  }
  [[nodiscard]] std::size_t made() const { return made_; }

 private:
  std::vector<std::uint16_t> tags_;
  std::size_t made_ = 0;
};

TEST(MakeKeys, AKeyWhoseTagIsTakenIsDrawnAnew) {
  TagVault vault({7, 5, 5, 5, 6});
  const auto keys = make_keys(vault, roles_of(storage::KeyModel::ksk_zsk), 13, {7}, StoppedClock());
  ASSERT_TRUE(keys.has_value());
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ((*keys)[0].key_tag, 5) << "7 is of another key of the zone";
  EXPECT_EQ((*keys)[1].key_tag, 6) << "5 is the KSK's";
  EXPECT_EQ(vault.made(), 5U);
}

TEST(MakeKeys, DrawingEnds) {
  TagVault vault({7});
  EXPECT_FALSE(make_keys(vault, roles_of(storage::KeyModel::ksk_zsk), 13, {7}, StoppedClock()).has_value());
  EXPECT_EQ(vault.made(), static_cast<std::size_t>(key_draws_max));
}

TEST(KeyVault, AKeyIsOpenedOnlyAsWhatItIs) {
  const auto master = *SecretBox::create(Secret(Bytes(32, 1)));
  const auto ksk_master = *SecretBox::create(Secret(Bytes(32, 2)));
  SealedKeyVault vault(master, &ksk_master);
  const DnssecKeyId id(Uuid::version7(time_of_unix(1)));
  const auto key = vault.make(storage::KeyRole::ksk, dnssec::Algorithm::ed25519, id);
  ASSERT_TRUE(key.has_value());
  const auto& record = *key;
  EXPECT_TRUE(vault.open(storage::KeyRole::ksk, id, record.dnskey, record.private_sealed).has_value());
  EXPECT_FALSE(vault.open(storage::KeyRole::zsk, id, record.dnskey, record.private_sealed).has_value())
      << "the master key doesn't open it";
  const DnssecKeyId other(Uuid::version7(time_of_unix(2)));
  EXPECT_FALSE(vault.open(storage::KeyRole::ksk, other, record.dnskey, record.private_sealed).has_value())
      << "it was moved to another row";
  const auto another = vault.make(storage::KeyRole::ksk, dnssec::Algorithm::ed25519, id);
  EXPECT_FALSE(vault.open(storage::KeyRole::ksk, id, another->dnskey, record.private_sealed).has_value())
      << "it isn't the key of this DNSKEY";
  SealedKeyVault blind(master, nullptr);
  EXPECT_FALSE(blind.has_ksk_store());
  EXPECT_FALSE(blind.make(storage::KeyRole::ksk, dnssec::Algorithm::ed25519, id).has_value());
  EXPECT_TRUE(blind.make(storage::KeyRole::csk, dnssec::Algorithm::ed25519, id).has_value());
}

TEST(KeySet, SlotsAheadAreThePresentOneAndTheTwoAfterIt) {
  const storage::SignatureTimes times{7 * day_s, 21 * day_s, day_s};
  const auto rule = slot_rule(dns::Name::from_text("example.org.").value(), times, 8).value();
  const auto slots = slots_ahead(rule, 1'795'000'000);
  ASSERT_EQ(slots.size(), 3U);
  EXPECT_LE(slots[0].start_s, 1'795'000'000);
  EXPECT_GT(slots[0].start_s, 1'795'000'000 - 7 * day_s);
  EXPECT_EQ(slots[1].start_s, slots[0].start_s + 7 * day_s);
  EXPECT_EQ(slots[2].start_s, slots[0].start_s + 14 * day_s);
}

}  // namespace
}  // namespace minidns::central
