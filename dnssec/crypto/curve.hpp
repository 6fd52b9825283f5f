#pragma once

#include "base/bytes.hpp"
#include "dnssec/algorithm.hpp"
#include "dnssec/crypto/handles.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace minidns::dnssec {

/// P-256 or P-384 by OpenSSL. Safe on every thread.
class Curve {
 public:
  /// `algorithm` must be one of ECDSA.
  [[nodiscard]] static const Curve& of(Algorithm algorithm);

  /// Of a number and of a coordinate: 32 or 48.
  [[nodiscard]] std::size_t octets() const { return order_.size(); }
  /// Big-endian.
  [[nodiscard]] ByteView order() const { return order_; }
  [[nodiscard]] const ec_group_st* group() const { return group_.get(); }

  /// In 1 … order − 1. `number` has any length.
  [[nodiscard]] bool is_private_key(ByteView number) const;
  /// RFC 6605 §4: the two coordinates. `private_key` must be one.
  [[nodiscard]] Bytes public_key(ByteView private_key) const;

 private:
  explicit Curve(int nid);

  CurveGroup group_;
  Bytes order_;
};

/// Checks ECDSA signatures by OpenSSL's own code. Safe on every thread.
class CurveVerifier {
 public:
  /// `public_key` as in a DNSKEY; must be a point of the curve.
  CurveVerifier(const Curve& curve, ByteView public_key);
  /// `signature` as in an RRSIG, r and s (RFC 6605 §4).
  [[nodiscard]] bool verify(ByteView digest, ByteView signature) const;

 private:
  CurveKey key_;
};

/// Multiples of the base point, many at a time, so that all of them share one inversion. For one thread.
class BasePointMultiples {
 public:
  /// For up to `capacity` at a time; `curve` must outlive this.
  BasePointMultiples(const Curve& curve, std::size_t capacity);

  /// The x coordinates of `scalars`, which are big-endian numbers one after the other, none 0 nor the order or above.
  /// In constant time: OpenSSL's code for secret scalars.
  void x_coordinates(ByteView scalars, std::span<std::uint8_t> out);

 private:
  const Curve& curve_;
  BigNumberContext context_;
  BigNumber number_;
  std::vector<CurvePoint> points_;
  std::vector<ec_point_st*> raw_points_;  ///< the same, as OpenSSL wants them
};

}  // namespace minidns::dnssec
