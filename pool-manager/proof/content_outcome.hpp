#pragma once

#include <array>
#include <string_view>

namespace minidns::pool {

/// What a comparison of a zone's content came to.
enum class ContentOutcome {
  same,          ///< as in the version
  differs,       ///< another content at the same serial
  changed,       ///< serials differ, or changed meanwhile: nothing can be said
  refused,       ///< the nameserver doesn't let us transfer
  unreachable,   ///< it doesn't answer, or stopped in the middle
  too_large,     ///< for our bounds
  unusable,      ///< its transfer is broken
  no_reference,  ///< neither a digest nor an mdns to compare with
  gone           ///< the zone was deleted meanwhile
};
inline constexpr std::array content_outcomes{
    ContentOutcome::same,     ContentOutcome::differs,      ContentOutcome::changed,
    ContentOutcome::refused,  ContentOutcome::unreachable,  ContentOutcome::too_large,
    ContentOutcome::unusable, ContentOutcome::no_reference, ContentOutcome::gone};
[[nodiscard]] std::string_view to_text(ContentOutcome outcome);

}  // namespace minidns::pool
