#pragma once

#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"
#include "dnssec/zone/canonical.hpp"
#include "dnssec/zone/signing_inputs.hpp"
#include "dnssec/zone/slot.hpp"

#include <span>
#include <vector>

namespace minidns::dnssec {

/// Which keys sign which RRset, and with which times: all that the inputs say, worked out once for each bucket. An
/// RRset gets one signature for each algorithm among the zone keys: of the newest key that is active at the start of
/// its slot (of two as new, the one with the lesser DNSKEY RDATA).
class SignaturePlan {
 public:
  /// A signature to be made.
  struct Use {
    Stamp stamp;
    const SigningKey* key;
  };
  enum class Signers { needed, ignored };

  /// `inputs` must outlive the plan. `bad_input` or `unknown_algorithm`, with the reason: times out of range, an
  /// unknown `rules` number, a bucket in which no key is active or none of those is published, a signer that doesn't
  /// belong to its DNSKEY, nothing that signs the key set.
  [[nodiscard]] static Result<SignaturePlan> make(const SigningInputs& inputs, Signers signers);

  /// Empty for an apex RRset with stored signatures.
  [[nodiscard]] const std::vector<Use>& uses(const dns::Name& owner, dns::RRType type) const;
  /// The stored signatures of an RRset; `bad_input` if they aren't for it, or for another slot.
  [[nodiscard]] Result<std::vector<dns::Rdata>> stored(const dns::RRset& covered) const;

  [[nodiscard]] const SigningInputs& inputs() const { return *inputs_; }
  [[nodiscard]] const SlotRule& slots() const { return slots_; }
  /// The apex in lower case.
  [[nodiscard]] const dns::Name& signer_name() const { return signer_name_; }

  /// Whether a signature that `before` made with the key of `use` is still this key's: it isn't if another key with the
  /// same tag could have made it.
  [[nodiscard]] bool is_same_key(const SignaturePlan& before, const Use& use) const;
  /// By bucket, whether keys or times differ from `before`, which has as many buckets. The key set is another matter.
  [[nodiscard]] std::vector<bool> moved_buckets(const SignaturePlan& before) const;

 private:
  SignaturePlan(const SigningInputs& inputs, SlotRule slots);
  [[nodiscard]] Result<void> choose_zone_keys();
  [[nodiscard]] Result<void> choose_apex_keys();
  [[nodiscard]] bool is_key_set(const dns::Name& owner, dns::RRType type) const;

  const SigningInputs* inputs_;
  SlotRule slots_;
  dns::Name signer_name_;
  std::vector<std::vector<Use>> by_bucket_;
  std::vector<Use> of_key_set_;
  std::vector<Use> none_;
};

/// Whether both would make the same signature of one RRset, as far as keys and times go.
[[nodiscard]] bool is_same(const std::vector<SignaturePlan::Use>& a, const std::vector<SignaturePlan::Use>& b);

}  // namespace minidns::dnssec
