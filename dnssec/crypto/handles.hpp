#pragma once

#include <memory>

// OpenSSL's types by their struct names, so that no header of ours includes one of OpenSSL's.
struct bignum_st;
struct bignum_ctx;
struct ec_group_st;
struct ec_point_st;
struct ec_key_st;
struct ECDSA_SIG_st;
struct evp_pkey_st;
struct evp_pkey_ctx_st;
struct evp_md_ctx_st;

namespace minidns::dnssec {

/// Frees what OpenSSL made, and wipes what may be secret.
struct OpensslFree {
  void operator()(bignum_st* number) const;
  void operator()(bignum_ctx* context) const;
  void operator()(ec_group_st* group) const;
  void operator()(ec_point_st* point) const;
  void operator()(ec_key_st* key) const;
  void operator()(ECDSA_SIG_st* signature) const;
  void operator()(evp_pkey_st* key) const;
  void operator()(evp_pkey_ctx_st* context) const;
  void operator()(evp_md_ctx_st* context) const;
};

template <class T>
using Handle = std::unique_ptr<T, OpensslFree>;

using BigNumber = Handle<bignum_st>;
using BigNumberContext = Handle<bignum_ctx>;
using CurveGroup = Handle<ec_group_st>;
using CurvePoint = Handle<ec_point_st>;
using CurveKey = Handle<ec_key_st>;
using EvpKey = Handle<evp_pkey_st>;
using EvpKeyContext = Handle<evp_pkey_ctx_st>;
using DigestContext = Handle<evp_md_ctx_st>;

/// For calls that only fail where memory is out or the library is broken: throws std::runtime_error.
[[noreturn]] void openssl_failed(const char* call);

/// `value`, or `openssl_failed`.
template <class T>
T* checked(T* value, const char* call) {
  if (value == nullptr) {
    openssl_failed(call);
  }
  return value;
}

inline void check(int status, const char* call) {
  if (status != 1) {
    openssl_failed(call);
  }
}

}  // namespace minidns::dnssec
