#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace minidns::tsig {

enum class Algorithm;

/// HMAC (RFC 2104) with one key. Setting up a key costs more than signing a short message, so it is done once, here;
/// each message then starts from a copy. Immutable, cheap to copy, safe on every thread.
///
/// All functions throw std::runtime_error if OpenSSL fails (out of memory, or a build without the algorithm).
class Hmac {
 public:
  Hmac(Algorithm algorithm, const Secret& secret);

  /// One MAC that is being computed; for one thread.
  class Computation {
   public:
    Computation(Computation&&) noexcept;
    Computation& operator=(Computation&&) noexcept;
    ~Computation();

    void add(ByteView octets);
    /// The whole MAC, not truncated. The computation is over.
    [[nodiscard]] Bytes finish() &&;

    /// The same for one who computes many MACs one after the other: writes the MAC to the start of `mac`, which has
    /// room for it. Then comes `restart`.
    void finish_into(std::span<std::uint8_t> mac);
    /// Begins anew with the same key; cheaper than `Hmac::begin`, which allocates.
    void restart();

   private:
    friend class Hmac;
    struct Context;
    explicit Computation(std::unique_ptr<Context> context);
    std::unique_ptr<Context> context_;
  };

  [[nodiscard]] Computation begin() const;

 private:
  struct Keyed;
  std::shared_ptr<const Keyed> keyed_;
};

}  // namespace minidns::tsig
