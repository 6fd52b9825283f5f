#pragma once

#include "dns/delta.hpp"
#include "dns/snapshot/transfer.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace minidns::dns {

/// An incremental transfer, rendered: new SOA, old SOA, what went, new SOA, what came, new SOA (RFC 1995 §4), one
/// difference in all. Of a changed RRset only the records that differ are in it, or all of them if its TTL or the case
/// of its owner changed. Messages of at most Chunk::size_octets_split octets, a larger record in one of its own; the
/// first never holds fewer than three records (PowerDNS and kdig stop at a lone SOA, trials-dns.md 13).
///
/// Immutable: several secondaries may be sent the same one.
class IxfrAnswer {
 public:
  /// Null if the messages' answer sections would have more than `size_octets_max` octets in all, or if the difference
  /// can't be sent in this form or changes the kind of denial (unsigned, NSEC, NSEC3 and its parameters): send a full
  /// transfer then. Works and allocates at most that much.
  [[nodiscard]] static std::shared_ptr<const IxfrAnswer> render(const Delta& delta, std::size_t size_octets_max);

  struct Body {
    Bytes octets;
    std::uint16_t ancount;
  };
  [[nodiscard]] const std::vector<Body>& bodies() const { return bodies_; }
  [[nodiscard]] std::size_t size_octets() const { return size_octets_; }

  /// Only `render` makes one.
  class Key {
    friend class IxfrAnswer;
    Key() = default;
  };
  IxfrAnswer(Key, std::vector<Body> bodies);

 private:
  std::vector<Body> bodies_;
  std::size_t size_octets_ = 0;
};

/// Hands out the messages of an IxfrAnswer and keeps it alive.
class IxfrSource : public TransferSource {
 public:
  explicit IxfrSource(std::shared_ptr<const IxfrAnswer> answer) : answer_(std::move(answer)) {}
  [[nodiscard]] std::optional<TransferBody> next() override;

 private:
  std::shared_ptr<const IxfrAnswer> answer_;
  std::size_t next_ = 0;
};

}  // namespace minidns::dns
