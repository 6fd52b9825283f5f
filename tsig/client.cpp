#include "tsig/record.hpp"
#include "tsig/tsig.hpp"

#include <string_view>

namespace minidns::tsig {
namespace {

/// RFC 8945 §5.3.1: what a client accepts between two signed messages of a sequence.
constexpr std::size_t unsigned_in_a_row_max = 99;

std::string describe(std::uint16_t error) {
  switch (static_cast<dns::TsigErrc>(error)) {
    case dns::TsigErrc::noerror:
      return "NOERROR";
    case dns::TsigErrc::badsig:
      return "BADSIG";
    case dns::TsigErrc::badkey:
      return "BADKEY";
    case dns::TsigErrc::badtime:
      return "BADTIME";
    case dns::TsigErrc::badtrunc:
      return "BADTRUNC";
  }
  return "TSIG error " + std::to_string(error);
}

}  // namespace

struct ClientTransaction::State {
  std::shared_ptr<const Key> key;
  Bytes prior_mac;
  bool is_first = true;
  /// What has come since the last signed message, digested as it came; nothing if that was the last message.
  std::optional<Hmac::Computation> since_signed;
  std::size_t unsigned_in_a_row = 0;

  [[nodiscard]] std::optional<std::string> add_unsigned(ByteView octets);
  [[nodiscard]] std::optional<std::string> check_signed(ByteView octets, const dns::TsigRecord& tsig, WallTime now);
  [[nodiscard]] Hmac::Computation begin() const;
  [[nodiscard]] Bytes expected_mac(ByteView octets, const dns::TsigRecord& tsig);
};

ClientTransaction::ClientTransaction(Bytes& request, std::shared_ptr<const Key> key, WallTime now)
    : state_(std::make_unique<State>(State{std::move(key), {}, true, std::nullopt, 0})) {
  const Key& ours = *state_->key;
  const dns::Name& algorithm = name_of(ours.algorithm);
  const Stamp stamp{unix_seconds(now), fudge_s, message_id(request), 0, {}};
  Hmac::Computation computation = ours.hmac.begin();
  computation.add(request);
  add_variables(computation, ours.name, algorithm, stamp);
  state_->prior_mac = std::move(computation).finish();
  append_record(request, encode_record(ours.name, algorithm, stamp, state_->prior_mac));
}

ClientTransaction::ClientTransaction(ClientTransaction&&) noexcept = default;
ClientTransaction& ClientTransaction::operator=(ClientTransaction&&) noexcept = default;
ClientTransaction::~ClientTransaction() = default;

std::optional<std::string> ClientTransaction::verify(ByteView octets, const dns::Message& message, WallTime now) {
  return message.tsig ? state_->check_signed(octets, *message.tsig, now) : state_->add_unsigned(octets);
}

bool ClientTransaction::is_complete() const {
  return !state_->is_first && state_->unsigned_in_a_row == 0;
}

std::optional<std::string> ClientTransaction::State::add_unsigned(ByteView octets) {
  if (is_first) {
    return "the first message of the answer is not signed";
  }
  if (unsigned_in_a_row == unsigned_in_a_row_max) {
    return "more than " + std::to_string(unsigned_in_a_row_max) + " messages in a row are not signed";
  }
  if (!since_signed) {
    since_signed = begin();
  }
  since_signed->add(octets);
  ++unsigned_in_a_row;
  return std::nullopt;
}

std::optional<std::string> ClientTransaction::State::check_signed(ByteView octets, const dns::TsigRecord& tsig,
                                                                  WallTime now) {
  if (tsig.key != key->name) {
    return "signed with another key";
  }
  if (tsig.algorithm != name_of(key->algorithm)) {
    return "signed with another algorithm";
  }
  if (tsig.mac.empty() && tsig.error != 0) {
    return "the server says " + describe(tsig.error) + " (not signed)";
  }
  Bytes expected = expected_mac(octets, tsig);
  if (!equal_in_constant_time(expected, tsig.mac)) {
    return "wrong MAC";
  }
  if (tsig.error == static_cast<std::uint16_t>(dns::TsigErrc::badtime) && tsig.other.size() == 6) {
    return "the server says BADTIME, its clock is at " + std::to_string(decode_time(tsig.other));
  }
  if (tsig.error != 0) {
    return "the server says " + describe(tsig.error);
  }
  if (!is_in_time(tsig, now)) {
    return "signed at " + std::to_string(tsig.time_signed_s) + ", too far from our time";
  }
  prior_mac = std::move(expected);
  is_first = false;
  unsigned_in_a_row = 0;
  return std::nullopt;
}

Hmac::Computation ClientTransaction::State::begin() const {
  Hmac::Computation computation = key->hmac.begin();
  add_prior_mac(computation, prior_mac);
  return computation;
}

Bytes ClientTransaction::State::expected_mac(ByteView octets, const dns::TsigRecord& tsig) {
  Hmac::Computation computation = since_signed ? std::move(*since_signed) : begin();
  since_signed.reset();
  add_message_before_tsig(computation, octets, tsig);
  if (is_first) {
    add_variables(computation, tsig.key, tsig.algorithm, stamp_of(tsig));
  } else {
    add_timers(computation, stamp_of(tsig));
  }
  return std::move(computation).finish();
}

}  // namespace minidns::tsig
