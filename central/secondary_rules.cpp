#include "central/secondary_rules.hpp"

#include <algorithm>
#include <string>

namespace minidns::central {

api::Result<void> SecondaryRules::check_masters(const std::vector<api::SocketAddress>& masters,
                                                const std::vector<storage::PrimaryEndpoint>& own) const {
  std::vector<api::FieldError> errors;
  if (masters.empty()) {
    errors.push_back({{"masters"}, "a SECONDARY zone needs at least one"});
  }
  for (std::size_t i = 0; i < masters.size(); ++i) {
    const auto& master = masters[i];
    const bool is_own = std::ranges::any_of(own, [&](const storage::PrimaryEndpoint& endpoint) {
      return endpoint.address == master.address.text() && endpoint.port == master.port;
    });
    if (is_own) {
      errors.push_back({{"masters", std::to_string(i)}, "is an address of this platform"});
    } else if (!policy_.permits(master.address.text())) {
      errors.push_back({{"masters", std::to_string(i)}, "is in a network that can't be a zone's primary here"});
    }
  }
  if (!errors.empty()) {
    return api::Problem{.type = api::ProblemType::invalid_object, .message = {}, .errors = std::move(errors)};
  }
  return {};
}

storage::InboundKey SecondaryRules::seal(const ZoneId& zone, const api::MastersKey& key) const {
  return {.name = key.name.to_text(),
          .algorithm = std::string(tsig::to_text(key.algorithm)),
          .secret_sealed = box_.seal(key.secret, "inbound-key:" + zone.to_string())};
}

}  // namespace minidns::central
