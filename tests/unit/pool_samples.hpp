#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "dns/version.hpp"
#include "storage/nameserver_work.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace minidns::pool_samples {

/// A UUID that ends in `number`.
inline Uuid uuid(std::uint8_t number) {
  std::array<std::uint8_t, 16> octets{};
  octets.back() = number;
  return Uuid(octets);
}

inline dns::Name name(const std::string& text) {
  return dns::Name::from_text(text).value();
}

/// A change whose version and serial are its number in the feed.
inline storage::ZoneChange change(std::int64_t seq, storage::ZoneAction action, const std::string& zone,
                                  std::uint8_t id = 1) {
  return {.action = action,
          .zone = ZoneId(uuid(id)),
          .name = name(zone),
          .version = dns::Version(seq),
          .serial = dns::Serial(static_cast<std::uint32_t>(seq)),
          .seq = seq,
          .committed_at = {}};
}

inline storage::FeedPage page(std::vector<storage::ZoneChange> changes) {
  const std::int64_t through = changes.back().seq;
  return {.changes = std::move(changes), .read_through = through, .head = {through, 1, 0}};
}

class FakeClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return WallTime{} + now_.time_since_epoch(); }
  [[nodiscard]] SteadyTime steady() const override { return now_; }
  void advance(SteadyTime::duration by) { now_ += by; }

 private:
  SteadyTime now_ = SteadyTime{} + std::chrono::hours(1);
};

}  // namespace minidns::pool_samples
