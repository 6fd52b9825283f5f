// Who gets a place among connections and transfers, and who waits or goes.

#include "mdns/fairness/connection_limits.hpp"
#include "mdns/fairness/rate_floor.hpp"
#include "mdns/fairness/transfer_gate.hpp"
#include "mdns/fairness/transfer_queue.hpp"
#include "tests/unit/mdns_support.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/strand.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <thread>

namespace minidns::mdns::test {
namespace {

using boost::asio::ip::make_address;
using Entered = TransferQueue::Entered;
using Tickets = std::vector<TransferQueue::Ticket>;

constexpr TransferLimits small{.running_max = 4,
                               .running_per_peer_max = 2,
                               .running_per_pool_max = 3,
                               .waiting_max = 10,
                               .waiting_per_peer_max = 4,
                               .waiting_per_pool_max = 6};

TransferOwner owner(int peer, std::uint8_t pool = 1) {
  return {make_address("192.0.2." + std::to_string(peer)), PoolId(uuid(pool))};
}

TEST(TransferQueue, RunsAsManyAsThereArePlacesInAllPerPeerAndPerPool) {
  TransferQueue queue(small);
  EXPECT_EQ(queue.enter(1, owner(1)), Entered::running);
  EXPECT_EQ(queue.enter(2, owner(1)), Entered::running);
  EXPECT_EQ(queue.enter(3, owner(1)), Entered::waiting) << "the peer has two";
  EXPECT_EQ(queue.enter(4, owner(2)), Entered::running);
  EXPECT_EQ(queue.enter(5, owner(3)), Entered::waiting) << "the pool has three";
  EXPECT_EQ(queue.enter(6, owner(3, 2)), Entered::running) << "another pool has room";
  EXPECT_EQ(queue.enter(7, owner(4, 2)), Entered::waiting) << "four run";
  EXPECT_EQ(queue.leave(6), Tickets{7}) << "what is first has no room in its pool";
  EXPECT_EQ(queue.leave(4), Tickets{5});
  EXPECT_EQ(queue.leave(1), Tickets{3});
  EXPECT_EQ(queue.running(), 4U);
  EXPECT_EQ(queue.waiting(), 0U);
}

TEST(TransferQueue, ServesPeersInTurnAndEachInItsOrder) {
  TransferQueue queue({.running_max = 1});
  EXPECT_EQ(queue.enter(0, owner(1)), Entered::running);
  for (TransferQueue::Ticket ticket = 1; ticket <= 3; ++ticket) {
    EXPECT_EQ(queue.enter(10 + ticket, owner(1)), Entered::waiting);
  }
  EXPECT_EQ(queue.enter(21, owner(2)), Entered::waiting);
  EXPECT_EQ(queue.enter(22, owner(2)), Entered::waiting);
  EXPECT_EQ(queue.enter(31, owner(3)), Entered::waiting);
  Tickets order;
  for (Tickets next = queue.leave(0); !next.empty(); next = queue.leave(next.front())) order.push_back(next.front());
  EXPECT_EQ(order, (Tickets{11, 21, 31, 12, 22, 13})) << "a backlog costs another peer one turn";
}

TEST(TransferQueue, IsFullInAllPerPeerAndPerPool) {
  TransferQueue queue({.running_max = 1, .waiting_max = 4, .waiting_per_peer_max = 2, .waiting_per_pool_max = 3});
  EXPECT_EQ(queue.enter(1, owner(1)), Entered::running);
  EXPECT_EQ(queue.enter(2, owner(1)), Entered::waiting);
  EXPECT_EQ(queue.enter(3, owner(1)), Entered::waiting);
  EXPECT_EQ(queue.enter(4, owner(1)), Entered::full) << "of the peer";
  EXPECT_EQ(queue.enter(5, owner(2)), Entered::waiting);
  EXPECT_EQ(queue.enter(6, owner(3)), Entered::full) << "of the pool";
  EXPECT_EQ(queue.enter(7, owner(3, 2)), Entered::waiting);
  EXPECT_EQ(queue.enter(8, owner(4, 3)), Entered::full) << "in all";
  EXPECT_EQ(queue.leave(2), Tickets{}) << "who waits may go";
  EXPECT_EQ(queue.enter(9, owner(4, 3)), Entered::waiting);
}

TEST(TransferQueue, NewLimitsLetMoreRunAtOnceAndCutNobody) {
  TransferQueue queue({.running_max = 2});
  for (int i = 1; i <= 5; ++i) (void)queue.enter(static_cast<TransferQueue::Ticket>(i), owner(i));
  EXPECT_EQ(queue.set_limits({.running_max = 4}), (Tickets{3, 4}));
  EXPECT_EQ(queue.set_limits({.running_max = 1}), Tickets{});
  EXPECT_EQ(queue.running(), 4U);
  for (TransferQueue::Ticket ticket = 1; ticket <= 3; ++ticket) EXPECT_EQ(queue.leave(ticket), Tickets{});
  EXPECT_EQ(queue.leave(4), Tickets{5});
}

TEST(TransferQueue, KeepsItsCountsOverAnyHistory) {
  std::mt19937 random(3);
  TransferQueue queue(small);
  std::map<TransferQueue::Ticket, std::pair<int, std::uint8_t>> running, waiting;
  for (TransferQueue::Ticket ticket = 0; ticket < 20'000; ++ticket) {
    const int peer = static_cast<int>(random() % 5);
    const auto pool = static_cast<std::uint8_t>(1 + random() % 3);
    switch (queue.enter(ticket, owner(peer, pool))) {
      case Entered::running:
        running[ticket] = {peer, pool};
        break;
      case Entered::waiting:
        waiting[ticket] = {peer, pool};
        break;
      case Entered::full:
        break;
    }
    while (!running.empty() && random() % 2 == 0) {
      auto& from = waiting.empty() || random() % 4 != 0 ? running : waiting;
      const auto gone = std::next(from.begin(), static_cast<std::ptrdiff_t>(random() % from.size()));
      const auto left = gone->first;
      from.erase(gone);
      for (const auto next : queue.leave(left)) running.insert(waiting.extract(next));
    }
    EXPECT_EQ(queue.running(), running.size());
    EXPECT_EQ(queue.waiting(), waiting.size());
    for (int which = 0; which < 5; ++which) {
      EXPECT_LE(std::ranges::count_if(running, [&](const auto& r) { return r.second.first == which; }), 2);
      EXPECT_LE(std::ranges::count_if(running, [&](const auto& r) { return r.second.second == which; }), 3);
    }
  }
}

boost::asio::awaitable<void> run_once(TransferGate* gate, TransferOwner who, std::chrono::milliseconds limit,
                                      std::atomic<int>* inside, std::atomic<int>* inside_max,
                                      std::atomic<int>* refused) {
  auto admission = co_await gate->enter(who, limit);
  if (std::holds_alternative<TransferGate::Refusal>(admission)) {
    ++*refused;
    co_return;
  }
  const int now = ++*inside;
  for (int max = inside_max->load(); max < now && !inside_max->compare_exchange_weak(max, now);) {
  }
  --*inside;
}

TEST(TransferGate, AdmitsEachInTurnFromManyThreads) {
  Metrics metrics;
  TransferGate gate(TransferLimits{.running_max = 3, .waiting_max = 1000}, metrics.gauge("waiting", "waiting"));
  boost::asio::io_context io;
  std::atomic<int> inside{0}, inside_max{0}, refused{0}, ended{0};
  constexpr int count = 600;
  for (int i = 0; i < count; ++i) {
    boost::asio::co_spawn(boost::asio::make_strand(io),
                          run_once(&gate, owner(i % 7), std::chrono::minutes(1), &inside, &inside_max, &refused),
                          [&](const std::exception_ptr& failure) { ended += failure ? 1000 : 1; });
  }
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { io.run(); });
  threads.clear();
  EXPECT_EQ(ended, count);
  EXPECT_EQ(refused, 0);
  EXPECT_LE(inside_max, 3);
}

boost::asio::awaitable<void> hold_one(TransferGate* gate, std::chrono::milliseconds limit, std::atomic<int>* refused) {
  const auto first = co_await gate->enter(owner(1), limit);
  const auto second = co_await gate->enter(owner(2), limit);
  if (std::holds_alternative<TransferGate::Refusal>(second)) ++*refused;
  EXPECT_TRUE(std::holds_alternative<TransferGate::Pass>(first));
}

TEST(TransferGate, RefusesWhoWaitsTooLong) {
  Metrics metrics;
  TransferGate gate(TransferLimits{.running_max = 1}, metrics.gauge("waiting", "waiting"));
  boost::asio::io_context io;
  std::atomic<int> refused{0};
  boost::asio::co_spawn(io, hold_one(&gate, std::chrono::milliseconds(1), &refused),
                        [](const std::exception_ptr& failure) { EXPECT_FALSE(failure); });
  io.run();
  EXPECT_EQ(refused, 1);
}

TEST(RateFloor, LooksAtOneWindowAfterTheOther) {
  using std::chrono::seconds;
  const SteadyTime begin{};
  RateFloor rate(100, seconds(10), begin);
  EXPECT_TRUE(rate.holds_after(1, begin + seconds(9))) << "the window isn't over";
  EXPECT_TRUE(rate.holds_after(999, begin + seconds(10)));
  EXPECT_TRUE(rate.holds_after(2000, begin + seconds(15))) << "the first window's octets don't count any more";
  EXPECT_TRUE(rate.holds_after(0, begin + seconds(20)));
  EXPECT_FALSE(rate.holds_after(999, begin + seconds(30)));
}

/// Connections as a test sees them: which were closed to make room.
class Crowd {
 public:
  explicit Crowd(ConnectionLimits& limits) : limits_(limits) {}
  /// The connection's number; -1 if it was refused.
  int come(const std::string& address, bool proven = false) {
    auto slot = limits_.take(make_address(address));
    if (!slot) return -1;
    const int number = next_++;
    slot->on_eviction([this, number] { evicted_.push_back(number); });
    if (proven) slot->set_proven();
    slots_.emplace(number, *std::move(slot));
    return number;
  }
  void go(int number) { slots_.erase(number); }
  std::vector<int> evicted() {
    const auto gone = std::exchange(evicted_, {});
    for (const int number : gone) go(number);
    return gone;
  }

