#pragma once

#include "pool-manager/work_context.hpp"

#include <utility>

namespace minidns::pool {

/// As `ask_database`, for what the proof asks.
template <class Work>
[[nodiscard]] auto ask_proofs(const WorkContext& context, Work& work) {
  auto job = [&proofs = context.proofs, work = std::move(work)]() mutable { return work(proofs); };
  return detail::unless_busy(offload(context.database, job));
}

}  // namespace minidns::pool
