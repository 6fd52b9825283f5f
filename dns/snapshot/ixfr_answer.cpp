#include "dns/snapshot/ixfr_answer.hpp"

#include "dns/record_ttl.hpp"
#include "dns/snapshot/checked_rrset.hpp"
#include "dns/snapshot/chunk.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/renderer.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace minidns::dns {
namespace {

using Records = std::vector<const Rdata*>;

bool is_less(const Rdata* a, const Rdata* b) {
  return is_before(*a, *b);
}

Records sorted_records(const RRset& rrset) {
  Records records;
  for (const auto& rdata : rrset.rdata) {
    records.push_back(&rdata);
  }
  std::sort(records.begin(), records.end(), is_less);
  return records;
}

/// The records of the first of `one` that a secondary doesn't see in the first of `other`: all of them if the TTL or
/// the owner's case differs, since records of one RRset have one TTL (RFC 2181 §5.2) and one owner.
Records records_only_in(const std::vector<RRset>& one, const std::vector<RRset>& other) {
  if (one.empty()) {
    return {};
  }
  const Records records = sorted_records(one.front());
  if (other.empty() || one.front().ttl != other.front().ttl || !is_same_case(one.front().owner, other.front().owner)) {
    return records;
  }
  Records rest;
  const Records others = sorted_records(other.front());
  std::set_difference(records.begin(), records.end(), others.begin(), others.end(), std::back_inserter(rest), is_less);
  return rest;
}

/// Fills one message after the other.
class Packer {
 public:
  Packer(const Name& apex, std::size_t size_octets_max)
      : base_offset_(Chunk::base_offset(apex)),
        size_octets_max_(size_octets_max),
        renderer_(base_offset_, Chunk::size_octets_split) {}

  /// False if it can't be sent, or all becomes too large.
  [[nodiscard]] bool add(const RRset& rrset, const Rdata& rdata) {
    const std::size_t start = place(rrset, rdata);
    if (start == none) {
      return false;
    }
    total_octets_ += renderer_.size() - start;
    ++ancount_;
    if (renderer_.size() > Chunk::size_octets_split && may_end_message()) {
      end_message();
    }
    return total_octets_ <= size_octets_max_;
  }

  [[nodiscard]] bool add(const RRset& rrset, const Records& records) {
    return std::all_of(records.begin(), records.end(), [&](const Rdata* rdata) { return add(rrset, *rdata); });
  }

  [[nodiscard]] std::vector<IxfrAnswer::Body> finish() && {
    end_message();
    return std::move(bodies_);
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// Where in its message the record was written.
  std::size_t place(const RRset& rrset, const Rdata& rdata) {
    const auto write = [&] {
      const std::size_t start = renderer_.size();
      return renderer_.record(rrset.owner, rrset.type, class_in, record_ttl(rrset, rdata).seconds(), rdata.octets())
                 ? start
                 : none;
    };
    std::size_t start = write();
    if (start == none && may_end_message()) {
      end_message();
      start = write();
    }
    if (start == none) {
      renderer_.set_size_octets_max(Chunk::size_octets_max);
      start = write();
    }
    return start;
  }

  /// New SOA, old SOA and one more, else PowerDNS and kdig take it for the whole answer.
  [[nodiscard]] bool may_end_message() const {
    constexpr std::size_t first_records_min = 3;
    return ancount_ >= (bodies_.empty() ? first_records_min : 1);
  }

  void end_message() {
    if (ancount_ == 0) {
      return;
    }
    const auto octets = renderer_.octets();
    bodies_.push_back({Bytes(octets.begin(), octets.end()), ancount_});
    ancount_ = 0;
    renderer_.reset(base_offset_, Chunk::size_octets_split);
  }

  std::size_t base_offset_;
  std::size_t size_octets_max_;
  RecordRenderer renderer_;
  std::size_t total_octets_ = 0;
  std::uint16_t ancount_ = 0;
  std::vector<IxfrAnswer::Body> bodies_;
};

/// The sequence of RFC 1995 §4. False as Packer::add.
bool add_sequence(const Delta& delta, Packer& packer) {
  const auto add_soa = [&](const RRset& soa) { return packer.add(soa, soa.rdata.front()); };
  if (!add_soa(delta.soa_after) || !add_soa(delta.soa_before)) {
    return false;
  }
  for (const auto& change : delta.changes) {
    const auto gone = records_only_in(change.before, change.after);
    if (!gone.empty() && !packer.add(change.before.front(), gone)) {
      return false;
    }
  }
  if (!add_soa(delta.soa_after)) {
    return false;
  }
  for (const auto& change : delta.changes) {
    const auto come = records_only_in(change.after, change.before);
    if (!come.empty() && !packer.add(change.after.front(), come)) {
      return false;
    }
  }
  return add_soa(delta.soa_after);
}

/// Between unsigned and signed, between NSEC and NSEC3, or to other NSEC3 parameters: all of it shows at the apex.
/// PowerDNS applies the records of such a difference and goes on denying in the old way.
bool changes_kind_of_denial(const Delta& delta) {
  return std::any_of(delta.changes.begin(), delta.changes.end(), [&](const RRsetChange& change) {
    const RRset& one = change.before.empty() ? change.after.front() : change.before.front();
    const bool comes_or_goes = change.before.empty() || change.after.empty();
    const bool tells =
        one.type == RRType::nsec3param || (comes_or_goes && (one.type == RRType::dnskey || one.type == RRType::nsec));
    return tells && one.owner == delta.soa_after.owner;
  });
}

}  // namespace

IxfrAnswer::IxfrAnswer(Key, std::vector<Body> bodies) : bodies_(std::move(bodies)) {
  for (const auto& body : bodies_) {
    size_octets_ += body.octets.size();
  }
}

std::shared_ptr<const IxfrAnswer> IxfrAnswer::render(const Delta& delta, std::size_t size_octets_max) {
  if (changes_kind_of_denial(delta)) {
    return nullptr;
  }
  Packer packer(delta.soa_after.owner, size_octets_max);
  if (!add_sequence(delta, packer)) {
    return nullptr;
  }
  return std::make_shared<const IxfrAnswer>(Key(), std::move(packer).finish());
}

std::optional<TransferBody> IxfrSource::next() {
  if (next_ == answer_->bodies().size()) {
    return std::nullopt;
  }
  const auto& body = answer_->bodies()[next_++];
  return TransferBody{{body.octets, {}}, body.ancount};
}

}  // namespace minidns::dns
