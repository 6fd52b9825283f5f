#pragma once

#include "dns/rrset.hpp"
#include "dnssec/zone/owner_form.hpp"
#include "dnssec/zone/signature_plan.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace minidns::dnssec {

/// Runs all tasks, on whatever threads, and returns when each has ended. Tasks don't throw but for want of memory.
/// Which runs where and when makes no difference to the signatures.
using Executor = std::function<void(std::vector<std::function<void()>> tasks)>;
/// On the calling thread, in order.
[[nodiscard]] Executor run_inline();

/// All RRSIGs of an owner: one RRset, whose TTL is that of its first record (dns/record_ttl.hpp). At least one.
[[nodiscard]] dns::RRset rrsig_set(const dns::Name& owner, std::vector<dns::Rdata> rrsigs);

/// All RRsets of an owner in a signed zone, RRSIGs among them.
struct SignedOwner {
  std::vector<dns::RRset> sets;  ///< by type, the SOA first
};

/// Owners that wait for their signatures, which are made many at once.
class SignatureBatch {
 public:
  /// `before`: the plan by which `old_signatures` of the forms were made; null if there are none.
  explicit SignatureBatch(const SignaturePlan& plan, const SignaturePlan* before = nullptr)
      : plan_(&plan), before_(before) {}

  /// Takes old signatures that still hold; what they don't cover is for `sign`. `bad_input`: nothing signs an RRset.
  [[nodiscard]] Result<void> add(OwnerForm form);
  /// Whether enough has come together.
  [[nodiscard]] bool is_full() const {
    return jobs_.size() >= jobs_max || owners_.size() >= owners_max || octets_ >= octets_max;
  }
  [[nodiscard]] bool empty() const { return owners_.empty(); }
  /// All owners that were added, in that order, signed. The batch is empty then.
  [[nodiscard]] Result<std::vector<SignedOwner>> sign(const Executor& executor);

  /// Signatures at once: enough for some tasks on each thread, a few hundred KB of memory.
  static constexpr std::size_t jobs_max = 2048;
  /// Owners with nothing to be signed wait, too.
  static constexpr std::size_t owners_max = 4096;
  /// RDATA that waits: what large records may take.
  static constexpr std::size_t octets_max = 8U << 20;
  /// Signatures in one task (DESIGN.md §4, "Signatures": a batch of nonces shares an inversion).
  static constexpr std::size_t task_jobs = 128;

 private:
  struct Job {
    std::size_t owner;  ///< in owners_
    std::size_t set;    ///< of its form
    const Signer* signer;
    Bytes head;
  };
  struct Waiting {
    OwnerForm form;
    std::vector<dns::Rdata> rrsigs;
  };
  [[nodiscard]] Result<std::vector<dns::Rdata>> run(const std::vector<const Job*>& jobs) const;
  [[nodiscard]] std::vector<std::vector<const Job*>> tasks() const;
  [[nodiscard]] std::optional<dns::Rdata> reusable(const Waiting& owner, const SetForm& set,
                                                   const SignaturePlan::Use& use, const Bytes& head) const;

  const SignaturePlan* plan_;
  const SignaturePlan* before_;
  std::vector<Waiting> owners_;
  std::vector<Job> jobs_;
  std::size_t octets_ = 0;  ///< of all RDATA in owners_
};

}  // namespace minidns::dnssec
