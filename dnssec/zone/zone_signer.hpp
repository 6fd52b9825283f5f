#pragma once

#include "dns/rrset.hpp"
#include "dns/snapshot/builder.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dns/version.hpp"
#include "dnssec/error.hpp"
#include "dnssec/zone/denial.hpp"
#include "dnssec/zone/nsec3_names.hpp"
#include "dnssec/zone/signature_batch.hpp"
#include "dnssec/zone/signature_plan.hpp"
#include "dnssec/zone/signing_inputs.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace minidns::dnssec {

/// Signs a whole zone, as a stream: used like dns::SnapshotBuilder, with the content's RRsets in its order, and ends in
/// a snapshot of the signed zone: the content with DNSKEY, CDS, CDNSKEY and NSEC3PARAM at the apex, RRSIGs, and NSEC or
/// NSEC3. Holds a batch (some MB), the occluded names after one cut, and for NSEC3 some 60 octets for each name.
///
///     auto signer = ZoneSigner::make(inputs, soa, executor);
///     while (auto row = rows.next()) {
///       if (auto added = signer->add(row->rrset); !added) { return added.error(); }
///     }
///     return std::move(*signer).finish(version);
class ZoneSigner {
 public:
  /// `inputs` must outlive the signer. Errors as SignaturePlan::make; `bad_input` if `soa` isn't the apex' SOA.
  [[nodiscard]] static Result<ZoneSigner> make(const SigningInputs& inputs, dns::RRset soa,
                                               Executor executor = run_inline());

  /// The next RRset; the SOA isn't among them. After an error the signer is of no more use. Errors: `bad_input` (what
  /// SnapshotBuilder::add refuses, types that signing makes, DNSKEYs of ours, RDATA without its names), `fault`.
  [[nodiscard]] Result<void> add(dns::RRset rrset);

  [[nodiscard]] Result<std::shared_ptr<const dns::ZoneSnapshot>> finish(dns::Version version) &&;

 private:
  ZoneSigner(std::unique_ptr<const SignaturePlan> plan, dns::RRset soa, dns::Ttl denial_ttl, Executor executor);
  [[nodiscard]] Result<void> close_owner();
  [[nodiscard]] Standing standing_of_current() const;
  [[nodiscard]] Result<void> take_named(OwnerForm form);
  [[nodiscard]] Result<void> close_open(const dns::Name& next);
  [[nodiscard]] Result<void> emit(OwnerForm form);
  [[nodiscard]] Result<void> flush();

  std::unique_ptr<const SignaturePlan> plan_;  ///< stays where it is when the signer is moved
  dns::RRset soa_;
  dns::Ttl denial_ttl_;
  Executor executor_;
  dns::SnapshotBuilder builder_;
  SignatureBatch batch_;

  dns::Name owner_;                    ///< of `current_`
  std::vector<dns::RRset> current_;    ///< what has come of one owner
  std::optional<dns::Name> occluder_;  ///< the cut or DNAME below which the stream is, if its names come now
  std::optional<OwnerForm> open_;      ///< NSEC: the last name with one, which lacks the next name
  std::vector<OwnerForm> held_;        ///< NSEC: occluded names that come after it
  Nsec3Names names_;                   ///< NSEC3
};

}  // namespace minidns::dnssec
