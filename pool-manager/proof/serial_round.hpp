#pragma once

#include "pool-manager/drivers/soa_answer.hpp"
#include "pool-manager/proof/pace.hpp"
#include "pool-manager/proof/proof_scope.hpp"
#include "pool-manager/proof/signature_state.hpp"
#include "pool-manager/wakeup.hpp"
#include "storage/zone_proofs.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace minidns::pool {

/// Asks the nameserver for the SOA of every zone and its signature, round after round at a bounded pace: what it
/// *serves*, whatever its control channel says. Where the serial isn't what it should be, that becomes a task as in a
/// Sweep; signatures that end soon are kept as faults, and those zones are looked at again every minute. On the
/// session's strand.
class SerialRound {
 public:
  explicit SerialRound(const ProofScope& scope);

  /// Until the session ends.
  [[nodiscard]] boost::asio::awaitable<void> run();
  void wake() { wakeup_.notify(); }

  [[nodiscard]] std::size_t zones() const { return total_; }
  [[nodiscard]] std::size_t expiring() const;
  /// A content comparison has seen this signature.
  void saw_signature(const SignatureTimes& signature) { take_end(signature); }

 private:
  using Zones = std::vector<storage::ProvedZone>;
  using Answers = std::vector<SignedSoaAnswer>;

  [[nodiscard]] boost::asio::awaitable<void> load();
  [[nodiscard]] boost::asio::awaitable<void> step();
  [[nodiscard]] boost::asio::awaitable<void> turn_page();
  [[nodiscard]] boost::asio::awaitable<void> finish_round();
  [[nodiscard]] boost::asio::awaitable<void> look_again();
  [[nodiscard]] boost::asio::awaitable<void> look(Zones zones);
  [[nodiscard]] boost::asio::awaitable<Answers> ask(const Zones& zones);
  [[nodiscard]] boost::asio::awaitable<void> judge_serials(Zones zones, Answers answers);
  void judge_signature_of(const storage::ProvedZone& zone, const SignedSoaAnswer& answer);
  void take_end(const SignatureTimes& signature);
  [[nodiscard]] boost::asio::awaitable<void> save();
  [[nodiscard]] SteadyTime next() const;
  void publish() const;

  const ProofScope& scope_;
  Pace pace_;
  Wakeup wakeup_;

  Zones page_;  ///< what is left of it
  bool is_loaded_ = false;
  std::size_t total_ = 0;  ///< zones of the pool, counted at `counted_`
  SteadyTime counted_{};
  std::optional<dns::Name> after_;
  SteadyTime round_began_{};
  std::optional<SteadyTime> complete_since_;

  struct Fault {
    dns::Name name;
    SteadyTime since;
    bool is_told = false;  ///< else it is looked at again first
  };
  std::map<ZoneId, Fault> expiring_;  ///< signatures end soon, or are wrong
  std::size_t expiring_in_round_ = 0, expiring_in_last_round_ = 0;
  std::optional<ZoneId> again_after_;
  SteadyTime again_at_{};
  std::optional<SignatureTimes> first_end_, first_end_of_last_round_;

  /// What was found since the last save; nothing: the fault is gone.
  std::map<ZoneId, std::optional<storage::FaultFound>> unsaved_;
  bool round_is_complete_ = false;
  SteadyTime saved_{};
};

}  // namespace minidns::pool
