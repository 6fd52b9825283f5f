#pragma once

#include <optional>
#include <string_view>

namespace minidns::api {

/// Whether what was asked for is served by enough nameservers. A client never sees DELETED: the thing is gone then.
enum class Status { active, pending, error };
/// What is being carried to the nameservers; none once status is active.
enum class Action { none, create, update, remove };

[[nodiscard]] std::string_view to_text(Status status);
[[nodiscard]] std::string_view to_text(Action action);
/// Upper case only, as Designate spells them.
[[nodiscard]] std::optional<Status> status_from_text(std::string_view text);

}  // namespace minidns::api
