#pragma once

#include <cstddef>
#include <type_traits>

namespace minidns::dnssec {

/// OPENSSL_cleanse: no compiler leaves it out.
void wipe(void* octets, std::size_t count);

/// Overwrites the stack below the caller: what the functions that it called, and have returned, left there of secrets
/// in temporaries and saved registers. Costs a microsecond or two, so once for a batch.
void wipe_dead_stack();

/// A plain value of which nothing is left in memory when it goes. `Secret` is for what lives long; this is for the
/// intermediates of a computation, without an allocation.
template <class T>
struct Wiped {
  static_assert(std::is_trivially_copyable_v<T>);

  Wiped() = default;
  Wiped(const Wiped&) = default;
  Wiped& operator=(const Wiped&) = default;
  ~Wiped() { wipe(&value, sizeof value); }

  T value{};
};

}  // namespace minidns::dnssec
