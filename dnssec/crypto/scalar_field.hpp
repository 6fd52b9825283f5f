#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace minidns::dnssec {

/// Numbers modulo the order of a curve, 64 bits a limb, the lowest first. OpenSSL's own numbers drop leading zeros,
/// which shows in the time that they take; these don't: no branch and no index depends on a number, only on the order,
/// which is public. Montgomery's multiplication (Koç, Acar, Kaliski 1996, "CIOS").
template <std::size_t limbs>
class ScalarField {
 public:
  using Scalar = std::array<std::uint64_t, limbs>;
  static constexpr std::size_t octets = limbs * 8;

  /// An odd order with its highest bit set, as those of P-256 and P-384.
  explicit ScalarField(const Scalar& order);

  [[nodiscard]] const Scalar& order() const { return order_; }

  /// a·b/R modulo the order, R = 2^(64·limbs). One of them must be below the order, the other may be any number.
  [[nodiscard]] Scalar multiply(const Scalar& a, const Scalar& b) const;
  /// Both below the order.
  [[nodiscard]] Scalar add(const Scalar& a, const Scalar& b) const;
  /// Any number of this many limbs, modulo the order.
  [[nodiscard]] Scalar reduce(const Scalar& a) const;
  /// a·R, the form in which `multiply` leaves its results where both factors have it.
  [[nodiscard]] Scalar to_montgomery(const Scalar& a) const { return multiply(a, r_squared_); }
  /// Of a number in Montgomery form that isn't 0, in this form, by Fermat: a^(order − 2).
  [[nodiscard]] Scalar inverse(const Scalar& a) const;

  /// Big-endian; exactly `octets`.
  [[nodiscard]] static Scalar read(ByteView big_endian);
  static void write(const Scalar& a, std::span<std::uint8_t> big_endian);
  [[nodiscard]] static bool is_zero(const Scalar& a);

 private:
  /// (high, a) − order if that isn't negative, else a; `high` is 0 or 1.
  [[nodiscard]] Scalar subtract_once(const Scalar& a, std::uint64_t high) const;

  Scalar order_;
  std::uint64_t negative_inverse_;  ///< −1/order modulo 2^64
  Scalar one_{};                    ///< R modulo the order
  Scalar r_squared_{};              ///< R² modulo the order
};

extern template class ScalarField<4>;
extern template class ScalarField<6>;

}  // namespace minidns::dnssec
