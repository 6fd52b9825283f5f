#include "dnssec/crypto/curve.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED  // what works on many points at a time has no successor
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <cassert>

namespace minidns::dnssec {
namespace {

BigNumber read_number(ByteView big_endian) {
  return BigNumber(checked(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr), "BN_bin2bn"));
}

BigNumber new_secret_number() {
  BigNumber number(checked(BN_new(), "BN_new"));
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

}  // namespace

const Curve& Curve::of(Algorithm algorithm) {
  // Constants of the process.
  static const Curve p256(NID_X9_62_prime256v1);
  static const Curve p384(NID_secp384r1);
  assert(algorithm == Algorithm::ecdsap256sha256 || algorithm == Algorithm::ecdsap384sha384);
  return algorithm == Algorithm::ecdsap256sha256 ? p256 : p384;
}

Curve::Curve(int nid) : group_(checked(EC_GROUP_new_by_curve_name(nid), "EC_GROUP_new_by_curve_name")) {
  const BIGNUM* const order = checked(EC_GROUP_get0_order(group_.get()), "EC_GROUP_get0_order");
  order_.resize(static_cast<std::size_t>(BN_num_bytes(order)));
  BN_bn2bin(order, order_.data());
}

bool Curve::is_private_key(ByteView number) const {
  const BigNumber scalar = read_number(number);
  return !BN_is_zero(scalar.get()) && BN_cmp(scalar.get(), EC_GROUP_get0_order(group_.get())) < 0;
}

Bytes Curve::public_key(ByteView private_key) const {
  const BigNumberContext context(checked(BN_CTX_new(), "BN_CTX_new"));
  const BigNumber scalar = new_secret_number();
  checked(BN_bin2bn(private_key.data(), static_cast<int>(private_key.size()), scalar.get()), "BN_bin2bn");
  const CurvePoint point(checked(EC_POINT_new(group_.get()), "EC_POINT_new"));
  check(EC_POINT_mul(group_.get(), point.get(), scalar.get(), nullptr, nullptr, context.get()), "EC_POINT_mul");
  Bytes key(1 + 2 * octets());
  const std::size_t written = EC_POINT_point2oct(group_.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, key.data(),
                                                 key.size(), context.get());
  check(written == key.size() ? 1 : 0, "EC_POINT_point2oct");
  key.erase(key.begin());  // the octet that says "not compressed"
  return key;
}

CurveVerifier::CurveVerifier(const Curve& curve, ByteView public_key) : key_(checked(EC_KEY_new(), "EC_KEY_new")) {
  Bytes octets{POINT_CONVERSION_UNCOMPRESSED};
  octets.insert(octets.end(), public_key.begin(), public_key.end());
  const CurvePoint point(checked(EC_POINT_new(curve.group()), "EC_POINT_new"));
  check(EC_POINT_oct2point(curve.group(), point.get(), octets.data(), octets.size(), nullptr), "EC_POINT_oct2point");
  check(EC_KEY_set_group(key_.get(), curve.group()), "EC_KEY_set_group");
  check(EC_KEY_set_public_key(key_.get(), point.get()), "EC_KEY_set_public_key");
}

bool CurveVerifier::verify(ByteView digest, ByteView signature) const {
  const std::size_t half = signature.size() / 2;
  const Handle<ECDSA_SIG_st> pair(checked(ECDSA_SIG_new(), "ECDSA_SIG_new"));
  check(ECDSA_SIG_set0(pair.get(), read_number(signature.first(half)).release(),
                       read_number(signature.subspan(half)).release()),
        "ECDSA_SIG_set0");
  const int status = ECDSA_do_verify(digest.data(), static_cast<int>(digest.size()), pair.get(), key_.get());
  if (status != 1) {
    ERR_clear_error();
  }
  return status == 1;
}

BasePointMultiples::BasePointMultiples(const Curve& curve, std::size_t capacity)
    : curve_(curve), context_(checked(BN_CTX_new(), "BN_CTX_new")), number_(new_secret_number()) {
  for (std::size_t i = 0; i < capacity; ++i) {
    points_.emplace_back(checked(EC_POINT_new(curve.group()), "EC_POINT_new"));
    raw_points_.push_back(points_.back().get());
  }
}

void BasePointMultiples::x_coordinates(ByteView scalars, std::span<std::uint8_t> out) {
  const std::size_t octets = curve_.octets();
  const std::size_t count = scalars.size() / octets;
  assert(count <= points_.size() && out.size() == scalars.size());
  for (std::size_t i = 0; i < count; ++i) {
    checked(BN_bin2bn(scalars.data() + i * octets, static_cast<int>(octets), number_.get()), "BN_bin2bn");
    check(EC_POINT_mul(curve_.group(), raw_points_[i], number_.get(), nullptr, nullptr, context_.get()),
          "EC_POINT_mul");
  }
  check(EC_POINTs_make_affine(curve_.group(), count, raw_points_.data(), context_.get()), "EC_POINTs_make_affine");
  for (std::size_t i = 0; i < count; ++i) {
    // With z = 1 this x is the affine one; EC_POINT_get_affine_coordinates would invert once more.
    check(EC_POINT_get_Jprojective_coordinates_GFp(curve_.group(), raw_points_[i], number_.get(), nullptr, nullptr,
                                                   context_.get()),
          "EC_POINT_get_Jprojective_coordinates_GFp");
    const int written = BN_bn2binpad(number_.get(), out.data() + i * octets, static_cast<int>(octets));
    check(written == static_cast<int>(octets) ? 1 : 0, "BN_bn2binpad");
  }
}

}  // namespace minidns::dnssec
