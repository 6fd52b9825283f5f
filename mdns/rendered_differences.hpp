#pragma once

#include "base/worker_pool.hpp"
#include "dns/serial.hpp"
#include "dns/snapshot/ixfr_answer.hpp"
#include "dns/version.hpp"
#include "mdns/content_key.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace minidns::mdns {

/// Which difference of a zone in a view: from what the client has to a version that we serve.
struct DifferenceKey {
  ContentKey content;
  dns::Serial from;
  dns::Version to;

  friend bool operator==(const DifferenceKey&, const DifferenceKey&) = default;
};

/// Differences that are ready to be sent. All nameservers of a pool ask for the same one within milliseconds: it is
/// read and rendered once, and kept while it is asked for. Safe on every thread; the lock is held for a map operation.
class RenderedDifferences {
 public:
  /// Null: there is none worth sending, send the whole zone.
  using Answer = std::shared_ptr<const dns::IxfrAnswer>;
  /// Blocks as it likes, on a worker; must not throw.
  using Make = std::function<Answer()>;
  using OnAnswer = std::function<void(const Answer&)>;

  /// Keeps those used last, up to so many octets; a larger one is shared only while it is made.
  explicit RenderedDifferences(std::size_t octets_max) : octets_max_(octets_max) {}

  /// Null if it isn't here.
  [[nodiscard]] Answer find(const DifferenceKey& key);
  void put(const DifferenceKey& key, Answer answer);

  /// Calls `on_answer` once, on this thread or a worker of `pool`: with what is here, or what `make` gives. Those who
  /// come while it runs wait for the same. False, and nothing is called, if the pool is too busy.
  [[nodiscard]] bool obtain(WorkerPool& pool, const DifferenceKey& key, Make make, OnAnswer on_answer);

  [[nodiscard]] std::size_t octets() const;

 private:
  struct Hash {
    std::size_t operator()(const DifferenceKey& key) const {
      const auto numbers = std::uint64_t{key.from.value()} << 32U ^ static_cast<std::uint64_t>(key.to.value());
      return std::hash<ContentKey>{}(key.content) ^ std::hash<std::uint64_t>{}(numbers);
    }
  };
  struct Entry {
    DifferenceKey key;
    Answer answer;
  };
  using Entries = std::list<Entry>;

  void run(const DifferenceKey& key, const Make& make);
  [[nodiscard]] Answer find_locked(const DifferenceKey& key);
  void put_locked(const DifferenceKey& key, Answer answer);
  void erase(Entries::iterator entry);

  const std::size_t octets_max_;
  mutable std::mutex mutex_;  // guards what follows
  Entries entries_;           // used last first
  std::unordered_map<DifferenceKey, Entries::iterator, Hash> by_key_;
  std::unordered_map<DifferenceKey, std::vector<OnAnswer>, Hash> flights_;
  std::size_t octets_ = 0;
};

}  // namespace minidns::mdns
