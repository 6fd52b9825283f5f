#include "pool-manager/plan.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace minidns::pool {
namespace {

std::optional<Finding> compare(const storage::DesiredZone& desired, const ListedZone& observed) {
  if (desired.deleted) {
    return Finding{Finding::Kind::leftover, desired.name};
  }
  if (!observed.serial) {
    return Finding{Finding::Kind::behind, desired.name};
  }
  if (*observed.serial == desired.serial) {
    return std::nullopt;
  }
  if (observed.serial->is_newer_than(desired.serial)) {
    return Finding{Finding::Kind::ahead, desired.name, observed.serial};
  }
  // Serials that can't be compared (RFC 1982 §3.2) count as behind: a transfer must be asked for.
  return Finding{Finding::Kind::behind, desired.name};
}

}  // namespace

std::vector<Finding> Comparison::add(std::span<const storage::DesiredZone> page) {
  std::vector<Finding> findings;
  for (const storage::DesiredZone& desired : page) {
    take_unknown_before(desired.name, findings);
    if (next_ == observed_.size() || observed_[next_].name != desired.name) {
      if (!desired.deleted) {
        findings.push_back({Finding::Kind::missing, desired.name});
      }
      continue;
    }
    if (auto finding = compare(desired, observed_[next_])) {
      findings.push_back(*std::move(finding));
    }
    ++next_;
  }
  return findings;
}

std::vector<Finding> Comparison::finish() {
  std::vector<Finding> findings;
  for (; next_ < observed_.size(); ++next_) {
    findings.push_back({Finding::Kind::unknown, observed_[next_].name});
  }
  return findings;
}

void Comparison::take_unknown_before(const dns::Name& name, std::vector<Finding>& findings) {
  for (; next_ < observed_.size() && observed_[next_].name < name; ++next_) {
    findings.push_back({Finding::Kind::unknown, observed_[next_].name});
  }
}

std::vector<Finding> plan(std::span<const storage::DesiredZone> desired, std::span<const ListedZone> observed) {
  Comparison comparison(observed);
  std::vector<Finding> findings = comparison.add(desired);
  std::ranges::move(comparison.finish(), std::back_inserter(findings));
  return findings;
}

std::size_t unknown_deletions_max(std::size_t observed_zones) {
  constexpr std::size_t always = 10;
  constexpr std::size_t share = 10;  // one in ten
  return std::max(always, observed_zones / share);
}

}  // namespace minidns::pool
