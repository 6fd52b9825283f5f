#pragma once

#include "pool-manager/proof/content_round.hpp"
#include "pool-manager/proof/proof_scope.hpp"
#include "pool-manager/proof/serial_round.hpp"

#include <boost/asio/awaitable.hpp>

namespace minidns::pool {

/// Proves what one nameserver serves: serials and signatures in one round, contents in another, both as loops of its
/// session.
class Prober {
 public:
  explicit Prober(ProofScope scope);
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  /// Until the session ends.
  [[nodiscard]] boost::asio::awaitable<void> prove_serials() { return serials_.run(); }
  [[nodiscard]] boost::asio::awaitable<void> prove_contents() { return contents_.run(); }
  void wake();
  /// How many zones are in which state; `is_reachable`: the nameserver.
  void publish(bool is_reachable) const;

 private:
  const ProofScope scope_;
  SerialRound serials_;
  ContentRound contents_;
};

}  // namespace minidns::pool
