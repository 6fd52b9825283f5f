#pragma once

#include "base/bytes.hpp"
#include "dns/error.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace minidns::dns {

/// An absolute domain name: 1 to 255 octets in uncompressed wire form, always valid. Keeps the case it was given;
/// compares without case (RFC 4343), orders canonically (RFC 4034 §6.1).
class Name {
 public:
  [[nodiscard]] static Name root();
  /// Presentation form with a trailing dot, escapes `\.` and `\DDD` (RFC 1035 §5.1). White space, control octets,
  /// octets above 126 and `" ; ( )` must be escaped. No IDN conversion.
  [[nodiscard]] static Result<Name> from_text(std::string_view text);
  /// Uncompressed wire form; must be all of `wire`.
  [[nodiscard]] static Result<Name> from_wire(ByteView wire);

  /// Uncompressed, case as given.
  [[nodiscard]] ByteView wire() const { return as_bytes(wire_); }
  /// With a trailing dot; octets outside printable ASCII as `\DDD`, and `. \ " ; ( ) @ $` and space escaped.
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] Name lowercased() const;

  [[nodiscard]] bool is_root() const { return wire_.size() == 1; }
  /// Labels without the root label: 0 for the root, 2 for `example.org.`.
  [[nodiscard]] std::size_t label_count() const;
  /// True for `name` == `ancestor` too.
  [[nodiscard]] bool is_at_or_below(const Name& ancestor) const;
  [[nodiscard]] bool is_wildcard() const;
  /// One label removed from the left; must not be the root.
  [[nodiscard]] Name parent() const;
  /// `label` put before this name; an error if the result is too long or the label empty or over 63 octets.
  [[nodiscard]] Result<Name> child(std::string_view label) const;

  friend bool operator==(const Name& a, const Name& b);
  /// RFC 4034 §6.1.
  friend std::weak_ordering operator<=>(const Name& a, const Name& b);

  static constexpr std::size_t size_octets_max = 255;       ///< RFC 1035 §2.3.4
  static constexpr std::size_t label_size_octets_max = 63;  ///< RFC 1035 §2.3.4
  /// Each of 254 octets as `\DDD` and 127 dots: no longer text can be a name.
  static constexpr std::size_t text_size_max = 254 * 4;

 private:
  explicit Name(std::string wire) : wire_(std::move(wire)) {}
  std::string wire_;
};

/// The owner of an RRset relative to its zone's apex, as octets whose bytewise order is the canonical order of RFC 4034
/// §6.1. It is stored in the database (`rrsets.owner`), so its form never changes: labels from the one next to the apex
/// outwards, lower case; in each, octet 0 is written 01 01 and octet 1 is written 01 02; each label ends with 00. The
/// apex is the empty key.
class OwnerKey {
 public:
  /// `owner` must be at or below `apex`.
  [[nodiscard]] static OwnerKey of(const Name& owner, const Name& apex);
  [[nodiscard]] static Result<OwnerKey> from_octets(ByteView octets);

  /// The lower-case name; an error if it is too long below this apex.
  [[nodiscard]] Result<Name> to_name(const Name& apex) const;
  [[nodiscard]] ByteView octets() const { return as_bytes(octets_); }
  [[nodiscard]] bool is_apex() const { return octets_.empty(); }
  [[nodiscard]] bool is_at_or_below(const OwnerKey& ancestor) const;

  friend auto operator<=>(const OwnerKey&, const OwnerKey&) = default;

 private:
  explicit OwnerKey(std::string octets) : octets_(std::move(octets)) {}
  std::string octets_;
};

}  // namespace minidns::dns

/// Without case, like ==.
template <>
struct std::hash<minidns::dns::Name> {
  std::size_t operator()(const minidns::dns::Name& name) const noexcept;
};
