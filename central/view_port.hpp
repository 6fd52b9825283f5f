#pragma once

#include "api/ports.hpp"
#include "storage/views.hpp"

#include <optional>
#include <string>
#include <vector>

namespace minidns::central {

/// The views that zones may have.
class ViewPort final : public api::Views {
 public:
  explicit ViewPort(storage::Views& views) : views_(views) {}

  [[nodiscard]] api::Result<api::NamedView> create(const api::Scope& scope, const api::NewNamedView& view) override;
  [[nodiscard]] api::Result<api::NamedView> get(const api::Scope& scope, const std::string& name) override;
  [[nodiscard]] api::Result<std::vector<api::NamedView>> list(const api::Scope& scope) override;
  [[nodiscard]] api::Result<api::NamedView> update(const api::Scope& scope, const std::string& name,
                                                   const api::NamedViewChange& change) override;
  [[nodiscard]] api::Result<void> remove(const api::Scope& scope, const std::string& name) override;

  /// Each is another content of every zone, which mdns builds where a nameserver transfers it.
  static constexpr std::size_t views_max = 32;

 private:
  storage::Views& views_;
};

/// What keys and nameservers refer to; invalid_object about the field `view` if there is no such view.
[[nodiscard]] api::Result<storage::ViewRef> find_view(storage::Views& views, const std::string& name);
[[nodiscard]] api::Problem no_such_view(const std::string& name);

}  // namespace minidns::central
