#include "mdns/rendered_differences.hpp"

#include <utility>

namespace minidns::mdns {
namespace {

/// List and map nodes, control blocks, one body.
constexpr std::size_t entry_overhead_octets = 400;

std::size_t octets_of(const dns::IxfrAnswer& answer) {
  return entry_overhead_octets + answer.size_octets();
}

}  // namespace

RenderedDifferences::Answer RenderedDifferences::find(const DifferenceKey& key) {
  const std::lock_guard lock(mutex_);
  return find_locked(key);
}

void RenderedDifferences::put(const DifferenceKey& key, Answer answer) {
  const std::lock_guard lock(mutex_);
  put_locked(key, std::move(answer));
}

bool RenderedDifferences::obtain(WorkerPool& pool, const DifferenceKey& key, Make make, OnAnswer on_answer) {
  Answer known;
  {
    const std::lock_guard lock(mutex_);
    known = find_locked(key);
    if (!known) {
      const auto [flight, is_new] = flights_.try_emplace(key);
      if (is_new && !pool.post([this, key, make = std::move(make)] { run(key, make); })) {
        flights_.erase(flight);
        return false;
      }
      flight->second.push_back(std::move(on_answer));
      return true;
    }
  }
  on_answer(known);
  return true;
}

void RenderedDifferences::run(const DifferenceKey& key, const Make& make) {
  const Answer answer = make();
  std::vector<OnAnswer> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto flight = flights_.find(key);
    waiting = std::move(flight->second);
    flights_.erase(flight);
    // That there is none may be a matter of the moment (no database): it's looked for again.
    if (answer) {
      put_locked(key, answer);
    }
  }
  for (const OnAnswer& on_answer : waiting) {
    on_answer(answer);
  }
}

RenderedDifferences::Answer RenderedDifferences::find_locked(const DifferenceKey& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->answer;
}

void RenderedDifferences::put_locked(const DifferenceKey& key, Answer answer) {
  const std::size_t octets = octets_of(*answer);
  if (octets > octets_max_ || by_key_.contains(key)) {
    return;
  }
  entries_.push_front({key, std::move(answer)});
  by_key_.emplace(key, entries_.begin());
  octets_ += octets;
  while (octets_ > octets_max_) {
    erase(std::prev(entries_.end()));
  }
}

void RenderedDifferences::erase(Entries::iterator entry) {
  octets_ -= octets_of(*entry->answer);
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

std::size_t RenderedDifferences::octets() const {
  const std::lock_guard lock(mutex_);
  return octets_;
}

}  // namespace minidns::mdns
