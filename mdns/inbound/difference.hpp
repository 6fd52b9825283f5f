#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/transfer/transfer_reader.hpp"
#include "storage/inbound_store.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace minidns::mdns {

/// What an incremental transfer did, by owner and type, to be applied to what we have. Pure. Memory is what it was
/// given; `octets` says how much.
class InboundDifference {
 public:
  explicit InboundDifference(dns::Name apex) : apex_(std::move(apex)) {}

  void add(dns::AddedRecord record);
  void remove(dns::RemovedRecord record);

  /// About what is kept; the caller has a limit.
  [[nodiscard]] std::size_t octets() const { return octets_; }
  [[nodiscard]] std::vector<storage::InboundStore::Place> places() const;

  /// The RRsets as they are afterwards, from what is there now at `places`. An error if a record is removed that isn't
  /// there, or added that is: then we don't have what the primary thinks, and only the whole zone helps. RRsets that
  /// are afterwards as they were are left out.
  [[nodiscard]] Result<std::vector<storage::InboundChange>, dns::TransferError> apply(
      const std::vector<dns::RRset>& present) const;

 private:
  using Step = std::variant<dns::AddedRecord, dns::RemovedRecord>;
  struct Place {
    dns::Name owner;
    dns::RRType type;
    std::vector<Step> steps;  ///< in the order in which they came
  };
  using Key = std::pair<dns::OwnerKey, dns::RRType>;

  Place& place(const dns::Name& owner, dns::RRType type, std::size_t octets);
  [[nodiscard]] static std::optional<dns::TransferError> take(const Step& step, std::optional<dns::RRset>& set);

  dns::Name apex_;
  std::map<Key, Place> places_;
  std::size_t octets_ = 0;
};

}  // namespace minidns::mdns
