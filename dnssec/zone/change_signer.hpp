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
  /// `zone` is the earlier version, signed. Both sides have the same denial.
  ChangeSigner(const dns::ZoneSnapshot& zone, const Side& from, const Side& to, const Executor& executor)
      : zone_(zone), from_(from), to_(to), executor_(executor), batch_(to.plan, &from.plan) {}

  [[nodiscard]] Result<std::vector<dns::RRsetChange>> run();

 private:
  void mark_changed();
  void mark_below(ByteView owner);
  void mark_nsec_neighbours();
  [[nodiscard]] Result<void> mark_nsec3();
  void mark_denials();
  void mark_moved_signatures();

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

  std::set<Bytes> dirty_;
  /// NSEC3 RRsets that come, change or (nothing) go, by owner.
  std::map<Bytes, std::optional<dns::RRset>> nsec3_;
  SignatureBatch batch_;
  std::vector<Bytes> waiting_;  ///< owners in batch_
  std::vector<dns::RRsetChange> changes_;
};

}  // namespace minidns::dnssec
