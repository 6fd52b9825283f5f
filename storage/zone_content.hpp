#pragma once

#include "base/ids.hpp"
#include "base/view_id.hpp"
#include "dns/delta.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/serial.hpp"
#include "dns/soa.hpp"
#include "dns/ttl.hpp"
#include "dns/version.hpp"
#include "storage/feed_position.hpp"
#include "storage/zone_signing.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <vector>

namespace minidns::storage {

/// What the database says of a zone that isn't deleted.
struct ZoneHead {
  ZoneId id;
  dns::Name name;
  PoolId pool;
  dns::Version version;
  dns::Serial serial;
  dns::Ttl soa_ttl;
  dns::Rdata soa;  ///< as stored, with serial 0: equal for many versions and zones, so that it can be shared
  /// Of a signed version; `read_index` leaves it out.
  std::optional<ZoneSigning> signing = std::nullopt;
  /// Its content has RRSIGs, or may have: it is signed, or transferred in.
  bool has_signatures = false;

  /// The SOA record set of this version.
  [[nodiscard]] dns::RRset soa_rrset() const { return {name, dns::RRType::soa, soa_ttl, {with_serial(soa, serial)}}; }
};

/// A row that no program of ours writes: the database was changed by hand, or is damaged. What it belongs to can't be
/// served; a person must act.
class CorruptContent : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// How mdns reads zones, each as one view sees it: the RRsets of every view, and those of `view` alone. Version, serial
/// and SOA are the same in all views. Every call is one read-only transaction that sees one state of the database. Safe
/// on every thread; blocks, so never called on an I/O thread. All calls throw postgres::Unavailable,
/// postgres::StatementError and CorruptContent.
class ZoneContent {
 public:
  virtual ~ZoneContent() = default;

  using OnHead = std::function<void(ZoneHead)>;
  using OnRRset = std::function<void(dns::RRset)>;
  /// For what is corrupt and was left out.
  using OnCorrupt = std::function<void(const ZoneId&, const CorruptContent&)>;

  /// Calls `on_head` for every zone, in no order, and returns the feed position that they are at least as new as.
  virtual FeedPosition read_index(const OnHead& on_head, const OnCorrupt& on_corrupt) = 0;

  /// Calls `on_head` once, then `on_rrset` for the current RRsets but the SOA, in canonical order of owners, then by
  /// type. False, and nothing is called, if the zone is deleted or was never there. Memory is one RRset.
  [[nodiscard]] virtual bool read_zone(const ZoneId& zone, const ViewId& view, const OnHead& on_head,
                                       const OnRRset& on_rrset) = 0;

  /// The difference from `from` to the head.
  struct Step {
    enum class Kind {
      gone,       ///< the zone is deleted or was never there
      unchanged,  ///< the head is `from`
      forward,    ///< `delta` is there
      too_large,  ///< the changed rows have more than `octets_max` octets
      no_path     ///< the head is older than `from`, or the history doesn't reach back to it
    };
    Kind kind;
    std::optional<ZoneHead> head;     ///< but for `gone`
    std::optional<dns::Delta> delta;  ///< for `forward`
    /// What `from` is signed with, for `forward` and `too_large`; nothing: unsigned.
    std::optional<SigningStamp> signing_before = std::nullopt;
  };
  [[nodiscard]] virtual Step read_step(const ZoneId& zone, const ViewId& view, dns::Version from,
                                       std::size_t octets_max) = 0;

  /// Steps of several zones and views, in one round trip and one state of the database; in their order.
  struct StepRequest {
    ZoneId zone;
    ViewId view;
    dns::Version from;
    std::size_t octets_max;
  };
  [[nodiscard]] virtual std::vector<Step> read_steps(const std::vector<StepRequest>& requests) {
    std::vector<Step> steps;
    for (const StepRequest& request : requests) {
      steps.push_back(read_step(request.zone, request.view, request.from, request.octets_max));
    }
    return steps;
  }

  /// The difference between two versions of one zone, condensed; of signed ones that of their content, and what each is
  /// signed with (nothing: unsigned).
  struct Difference {
    dns::Delta content;
    std::optional<ZoneSigning> signing_from = std::nullopt;
    std::optional<ZoneSigning> signing_to = std::nullopt;
  };
  /// For a client that has `from`'s serial. Nothing if the serial isn't in the history, isn't before `to`, or the
  /// changed rows have more than `octets_max` octets.
  [[nodiscard]] virtual std::optional<Difference> read_difference(const ZoneId& zone, const ViewId& view,
                                                                  dns::Serial from, dns::Version to,
                                                                  std::size_t octets_max) = 0;

  /// What a version of the zone's history is signed with; nothing: it is unsigned, or not in the history. Apex
  /// signatures of the past may be gone.
  [[nodiscard]] virtual std::optional<ZoneSigning> read_signing(const ZoneId& zone, dns::Version version) = 0;

  /// Which of `zones` were deleted by somebody, as against those that are missing for another reason.
  [[nodiscard]] virtual std::vector<ZoneId> deleted_of(const std::vector<ZoneId>& zones) = 0;
};

}  // namespace minidns::storage
