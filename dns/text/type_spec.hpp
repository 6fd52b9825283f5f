#pragma once

#include "dns/rr_type.hpp"
#include "dns/text/codec.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace minidns::dns {

/// A field of a type's RDATA; the name is for error messages and follows the type's RFC.
struct FieldSpec {
  std::string_view name;
  const Codec* codec;
};

/// How a type's RDATA is made.
struct TypeSpec {
  std::span<const FieldSpec> fields;
  Semicolon semicolon = Semicolon::refused;
  /// What holds between the fields, checked last; null if nothing does.
  std::optional<Error> (*check)(ByteView rdata) = nullptr;
};

/// Nothing for types whose RDATA is only octets to us (RFC 3597).
[[nodiscard]] std::optional<TypeSpec> spec_of(RRType type);

}  // namespace minidns::dns
