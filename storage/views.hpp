#pragma once

#include "base/clock.hpp"
#include "storage/view_ref.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

/// One of the contents that zones may have.
struct ViewRecord {
  ViewRef ref;
  std::optional<std::string> description;
  WallTime created_at;
  std::optional<WallTime> updated_at;
};

/// Names are for ever: what refers to a view by its name should not change its meaning. Calls block and throw what
/// storage/postgres/errors.hpp has; a name that is taken is a unique violation. Safe on any thread.
class Views {
 public:
  virtual ~Views() = default;
  virtual ViewRecord create(const std::string& name, const std::optional<std::string>& description) = 0;
  [[nodiscard]] virtual std::optional<ViewRecord> get(const std::string& name) = 0;
  /// All, by name.
  [[nodiscard]] virtual std::vector<ViewRecord> list() = 0;
  /// Nothing if there is no such view.
  virtual std::optional<ViewRecord> describe(const std::string& name,
                                             const std::optional<std::string>& description) = 0;
  enum class Removal { done, not_found, in_use };
  /// in_use while a recordset, key or nameserver refers to it.
  virtual Removal remove(const std::string& name) = 0;
};

}  // namespace minidns::storage