 private:
  ConnectionLimits& limits_;
  int next_ = 0;
  std::vector<int> evicted_;
  std::map<int, ConnectionLimits::Slot> slots_;
};

TEST(ConnectionLimits, ANewConnectionTakesThePlaceOfTheOldestStrangerOfTheLargestCrowd) {
  ConnectionLimits limits(5, 3);
  Crowd crowd(limits);
  const int secondary = crowd.come("192.0.2.1");
  const int first = crowd.come("192.0.2.66");
  const int second = crowd.come("192.0.2.66");
  (void)crowd.come("192.0.2.66");
  (void)crowd.come("192.0.2.7");
  EXPECT_EQ(crowd.evicted(), std::vector<int>{});
  (void)crowd.come("192.0.2.8");
  EXPECT_EQ(crowd.evicted(), std::vector<int>{first}) << "not the secondary, which is older";
  (void)crowd.come("192.0.2.9");
  EXPECT_EQ(crowd.evicted(), std::vector<int>{second});
  (void)crowd.come("192.0.2.10");
  EXPECT_EQ(crowd.evicted(), std::vector<int>{secondary}) << "one each: the oldest";
  EXPECT_EQ(limits.size(), 5U);
}

TEST(ConnectionLimits, WhoIsProvenKeepsItsPlace) {
  ConnectionLimits limits(3, 2);
  Crowd crowd(limits);
  const int proven = crowd.come("192.0.2.1", true);
  (void)crowd.come("192.0.2.1", true);
  EXPECT_EQ(crowd.come("192.0.2.1"), -1) << "the peer's own places are taken";
  const int stranger = crowd.come("192.0.2.2");
  EXPECT_GE(crowd.come("192.0.2.3", true), 0);
  EXPECT_EQ(crowd.evicted(), std::vector<int>{stranger});
  EXPECT_EQ(crowd.come("192.0.2.4"), -1) << "nobody can be evicted";
  crowd.go(proven);
  EXPECT_GE(crowd.come("192.0.2.4"), 0);
}

TEST(ConnectionLimits, APeerAtItsLimitEvictsItsOwnOldestStranger) {
  ConnectionLimits limits(100, 2);
  Crowd crowd(limits);
  (void)crowd.come("192.0.2.2");
  (void)crowd.come("192.0.2.1", true);
  const int idle = crowd.come("192.0.2.1");
  EXPECT_GE(crowd.come("192.0.2.1"), 0);
  EXPECT_EQ(crowd.evicted(), std::vector<int>{idle});
}

TEST(ConnectionLimits, EvictedConnectionsThatAreNotClosedYetAreBounded) {
  ConnectionLimits limits(1, 1);
  std::vector<ConnectionLimits::Slot> never_closed;
  for (std::size_t i = 0; i <= ConnectionLimits::evictions_max; ++i) {
    auto slot = limits.take(make_address("192.0.2.1"));
    ASSERT_TRUE(slot) << i;
    never_closed.push_back(*std::move(slot));
  }
  EXPECT_FALSE(limits.take(make_address("192.0.2.1")));
  never_closed.clear();
  EXPECT_EQ(limits.size(), 0U);
  EXPECT_TRUE(limits.take(make_address("192.0.2.1")));
}

TEST(ConnectionLimits, TheAddressesOfOneIpv6NetworkShareACount) {
  EXPECT_EQ(counted_as(make_address("2001:db8::1")), counted_as(make_address("2001:db8::ffff:1")));
  EXPECT_NE(counted_as(make_address("2001:db8::1")), counted_as(make_address("2001:db8:0:1::1")));
  EXPECT_NE(counted_as(make_address("192.0.2.1")), counted_as(make_address("192.0.2.2")));
}

}  // namespace
}  // namespace minidns::mdns::test
