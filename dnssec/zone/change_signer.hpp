#pragma once

#include "base/bytes.hpp"
#include "dns/delta.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dns/ttl.hpp"
#include "dnssec/error.hpp"
#include "dnssec/zone/content_view.hpp"
#include "dnssec/zone/owner_form.hpp"
#include "dnssec/zone/signature_batch.hpp"
#include "dnssec/zone/signature_plan.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace minidns::dnssec {

/// What `sign_change` does, in two steps: find the owners at which the signed zone may differ (too many is no error,
/// only slow), then make each anew from the later content and compare it with what is there.
class ChangeSigner {
 public:
  /// A version: its signature plan, its content, and the TTL of its denials.
  struct Side {
    const SignaturePlan& plan;
    const ContentView& content;
    dns::Ttl denial_ttl;
  };
  /// `zone` is the version of `from`, signed. Both sides have the same denial. `octets_max` as sign_change has it.
  ChangeSigner(const dns::ZoneSnapshot& zone, const Side& from, const Side& to, const Executor& executor,
               std::size_t octets_max)
      : zone_(zone), from_(from), to_(to), executor_(executor), octets_max_(octets_max), batch_(to.plan, &from.plan) {}

  [[nodiscard]] Result<std::vector<dns::RRsetChange>> run();

 private:
  void mark_changed();
  void mark_below(ByteView owner);
  void mark_nsec_neighbours();
  [[nodiscard]] Result<void> mark_nsec3();
  [[nodiscard]] Result<void> mark_denials();
  [[nodiscard]] Result<void> mark_moved_signatures();
  [[nodiscard]] Result<void> count_moved(std::size_t octets);

  [[nodiscard]] Result<OwnerForm> form_at(ByteView owner) const;
  [[nodiscard]] Bytes nsec_next(ByteView owner, const OwnerForm& form) const;
  [[nodiscard]] std::optional<dns::RRset> nsec3_at(ByteView owner) const;
  [[nodiscard]] Result<void> make_anew(const Bytes& owner);
  [[nodiscard]] Result<void> flush();
  void compare(const Bytes& owner, std::vector<dns::RRset> after);

  const dns::ZoneSnapshot& zone_;
  const Side from_;
  const Side to_;
  const Executor& executor_;
  const std::size_t octets_max_;

  std::size_t moved_octets_ = 0;  ///< of denials and signatures that are sure to be others, as they are now
  std::set<Bytes> dirty_;
  /// NSEC3 RRsets that come, change or (nothing) go, by owner.
  std::map<Bytes, std::optional<dns::RRset>> nsec3_;
  SignatureBatch batch_;
  std::vector<Bytes> waiting_;  ///< owners in batch_
  std::vector<dns::RRsetChange> changes_;
};

}  // namespace minidns::dnssec
