#include "central/view_port.hpp"

#include "central/guard.hpp"

#include <utility>

namespace minidns::central {
namespace {

using api::Problem;
using api::ProblemType;

api::NamedView to_api(storage::ViewRecord record) {
  return {.name = std::move(record.ref.name),
          .description = std::move(record.description),
          .created_at = record.created_at,
          .updated_at = record.updated_at};
}

std::optional<Problem> duplicate_view(const storage::postgres::StatementError& error) {
  return error.is_unique_violation() ? std::optional(Problem{.type = ProblemType::duplicate_view}) : std::nullopt;
}

}  // namespace

api::Problem no_such_view(const std::string& name) {
  return api::invalid_field({"view"}, "there is no view " + name);
}

api::Result<storage::ViewRef> find_view(storage::Views& views, const std::string& name) {
  const auto record = views.get(name);
  if (!record) {
    return no_such_view(name);
  }
  return record->ref;
}

api::Result<api::NamedView> ViewPort::create(const api::Scope& /*scope*/, const api::NewNamedView& view) {
  return guarded(
      [&]() -> api::Result<api::NamedView> {
        if (views_.list().size() >= views_max) {
          return Problem{.type = ProblemType::over_quota,
                         .message = "There are " + std::to_string(views_max) + " views already."};
        }
        return to_api(views_.create(view.name, view.description));
      },
      duplicate_view);
}

api::Result<api::NamedView> ViewPort::get(const api::Scope& /*scope*/, const std::string& name) {
  return guarded([&]() -> api::Result<api::NamedView> {
    auto record = views_.get(name);
    if (!record) {
      return Problem{.type = ProblemType::view_not_found};
    }
    return to_api(*std::move(record));
  });
}

api::Result<std::vector<api::NamedView>> ViewPort::list(const api::Scope& /*scope*/) {
  return guarded([&]() -> api::Result<std::vector<api::NamedView>> {
    std::vector<api::NamedView> all;
    for (auto& record : views_.list()) {
      all.push_back(to_api(std::move(record)));
    }
    return all;
  });
}

api::Result<api::NamedView> ViewPort::update(const api::Scope& scope, const std::string& name,
                                             const api::NamedViewChange& change) {
  if (!change.description_given) {
    return get(scope, name);
  }
  return guarded([&]() -> api::Result<api::NamedView> {
    auto record = views_.describe(name, change.description);
    if (!record) {
      return Problem{.type = ProblemType::view_not_found};
    }
    return to_api(*std::move(record));
  });
}

api::Result<void> ViewPort::remove(const api::Scope& /*scope*/, const std::string& name) {
  if (name == api::default_view_name) {
    return Problem{.type = ProblemType::invalid_operation, .message = "The default view can't be deleted"};
  }
  return guarded([&]() -> api::Result<void> {
    switch (views_.remove(name)) {
      case storage::Views::Removal::done:
        return {};
      case storage::Views::Removal::not_found:
        return Problem{.type = ProblemType::view_not_found};
      case storage::Views::Removal::in_use:
        break;
    }
    return Problem{.type = ProblemType::in_use, .message = "Recordsets, TSIG keys or nameservers are of the view."};
  });
}

}  // namespace minidns::central
