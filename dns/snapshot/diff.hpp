#pragma once

#include "dns/delta.hpp"
#include "dns/error.hpp"
#include "dns/snapshot/zone_snapshot.hpp"

namespace minidns::dns {

/// What changed from `from` to `to`, two versions of one zone. What they share is skipped, so two neighbours cost as
/// much as their difference: `from.apply(diff(from, to))` has the content of `to`. The apex must be the same.
[[nodiscard]] Delta diff(const ZoneSnapshot& from, const ZoneSnapshot& to);

/// One delta for two in sequence: what came and went in between isn't in it. An error if `second` doesn't start where
/// `first` ends.
[[nodiscard]] Result<Delta> compose(const Delta& first, const Delta& second);

/// The same difference, the other way round.
[[nodiscard]] Delta inverse(Delta delta);

}  // namespace minidns::dns
