#include "tsig/record.hpp"
#include "tsig/tsig.hpp"

#include <cassert>

namespace minidns::tsig {
namespace {

constexpr std::size_t time_octets = 6;

void write_time(std::span<std::uint8_t> to, WallTime now) {
  std::uint64_t rest = unix_seconds(now);
  for (std::size_t i = time_octets; i > 0; --i) {
    to[i - 1] = static_cast<std::uint8_t>(rest);
    rest >>= 8U;
  }
}

}  // namespace

struct AnswerSigner::State {
  State(std::shared_ptr<const Key> signing_key, ByteView request_mac);

  [[nodiscard]] std::span<std::uint8_t> mac() { return std::span(record).subspan(mac_offset, mac_octets); }

  std::shared_ptr<const Key> key;
  Hmac::Computation computation;
  Bytes record;  ///< the last TSIG record; of the next one only time and MAC are others
  std::size_t time_offset;
  std::size_t mac_offset;
  std::size_t mac_octets;
  bool is_first = true;
};

AnswerSigner::State::State(std::shared_ptr<const Key> signing_key, ByteView request_mac)
    : key(std::move(signing_key)),
      computation(key->hmac.begin()),
      // RFC 8945 §4.2: owner, then TYPE, CLASS, TTL, RDLENGTH, then algorithm, time, fudge, MAC size, MAC.
      time_offset(key->name.wire().size() + 10 + name_of(key->algorithm).wire().size()),
      mac_offset(time_offset + time_octets + 2 + 2),
      mac_octets(mac_size_octets(key->algorithm)) {
  add_prior_mac(computation, request_mac);
}

AnswerSigner::AnswerSigner(const Verified& request)
    : state_(std::make_unique<State>(request.key, request.request_mac)) {}
AnswerSigner::AnswerSigner(AnswerSigner&&) noexcept = default;
AnswerSigner& AnswerSigner::operator=(AnswerSigner&&) noexcept = default;
AnswerSigner::~AnswerSigner() = default;

ByteView AnswerSigner::sign(std::span<const ByteView> parts, WallTime now) {
  assert(!parts.empty());
  State& state = *state_;
  if (!state.is_first) {
    state.computation.restart();
    add_prior_mac(state.computation, state.mac());
  }
  for (const ByteView part : parts) {
    state.computation.add(part);
  }
  if (state.is_first) {
    const Key& key = *state.key;
    const Stamp stamp{unix_seconds(now), fudge_s, message_id(parts.front()), 0, {}};
    add_variables(state.computation, key.name, name_of(key.algorithm), stamp);
    state.record = encode_record(key.name, name_of(key.algorithm), stamp, Bytes(state.mac_octets));
    state.is_first = false;
  } else {
    write_time(std::span(state.record).subspan(state.time_offset), now);
    // RFC 8945 §5.3.1: time and fudge, as they stand in the record.
    state.computation.add(ByteView(state.record).subspan(state.time_offset, time_octets + 2));
  }
  state.computation.finish_into(state.mac());
  return state.record;
}

void sign_answer(Bytes& message, AnswerSigner& signer, WallTime now) {
  const ByteView whole = message;
  append_record(message, signer.sign({&whole, 1}, now));
}

}  // namespace minidns::tsig
