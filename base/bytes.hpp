#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minidns {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The octets of a character string, unchanged.
[[nodiscard]] ByteView as_bytes(std::string_view text);
/// The same octets seen as characters; no conversion.
[[nodiscard]] std::string_view as_text(ByteView bytes);

[[nodiscard]] std::string to_hex(ByteView bytes);
/// Nothing if `text` has an odd length or a character that is no hexadecimal digit.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// RFC 4648 §4, with padding.
[[nodiscard]] std::string to_base64(ByteView bytes);
/// Strict RFC 4648 §4: padding required, no white space. Nothing if `text` is not that.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

}  // namespace minidns
