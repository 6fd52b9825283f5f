#pragma once

#include "base/bytes.hpp"
#include "dns/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace minidns::dns {

/// Keys and values of SVCB and HTTPS parameters (RFC 9460 §7, §14.3.2; RFC 9461: dohpath; RFC 9540: ohttp).

inline constexpr std::uint16_t svc_key_mandatory = 0;
inline constexpr std::uint16_t svc_key_alpn = 1;
inline constexpr std::uint16_t svc_key_no_default_alpn = 2;
inline constexpr std::uint16_t svc_key_port = 3;
inline constexpr std::uint16_t svc_key_ipv4hint = 4;
inline constexpr std::uint16_t svc_key_ech = 5;
inline constexpr std::uint16_t svc_key_ipv6hint = 6;
inline constexpr std::uint16_t svc_key_dohpath = 7;
inline constexpr std::uint16_t svc_key_ohttp = 8;
inline constexpr std::uint16_t svc_key_invalid = 65535;

/// A registered name or keyNNNNN, without leading zeros; not key65535.
[[nodiscard]] Result<std::uint16_t> svc_key_from_text(std::string_view text);
[[nodiscard]] std::string svc_key_to_text(std::uint16_t key);

/// The wire form of a value from its presentation form, escapes already taken away once. `check_svc_value` is to
/// follow.
[[nodiscard]] Result<Bytes> svc_value_from_text(std::uint16_t key, ByteView text);
/// What `svc_value_from_text` reads; the value must have passed `check_svc_value`.
[[nodiscard]] std::string svc_value_to_text(std::uint16_t key, ByteView value);
/// What is wrong with a value in wire form, if anything.
[[nodiscard]] std::optional<Error> check_svc_value(std::uint16_t key, ByteView value);

}  // namespace minidns::dns
