#pragma once

#include "pool-manager/proof/content_proof.hpp"
#include "pool-manager/proof/divergences.hpp"
#include "pool-manager/proof/pace.hpp"
#include "pool-manager/proof/proof_scope.hpp"
#include "pool-manager/wakeup.hpp"
#include "storage/zone_proofs.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <optional>

namespace minidns::pool {

/// Compares the content of every zone, one at a time, in slow rounds. What was found to differ is looked at again, told
/// if it differs again, and mended by forced transfers, a few times. On the session's strand.
class ContentRound {
 public:
  /// `saw_signature` is told the first end of a zone's signatures.
  ContentRound(const ProofScope& scope, std::function<void(const SignatureTimes&)> saw_signature);

  /// Until the session ends.
  [[nodiscard]] boost::asio::awaitable<void> run();
  void wake() { wakeup_.notify(); }
  [[nodiscard]] std::size_t diverged() const { return divergences_.diverged(); }

 private:
  [[nodiscard]] boost::asio::awaitable<void> load();
  [[nodiscard]] boost::asio::awaitable<void> step();
  [[nodiscard]] boost::asio::awaitable<void> next_zone();
  [[nodiscard]] boost::asio::awaitable<void> save_position(bool is_complete);
  [[nodiscard]] boost::asio::awaitable<ContentProof::Result> compare(dns::Name name);
  [[nodiscard]] boost::asio::awaitable<void> settle(ZoneId zone, dns::Name name, ContentProof::Result result);
  [[nodiscard]] boost::asio::awaitable<void> clear(ZoneId zone);
  [[nodiscard]] boost::asio::awaitable<void> tell(storage::ProvedZone zone, ContentProof::Result result);
  [[nodiscard]] boost::asio::awaitable<void> repair(storage::ProvedZone zone);
  [[nodiscard]] boost::asio::awaitable<void> save(storage::ProofUpdate update);
  void tell_refused(const std::string& reason);
  [[nodiscard]] SteadyTime next() const;

  const ProofScope& scope_;
  const std::function<void(const SignatureTimes&)> saw_signature_;
  ContentProof proof_;
  Divergences divergences_;
  Pace pace_;
  Wakeup wakeup_;

  bool is_loaded_ = false;
  bool told_refused_ = false;
  std::size_t total_ = 0;
  SteadyTime counted_{};
  std::optional<dns::Name> after_;
  SteadyTime round_began_{};
  std::optional<SteadyTime> complete_since_;
};

}  // namespace minidns::pool
