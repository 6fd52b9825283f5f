#include "dnssec/crypto/scalar_field.hpp"

#include <cassert>

namespace minidns::dnssec {
namespace {

using Wide = unsigned __int128;

std::uint64_t low(Wide value) {
  return static_cast<std::uint64_t>(value);
}
std::uint64_t high(Wide value) {
  return static_cast<std::uint64_t>(value >> 64U);
}

/// Keeps the compiler from making a branch of what follows.
std::uint64_t hide(std::uint64_t mask) {
  asm volatile("" : "+r"(mask));
  return mask;
}

/// Newton: each step doubles the number of bits that are right; an odd number is its own inverse modulo 8.
std::uint64_t inverse_modulo_2_64(std::uint64_t odd) {
  std::uint64_t inverse = odd;
  for (int right_bits = 3; right_bits < 64; right_bits *= 2) {
    inverse *= 2 - odd * inverse;
  }
  return inverse;
}

}  // namespace

template <std::size_t limbs>
ScalarField<limbs>::ScalarField(const Scalar& order)
    : order_(order), negative_inverse_(0 - inverse_modulo_2_64(order[0])) {
  assert(order[0] % 2 == 1 && order[limbs - 1] >> 63U == 1);
  // R − order, as R is below twice the order.
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < limbs; ++i) {
    const Wide difference = static_cast<Wide>(0) - order_[i] - borrow;
    one_[i] = low(difference);
    borrow = high(difference) & 1U;
  }
  r_squared_ = one_;
  for (std::size_t bit = 0; bit < limbs * 64; ++bit) {
    r_squared_ = add(r_squared_, r_squared_);
  }
}

template <std::size_t limbs>
auto ScalarField<limbs>::multiply(const Scalar& a, const Scalar& b) const -> Scalar {
  Scalar sum{};
  std::uint64_t top = 0;  // the limb above `sum`: always below 2
  for (std::size_t i = 0; i < limbs; ++i) {
    Wide carry = 0;
    for (std::size_t j = 0; j < limbs; ++j) {
      carry += static_cast<Wide>(a[j]) * b[i] + sum[j];
      sum[j] = low(carry);
      carry >>= 64U;
    }
    carry += top;
    top = low(carry);
    const std::uint64_t above = high(carry);

    const std::uint64_t factor = sum[0] * negative_inverse_;
    carry = (static_cast<Wide>(factor) * order_[0] + sum[0]) >> 64U;
    for (std::size_t j = 1; j < limbs; ++j) {
      carry += static_cast<Wide>(factor) * order_[j] + sum[j];
      sum[j - 1] = low(carry);
      carry >>= 64U;
    }
    carry += top;
    sum[limbs - 1] = low(carry);
    top = above + high(carry);
  }
  return subtract_once(sum, top);
}

template <std::size_t limbs>
auto ScalarField<limbs>::add(const Scalar& a, const Scalar& b) const -> Scalar {
  Scalar sum{};
  Wide carry = 0;
  for (std::size_t i = 0; i < limbs; ++i) {
    carry += static_cast<Wide>(a[i]) + b[i];
    sum[i] = low(carry);
    carry >>= 64U;
  }
  return subtract_once(sum, low(carry));
}

template <std::size_t limbs>
auto ScalarField<limbs>::reduce(const Scalar& a) const -> Scalar {
  return subtract_once(a, 0);
}

template <std::size_t limbs>
auto ScalarField<limbs>::subtract_once(const Scalar& a, std::uint64_t above) const -> Scalar {
  Scalar difference{};
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < limbs; ++i) {
    const Wide step = static_cast<Wide>(a[i]) - order_[i] - borrow;
    difference[i] = low(step);
    borrow = high(step) & 1U;
  }
  // Negative if there is a borrow that `above` doesn't pay.
  const std::uint64_t keep = hide(0 - (borrow & (above ^ 1U)));
  Scalar result{};
  for (std::size_t i = 0; i < limbs; ++i) {
    result[i] = (a[i] & keep) | (difference[i] & ~keep);
  }
  return result;
}

template <std::size_t limbs>
auto ScalarField<limbs>::inverse(const Scalar& a) const -> Scalar {
  constexpr std::size_t window_bits = 4;
  std::array<Scalar, 1U << window_bits> powers;
  powers[0] = one_;
  for (std::size_t i = 1; i < powers.size(); ++i) {
    powers[i] = multiply(powers[i - 1], a);
  }
  Scalar exponent = order_;
  exponent[0] -= 2;  // no borrow: the lowest limbs of both orders are far above
  Scalar result = one_;
  for (std::size_t bit = limbs * 64; bit > 0;) {
    bit -= window_bits;
    for (std::size_t i = 0; i < window_bits; ++i) {
      result = multiply(result, result);
    }
    result = multiply(result, powers[(exponent[bit / 64] >> bit % 64) & (powers.size() - 1)]);
  }
  return result;
}

template <std::size_t limbs>
auto ScalarField<limbs>::read(ByteView big_endian) -> Scalar {
  assert(big_endian.size() == octets);
  Scalar a{};
  for (std::size_t i = 0; i < octets; ++i) {
    std::uint64_t& limb = a[limbs - 1 - i / 8];
    limb = limb << 8U | big_endian[i];
  }
  return a;
}

template <std::size_t limbs>
void ScalarField<limbs>::write(const Scalar& a, std::span<std::uint8_t> big_endian) {
  assert(big_endian.size() == octets);
  for (std::size_t i = 0; i < octets; ++i) {
    big_endian[i] = static_cast<std::uint8_t>(a[limbs - 1 - i / 8] >> (56U - 8U * (i % 8)));
  }
}

template <std::size_t limbs>
bool ScalarField<limbs>::is_zero(const Scalar& a) {
  std::uint64_t bits = 0;
  for (const std::uint64_t limb : a) {
    bits |= limb;
  }
  return bits == 0;
}

template class ScalarField<4>;
template class ScalarField<6>;

}  // namespace minidns::dnssec
