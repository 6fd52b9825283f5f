#pragma once

#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "storage/zone_keys.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::central {

/// What the nameservers of a zone's parent say of its DS.
struct ParentView {
  struct Server {
    std::string name;                           ///< for people: name and address
    std::optional<std::vector<dns::Rdata>> ds;  ///< nothing: it didn't answer
    std::int32_t ttl_s = 0;                     ///< of the DS set, if it isn't empty
    std::string failure = {};
  };
  std::vector<Server> servers;  ///< each nameserver of the parent
  std::string failure = {};     ///< why there are none
};

/// Asks all nameservers of a zone's parent. Blocks for seconds, within a limit. Safe on every thread.
class ParentProbe {
 public:
  virtual ~ParentProbe() = default;
  [[nodiscard]] virtual ParentView look(const dns::Name& zone) = 0;
};

/// What a look at the parent says of a zone's KSKs and CSKs. Pure.
struct ParentFinding {
  /// Of each: present or absent if all nameservers say so, unknown if they differ. Empty: one didn't answer.
  std::vector<storage::KeyDsState> states = {};
  std::optional<std::int32_t> ttl_s = {};  ///< the largest one seen
  bool has_other_ds = false;               ///< of none of these keys
  std::string note;                        ///< for people
};
[[nodiscard]] ParentFinding finding_of(const ParentView& view, const dns::Name& zone,
                                       const std::vector<storage::SealedZoneKey>& keys);

}  // namespace minidns::central
