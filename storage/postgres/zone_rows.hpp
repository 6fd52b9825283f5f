#pragma once

#include "base/bytes.hpp"
#include "dns/delta.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// From columns to DNS values. All functions throw CorruptContent for what isn't valid.
namespace minidns::storage::postgres {

[[nodiscard]] dns::Name zone_name_of(std::string_view text);
[[nodiscard]] dns::Ttl ttl_of(std::int64_t seconds);
/// `rrsets.rdata` of a SOA: exactly one record.
[[nodiscard]] dns::Rdata soa_of(ByteView packed);

/// Makes RRsets from rows of one zone; rows of one owner that follow each other share the work for its name.
class RRsetDecoder {
 public:
  explicit RRsetDecoder(dns::Name apex) : apex_(std::move(apex)), lower_apex_(apex_.lowercased()) {}

  /// The records are sorted: their order in the row means nothing.
  [[nodiscard]] dns::RRset decode(ByteView owner_key, std::int64_t type, std::int64_t ttl,
                                  const std::optional<ByteView>& owner_case, ByteView packed_rdata);

 private:
  [[nodiscard]] dns::Name owner_name(ByteView owner_key, const std::optional<ByteView>& owner_case) const;
  void note(ByteView owner_key, const std::optional<ByteView>& owner_case);

  dns::Name apex_;
  dns::Name lower_apex_;
  struct Last {
    Bytes key;
    std::optional<Bytes> letter_case;
    dns::Name name;
  };
  std::optional<Last> last_;
};

/// Puts what went and what came together: the lists are in the order of owner and type, each at most once. What is the
/// same before and after is no change.
[[nodiscard]] std::vector<dns::RRsetChange> pair_changes(std::vector<dns::RRset> went, std::vector<dns::RRset> came,
                                                         const dns::Name& apex);

}  // namespace minidns::storage::postgres
