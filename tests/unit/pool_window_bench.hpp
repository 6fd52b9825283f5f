#pragma once

#include "pool-manager/window.hpp"
#include "tests/unit/pool_samples.hpp"

#include <optional>
#include <utility>
#include <vector>

/// What the tests of Window work with.
namespace minidns::pool::window_test {

using namespace std::chrono_literals;
using pool_samples::change;
using pool_samples::name;
using pool_samples::page;
using storage::ZoneAction;

inline constexpr Abilities bind{.commands = true, .fetches = true, .forces = false};
inline constexpr Abilities powerdns{.commands = true, .fetches = false, .forces = true};
inline constexpr Abilities by_hand{};
inline constexpr Abilities by_catalog{.consumes_catalog = true};

inline Sight serial(std::uint32_t value) {
  return {Sight::Kind::serial, dns::Serial(value)};
}
inline constexpr Sight absent{Sight::Kind::absent, std::nullopt};
inline constexpr Sight empty{Sight::Kind::empty, std::nullopt};
inline constexpr Sight silent{Sight::Kind::silent, std::nullopt};

/// A window that starts at position 0, with a clock.
class Bench {
 public:
  explicit Bench(Abilities abilities)
      : window({.confirm_within = 5s, .retry = {}, .abilities = abilities}, [] { return 0; }) {
    window.set_position(0);
  }

  Window window;
  SteadyTime now = SteadyTime{} + 1h;
  bool all_have = false;

  void read(std::vector<storage::ZoneChange> changes) { window.add(page(std::move(changes)), now); }

  /// Asks for what is due; each zone shows `sight`.
  std::vector<Window::Outcome> look(const Sight& sight) {
    std::vector<Window::Outcome> outcomes;
    for (const auto& ticket : window.take_looks(now, 1000)) {
      outcomes.push_back(window.see(
          ticket, sight, [this](const auto&) { return all_have; }, now));
    }
    return outcomes;
  }

  /// Gives what is queued; all end with `failure`. The step, or none.
  Step command(const std::optional<DriverErrc>& failure = std::nullopt) {
    const auto commands = window.take_commands(1000);
    for (const auto& ticket : commands.tickets) {
      window.commanded(ticket, commands.step, failure ? std::optional(DriverError{*failure, "words"}) : std::nullopt,
                       now);
    }
    return commands.step;
  }

  storage::ProgressUpdate save() { return window.take_update(); }
};

}  // namespace minidns::pool::window_test
