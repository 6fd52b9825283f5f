#pragma once

#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "storage/nameserver_work.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace minidns::pool {

/// What one name needs so that a nameserver's list becomes what it should be.
struct Finding {
  enum class Kind {
    missing,   ///< wanted and not there
    behind,    ///< there, without content or with an older one
    ahead,     ///< there with a serial that the database never gave, or has lost
    leftover,  ///< there, and deleted by its owner
    unknown,   ///< there, and nobody's
  };
  Kind kind;
  dns::Name name;
  std::optional<dns::Serial> serial = std::nullopt;  ///< what it shows, for `ahead`
  friend bool operator==(const Finding&, const Finding&) = default;
};

/// Compares two sorted lists, the observed one whole, the desired one page by page: memory is that of one page and of
/// what is found in it. Pure (DESIGN.md §5). Both lists are in canonical order of names, no name twice.
///
/// `observed` must be older than the desired list: a zone that is on neither list was never seen, and one that was
/// created in between is wanted and "missing", never "unknown".
class Comparison {
 public:
  /// `observed` must outlive this.
  explicit Comparison(std::span<const ListedZone> observed) : observed_(observed) {}

  /// What the next page of the desired list finds, in order.
  [[nodiscard]] std::vector<Finding> add(std::span<const storage::DesiredZone> page);
  /// The desired list is at its end: what of the observed one is left.
  [[nodiscard]] std::vector<Finding> finish();

 private:
  void take_unknown_before(const dns::Name& name, std::vector<Finding>& findings);

  std::span<const ListedZone> observed_;
  std::size_t next_ = 0;
};

/// The whole comparison at once.
[[nodiscard]] std::vector<Finding> plan(std::span<const storage::DesiredZone> desired,
                                        std::span<const ListedZone> observed);

/// Unknown zones that one comparison may delete: a tenth of the nameserver's list, but never less than ten. More of
/// them look like a wrong database or a wrong nameserver, and need a person's word.
[[nodiscard]] std::size_t unknown_deletions_max(std::size_t observed_zones);

}  // namespace minidns::pool
