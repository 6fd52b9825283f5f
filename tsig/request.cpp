// The server's side of a request: is it signed well (RFC 8945 §5.2), and if not, what to answer (§5.3.2).

#include "tsig/record.hpp"
#include "tsig/tsig.hpp"

#include <algorithm>

namespace minidns::tsig {
namespace {

/// RFC 8945 §5.2.2.1: a MAC may be truncated to half its size, but not below 10 octets.
constexpr std::size_t mac_size_octets_min = 10;

bool has_valid_mac_size(const dns::TsigRecord& tsig, Algorithm algorithm) {
  const std::size_t full = mac_size_octets(algorithm);
  return tsig.mac.size() <= full && tsig.mac.size() >= std::max(mac_size_octets_min, full / 2);
}

/// True if the MAC is what it should be as far as it goes.
bool has_right_mac(ByteView octets, const dns::TsigRecord& tsig, const Key& key) {
  Hmac::Computation computation = key.hmac.begin();
  add_message_before_tsig(computation, octets, tsig);
  add_variables(computation, tsig.key, tsig.algorithm, stamp_of(tsig));
  const Bytes expected = std::move(computation).finish();
  return equal_in_constant_time(ByteView(expected).first(tsig.mac.size()), tsig.mac);
}

Failure formerr(const dns::TsigRecord& tsig) {
  return Failure{Failure::Kind::formerr, dns::TsigErrc::noerror, tsig, nullptr};
}

Failure unsigned_error(const dns::TsigRecord& tsig, dns::TsigErrc error) {
  return Failure{Failure::Kind::unsigned_error, error, tsig, nullptr};
}

Failure signed_error(const dns::TsigRecord& tsig, dns::TsigErrc error, std::shared_ptr<const Key> key) {
  return Failure{Failure::Kind::signed_error, error, tsig, std::move(key)};
}

}  // namespace

std::variant<Verified, Failure> verify_request(ByteView octets, const dns::Message& message, const KeyLookup& keys,
                                               WallTime now) {
  const dns::TsigRecord& tsig = message.tsig.value();
  // The error field is for answers (RFC 8945 §4.2); a request that has one comes from a confused or probing peer.
  if (tsig.error != 0) {
    return formerr(tsig);
  }
  // The order of the checks is that of RFC 8945 §5.2: key, MAC, time, truncation.
  std::shared_ptr<const Key> key = keys(tsig.key);
  if (!key || tsig.algorithm != name_of(key->algorithm)) {
    return unsigned_error(tsig, dns::TsigErrc::badkey);
  }
  if (!has_valid_mac_size(tsig, key->algorithm)) {
    return formerr(tsig);
  }
  if (!has_right_mac(octets, tsig, *key)) {
    return unsigned_error(tsig, dns::TsigErrc::badsig);
  }
  if (!is_in_time(tsig, now)) {
    return signed_error(tsig, dns::TsigErrc::badtime, std::move(key));
  }
  // Local policy (RFC 8945 §5.2.4): whole MACs only. No secondary truncates unless it is told to.
  if (tsig.mac.size() < mac_size_octets(key->algorithm)) {
    return signed_error(tsig, dns::TsigErrc::badtrunc, std::move(key));
  }
  return Verified{std::move(key), tsig.mac};
}

void sign_failure(Bytes& message, const Failure& failure, WallTime now) {
  if (failure.kind == Failure::Kind::formerr) {
    return;
  }
  Stamp stamp{unix_seconds(now), fudge_s, message_id(message), static_cast<std::uint16_t>(failure.error), {}};
  if (failure.error == dns::TsigErrc::badtime) {
    // RFC 8945 §5.2.3: the client's time as it was signed, ours in Other Data.
    stamp.other = encode_time(stamp.time_signed_s);
    stamp.time_signed_s = failure.request.time_signed_s;
  }
  Bytes mac;
  if (failure.kind == Failure::Kind::signed_error) {
    Hmac::Computation computation = failure.key->hmac.begin();
    add_prior_mac(computation, failure.request.mac);  // it validated (RFC 8945 §5.3.2)
    computation.add(message);
    add_variables(computation, failure.request.key, failure.request.algorithm, stamp);
    mac = std::move(computation).finish();
  }
  append_record(message, encode_record(failure.request.key, failure.request.algorithm, stamp, mac));
}

}  // namespace minidns::tsig
