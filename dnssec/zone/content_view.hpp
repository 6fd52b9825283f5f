#pragma once

#include "base/bytes.hpp"
#include "dns/delta.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/snapshot/edit.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dnssec/error.hpp"
#include "dnssec/zone/owner_form.hpp"
#include "dnssec/zone/signing_inputs.hpp"

#include <optional>
#include <span>
#include <vector>

namespace minidns::dnssec {

/// The content inside of a signed zone, with or without a change laid over it, seen by owner. Owners are the octets of
/// an OwnerKey. An owner "exists" here if it has content; empty non-terminals don't.
class ContentView {
 public:
  /// The content of `zone`, signed with `inputs`; both must outlive the view.
  ContentView(const dns::ZoneSnapshot& zone, const SigningInputs& inputs);
  /// The content after `edits` (dns/snapshot/edit.hpp), which must outlive the view. `bad_input` if one doesn't start
  /// from what the zone has.
  [[nodiscard]] static Result<ContentView> changed(const dns::ZoneSnapshot& zone, const SigningInputs& inputs,
                                                   std::span<const dns::Edit> edits);

  /// By type, the SOA first; empty if the owner doesn't exist.
  [[nodiscard]] std::vector<dns::RRset> sets(ByteView owner) const;
  [[nodiscard]] bool exists(ByteView owner) const;
  /// `type` is none that signing makes or adds to.
  [[nodiscard]] bool has(ByteView owner, dns::RRType type) const;
  /// Whether what is below `owner` is occluded by it: NS below the apex, or DNAME.
  [[nodiscard]] bool occludes(ByteView owner) const;
  /// The uppermost name above `owner` that occludes it.
  [[nodiscard]] std::optional<Bytes> occluder_of(ByteView owner) const;

  /// The first owner that is not before `from`, but before `end` if there is one.
  [[nodiscard]] std::optional<Bytes> at_or_after(ByteView from, const std::optional<Bytes>& end = std::nullopt) const;
  /// The last owner before `owner`, which isn't the apex. The walk back ends at `known`, if it comes there: an owner
  /// that doesn't exist (any more) and whose predecessor is known.
  struct Known {
    Bytes missing;
    Bytes predecessor;
  };
  [[nodiscard]] Bytes before(ByteView owner, const std::optional<Known>& known) const;

  /// The owners that the change names, in order.
  [[nodiscard]] const std::vector<Bytes>& changed_owners() const { return changed_; }

 private:
  [[nodiscard]] std::span<const dns::Edit> edits_at(ByteView owner) const;
  [[nodiscard]] bool is_changed(ByteView owner) const;
  [[nodiscard]] Result<void> check(const dns::Edit& edit) const;
  [[nodiscard]] std::vector<dns::RRset> sets_before(ByteView owner) const;
  [[nodiscard]] std::optional<Bytes> changed_at_or_after(ByteView from) const;
  [[nodiscard]] std::optional<Bytes> changed_before(ByteView owner) const;
  [[nodiscard]] std::optional<Bytes> unchanged_at_or_after(ByteView from, const std::optional<Bytes>& end) const;
  [[nodiscard]] std::optional<Bytes> unchanged_before(ByteView owner, const std::optional<Known>& known) const;

  const dns::ZoneSnapshot* zone_;
  const SigningInputs* inputs_;
  std::span<const dns::Edit> edits_;
  std::vector<Bytes> changed_;  ///< owners of `edits_`
  std::vector<Bytes> present_;  ///< those of them that exist afterwards
};

/// What `owner` is to be in the signed zone, without RRSIGs and denial; without sets if it doesn't exist.
[[nodiscard]] Result<OwnerForm> content_form(const ContentView& content, const SigningInputs& inputs, ByteView owner);

/// The least key that is after `owner`: where what is below it begins.
[[nodiscard]] Bytes just_after(ByteView owner);
/// The least key that is after all that is below `owner`; nothing for the apex.
[[nodiscard]] std::optional<Bytes> after_subtree(ByteView owner);
/// Whether `owner` is `ancestor` or below it.
[[nodiscard]] bool is_at_or_below(ByteView owner, ByteView ancestor);
/// The lower-case name.
[[nodiscard]] dns::Name name_of(ByteView owner, const dns::Name& apex);

}  // namespace minidns::dnssec
