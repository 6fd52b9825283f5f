#pragma once

#include "base/bytes.hpp"
#include "dns/rr_type.hpp"
#include "tests/interop/mdns_socket.hpp"
#include "tests/interop/mdns_world.hpp"
#include "tsig/key.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace minidns::mdns::test {

/// An mdns with a large zone, a secondary that behaves (dig, from an address of its own), and threads that don't.
/// Peers have addresses from 127.0.0.0/8.
class UnderAttack : public testing::Test {
 protected:
  UnderAttack();
  ~UnderAttack() override;

  void start(const std::string& config);
  /// How many of `count` transfers of the whole zone a dig from 127.0.0.9 gets, one after the other.
  [[nodiscard]] int transfers_of_a_good_peer(int count) const;
  [[nodiscard]] bool good_peer_is_served() const { return transfers_of_a_good_peer(1) == 1; }
  /// A request with the key's TSIG, and its length before it.
  [[nodiscard]] Bytes request(std::uint16_t id, dns::RRType type) const;
  [[nodiscard]] PeerSocket connect_from(const std::string& address, int receive_buffer_octets = 0) const;
  /// The server's resident memory in octets: now, and the most it has had.
  [[nodiscard]] std::size_t memory() const { return status_octets("VmRSS:"); }
  [[nodiscard]] std::size_t memory_peak() const { return status_octets("VmHWM:"); }
  [[nodiscard]] double metric(const std::string& name) const { return server_->metric(name); }

  /// Does `once` again and again on a thread of its own, with a number that rises, while it exists.
  class Attack {
   public:
    explicit Attack(std::function<void(int)> once);

   private:
    std::jthread thread_;
  };

  static constexpr int zone_records = 100'000;
  /// What an attack may cost beside what a transfer of the zone costs anyway: far below what a copy of the zone for
  /// each connection would come to. A sanitizer keeps back what was given up, to see who still uses it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static constexpr std::size_t memory_growth_max = std::size_t{512} << 20U;
#else
  static constexpr std::size_t memory_growth_max = std::size_t{48} << 20U;
#endif

  World world_{"attacks"};
  harness::KeySpec key_ = world_.add_key("pool.key.", "hmac-sha256", "POOL", world_.pool().uuid());
  WrittenZone zone_ = world_.create_zone("large.example.", {});
  std::unique_ptr<harness::Program> server_;

 private:
  [[nodiscard]] std::size_t status_octets(const std::string& field) const;
  std::shared_ptr<const tsig::Key> signing_;
};

}  // namespace minidns::mdns::test
