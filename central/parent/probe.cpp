#include "central/parent/probe.hpp"

#include "central/parent/question.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <optional>
#include <utility>

namespace minidns::central {
namespace {

using std::chrono::steady_clock;

/// Resolvers keep nothing for longer (RFC 8767 §4).
constexpr std::uint32_t ds_ttl_s_max = 604'800;

/// A nameserver of the parent.
struct Nameserver {
  std::string name;
  std::vector<DnsEndpoint> addresses;
};

/// The questions about one zone, within one time.
class Look {
 public:
  explicit Look(const ParentSettings& settings)
      : settings_(settings), end_(steady_clock::now() + DnsParentProbe::look_time_max) {}

  ParentView at(const dns::Name& zone) {
    ParentView view;
    const auto nameservers = nameservers_of(zone, view.failure);
    for (const Nameserver& nameserver : nameservers) {
      ask_nameserver(nameserver, zone, view);
    }
    return view;
  }

 private:
  Result<DnsAnswer, DnsFailure> question(const DnsEndpoint& server, const dns::Name& name, dns::RRType type,
                                         bool recursion_desired) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - steady_clock::now());
    if (left.count() <= 0) {
      return DnsFailure{"there was no time left to ask"};
    }
    return ask(server, name, type, recursion_desired, std::min(left, DnsParentProbe::question_time_max));
  }

  /// The first resolver that answers.
  Result<DnsAnswer, DnsFailure> resolve(const dns::Name& name, dns::RRType type) const {
    DnsFailure last{"there are no resolvers"};
    for (const auto& resolver : settings_.resolvers) {
      auto answer = question(resolver, name, type, true);
      if (answer) {
        return answer;
      }
      last = {"resolver " + resolver.address + ": " + answer.error().reason};
    }
    return last;
  }

  std::vector<Nameserver> nameservers_of(const dns::Name& zone, std::string& failure) const {
    const ParentSettings::Parent* known = nullptr;
    for (const auto& parent : settings_.parents) {
      if (zone != parent.zone && zone.is_at_or_below(parent.zone) &&
          (known == nullptr || parent.zone.label_count() > known->zone.label_count())) {
        known = &parent;
      }
    }
    if (known == nullptr) {
      return found(zone, failure);
    }
    std::vector<Nameserver> nameservers;
    for (const auto& endpoint : known->nameservers) {
      nameservers.push_back({endpoint.address + " port " + std::to_string(endpoint.port), {endpoint}});
    }
    return nameservers;
  }

  /// By asking who serves the closest name above that is a zone.
  std::vector<Nameserver> found(const dns::Name& zone, std::string& failure) const {
    for (auto name = zone.parent();; name = name.parent()) {
      const auto answer = resolve(name, dns::RRType::ns);
      if (!answer) {
        failure = "who serves " + name.to_text() + " isn't known: " + answer.error().reason;
        return {};
      }
      if (!answer->records.empty()) {
        return with_addresses(answer->records);
      }
      if (name.is_root()) {
        failure = "no zone was found above " + zone.to_text();
        return {};
      }
    }
  }

  std::vector<Nameserver> with_addresses(const std::vector<dns::Rdata>& names) const {
    std::vector<Nameserver> nameservers;
    for (const auto& rdata : names) {
      const auto name = dns::Name::from_wire(rdata.octets());
      if (!name || nameservers.size() == DnsParentProbe::nameservers_max) {
        continue;
      }
      Nameserver nameserver{name->to_text(), {}};
      for (const auto type : {dns::RRType::a, dns::RRType::aaaa}) {
        const auto addresses = resolve(*name, type);
        for (std::size_t i = 0; addresses && i < addresses->records.size(); ++i) {
          const auto text = address_text(addresses->records[i].octets());
          if (text && nameserver.addresses.size() < DnsParentProbe::addresses_max) {
            nameserver.addresses.push_back({*text, 53});
          }
        }
      }
      nameservers.push_back(std::move(nameserver));
    }
    return nameservers;
  }

  static std::optional<std::string> address_text(ByteView octets) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = octets.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
    if (octets.size() != sizeof(in_addr) && octets.size() != sizeof(in6_addr)) {
      return std::nullopt;
    }
    return ::inet_ntop(family, octets.data(), text.data(), text.size()) != nullptr
               ? std::optional<std::string>(text.data())
               : std::nullopt;
  }

  /// At the first of its addresses that answers.
  void ask_nameserver(const Nameserver& nameserver, const dns::Name& zone, ParentView& view) const {
    ParentView::Server silent{.name = nameserver.name, .ds = {}, .failure = "it has no address"};
    for (const auto& address : nameserver.addresses) {
      const auto name = nameserver.name.starts_with(address.address) ? nameserver.name
                                                                     : nameserver.name + " (" + address.address + ")";
      const auto answer = question(address, zone, dns::RRType::ds, false);
      if (answer && answer->is_authoritative) {
        const auto ttl_s = static_cast<std::int32_t>(std::min(answer->ttl_s, ds_ttl_s_max));
        view.servers.push_back({.name = name, .ds = answer->records, .ttl_s = ttl_s});
        return;
      }
      silent = {
          .name = name, .ds = {}, .failure = answer ? "it isn't authoritative for the parent" : answer.error().reason};
    }
    view.servers.push_back(std::move(silent));
  }

  const ParentSettings& settings_;
  const steady_clock::time_point end_;
};

}  // namespace

ParentView DnsParentProbe::look(const dns::Name& zone) {
  if (zone.is_root()) {
    return {.servers = {}, .failure = "the root has no parent"};
  }
  return Look(settings_).at(zone);
}

}  // namespace minidns::central
