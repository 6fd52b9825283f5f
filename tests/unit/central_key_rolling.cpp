#include "central/key_rolling.hpp"
#include "central/signing_rules.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

using storage::RollPhase;

constexpr std::int64_t start_s = 1'795'000'000;
constexpr std::int64_t day_s = 86'400;
const RollTimes times{
    .signing_time = start_s, .period = 7 * day_s, .dnskey_ttl = dns::Ttl::from_wire(3600), .ttl_max_s = 3 * day_s};

storage::KeyRollState state(RollPhase phase, bool is_visible, std::optional<std::int64_t> seen_s = std::nullopt,
                            std::optional<std::int64_t> active_from = std::nullopt) {
  const DnssecKeyId id(Uuid::version7(time_of_unix(1)));
  return {.roll = {.old_key = id,
                   .new_key = id,
                   .phase = phase,
                   .version = dns::Version(5),
                   .visible_at = seen_s ? std::optional(time_of_unix(*seen_s)) : std::nullopt,
                   .active_from = active_from,
                   .next_at = time_of_unix(start_s),
                   .started_at = time_of_unix(start_s)},
          .is_visible = is_visible};
}

TEST(KeyRoll, EachStepWaitsForWhatMayStillBeOutThere) {
  using Kind = RollStep::Kind;
  const auto now_s = start_s + 100 * day_s;
  const struct {
    const char* reason;
    storage::KeyRollState state;
    std::int64_t signing_time;
    Kind kind;
    RollPhase phase;
    std::int64_t next_s;
  } rows[] = {
      {"a nameserver lacks the new DNSKEY set", state(RollPhase::publishing, false), start_s, Kind::wait,
       RollPhase::publishing, now_s + 60},
      {"all have it: its TTL counts from when that was seen", state(RollPhase::publishing, true), start_s, Kind::wait,
       RollPhase::publishing, now_s + 3600},
      {"a second too early", state(RollPhase::publishing, true, now_s - 3599), start_s, Kind::wait,
       RollPhase::publishing, now_s + 1},
      {"caches have forgotten the old set", state(RollPhase::publishing, true, now_s - 3600), start_s, Kind::activate,
       RollPhase::activating, now_s + 7 * day_s},
      {"what was seen counts, though a nameserver was added since", state(RollPhase::publishing, false, now_s - 3600),
       start_s, Kind::activate, RollPhase::activating, now_s + 7 * day_s},
      {"slots are still to move", state(RollPhase::activating, true, {}, now_s - day_s), now_s, Kind::wait,
       RollPhase::activating, now_s + 6 * day_s},
      {"refresh is late", state(RollPhase::activating, true, {}, now_s - 8 * day_s), now_s - 2 * day_s, Kind::wait,
       RollPhase::activating, now_s + 600},
      {"every slot has moved", state(RollPhase::activating, true, {}, now_s - 8 * day_s), now_s - day_s, Kind::wait,
       RollPhase::draining, now_s},
      {"a nameserver has old signatures", state(RollPhase::draining, false, {}, start_s), now_s, Kind::wait,
       RollPhase::draining, now_s + 60},
      {"caches have them", state(RollPhase::draining, true, {}, start_s), now_s, Kind::wait, RollPhase::draining,
       now_s + 3 * day_s},
      {"nobody has them", state(RollPhase::draining, true, now_s - 3 * day_s, start_s), now_s, Kind::remove,
       RollPhase::draining, start_s},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.reason);
    auto its_times = times;
    its_times.signing_time = row.signing_time;
    const auto step = decide_roll(row.state, its_times, dns::Version(9), time_of_unix(now_s));
    EXPECT_EQ(step.kind, row.kind);
    EXPECT_EQ(step.roll.phase, row.phase);
    EXPECT_EQ(unix_seconds(step.roll.next_at), row.next_s);
  }
}

TEST(KeyRoll, DrainingWaitsForTheVersionThatIsTheHeadThen) {
  const auto step = decide_roll(state(RollPhase::activating, true, {}, start_s - 7 * day_s), times, dns::Version(9),
                                time_of_unix(start_s));
  EXPECT_EQ(step.roll.version, dns::Version(9));
  EXPECT_FALSE(step.roll.visible_at.has_value());
}

}  // namespace
}  // namespace minidns::central
