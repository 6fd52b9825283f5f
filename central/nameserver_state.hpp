#pragma once

#include "api/nameserver.hpp"
#include "api/problem.hpp"

#include <optional>

namespace minidns::central {

/// Whether a nameserver takes part in anything.
///
///                    asked for, or created        caught up
///     (new, any) ──────────▶ bootstrapping ──────────────────▶ in_service
///                              ▲   ▲   │  enters_service            │
///               asked for      │   │   ▼                            │
///     retired ─────────────────┘   └─ maintenance ◀─────────────────┘
///        ▲─────────── from every state ───────────
///
/// Nobody is put in service who may lack something, unless a person forces it.
struct Standing {
  api::NameserverState state;
  bool enters_service;  ///< by itself, once it has caught up; only if it is bootstrapping
  friend bool operator==(const Standing&, const Standing&) = default;
};

/// What of a request is about it.
struct StandingWish {
  std::optional<api::NameserverState> state;
  std::optional<bool> enters_service;
  bool force;
};

/// What the nameserver gets. `present`: nothing for a new one. Errors: invalid_object, with the field and what is
/// possible.
[[nodiscard]] api::Result<Standing> next_standing(const std::optional<Standing>& present, const StandingWish& wish);

}  // namespace minidns::central
