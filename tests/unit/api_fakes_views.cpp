#include "tests/unit/api_fakes.hpp"

namespace minidns::api::test {

Result<NamedView> FakePorts::create(const Scope& scope, const NewNamedView& view) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  views_.push_back({view.name, view.description, WallTime{}, std::nullopt});
  return views_.back();
}

Result<NamedView> FakePorts::get(const Scope& scope, const std::string& name) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  for (const NamedView& view : views_) {
    if (view.name == name) {
      return view;
    }
  }
  return Problem{ProblemType::view_not_found};
}

Result<std::vector<NamedView>> FakePorts::list(const Scope& scope) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  return views_;
}

Result<NamedView> FakePorts::update(const Scope& scope, const std::string& name, const NamedViewChange& change) {
  auto view = get(scope, name);
  if (view) {
    view->description = change.description;
  }
  return view;
}

Result<void> FakePorts::remove(const Scope& scope, const std::string& name) {
  const auto view = get(scope, name);
  if (!view) {
    return view.error();
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(views_, [&](const NamedView& known) { return known.name == name; });
  return {};
}

}  // namespace minidns::api::test
