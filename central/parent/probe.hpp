#pragma once

#include "central/parent/view.hpp"
#include "dns/name.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace minidns::central {

/// An IPv4 or IPv6 address and a port.
struct DnsEndpoint {
  std::string address;
  std::uint16_t port = 53;
};

/// Whom to ask for a zone's DS.
struct ParentSettings {
  /// Recursive servers, tried in turn, that know who the parents' nameservers are.
  std::vector<DnsEndpoint> resolvers;
  /// Nameservers of a parent that is found otherwise: of the closest one above the zone, it alone.
  struct Parent {
    dns::Name zone;
    std::vector<DnsEndpoint> nameservers;
  };
  std::vector<Parent> parents;

  [[nodiscard]] bool empty() const { return resolvers.empty() && parents.empty(); }
};

/// Asks by DNS over TCP (RFC 7766): an answer can't be forged by who only guesses. Blocks.
class DnsParentProbe final : public ParentProbe {
 public:
  explicit DnsParentProbe(ParentSettings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] ParentView look(const dns::Name& zone) override;

  /// Of one question; of all that are asked for one zone together. Then the rest fails.
  static constexpr std::chrono::milliseconds question_time_max{2'000};
  static constexpr std::chrono::milliseconds look_time_max{15'000};
  /// Of a parent: more are an answer that nobody means well.
  static constexpr std::size_t nameservers_max = 32;
  static constexpr std::size_t addresses_max = 4;  ///< of each, until one answers

 private:
  const ParentSettings settings_;
};

}  // namespace minidns::central
