#include "tsig/record.hpp"
#include "tsig/tsig.hpp"

#include <cassert>

namespace minidns::tsig {

struct AnswerSigner::State {
  std::shared_ptr<const Key> key;
  Bytes prior_mac;  ///< the request's, then that of the message before
  bool is_first = true;
};

AnswerSigner::AnswerSigner(const Verified& request)
    : state_(std::make_unique<State>(State{request.key, request.request_mac})) {}
AnswerSigner::AnswerSigner(AnswerSigner&&) noexcept = default;
AnswerSigner& AnswerSigner::operator=(AnswerSigner&&) noexcept = default;
AnswerSigner::~AnswerSigner() = default;

Bytes AnswerSigner::sign(std::span<const ByteView> parts, WallTime now) {
  assert(!parts.empty());
  const Key& key = *state_->key;
  const dns::Name& algorithm = name_of(key.algorithm);
  const Stamp stamp{unix_seconds(now), fudge_s, message_id(parts.front()), 0, {}};

  Hmac::Computation computation = key.hmac.begin();
  add_prior_mac(computation, state_->prior_mac);
  for (const ByteView part : parts) {
    computation.add(part);
  }
  if (state_->is_first) {
    add_variables(computation, key.name, algorithm, stamp);
  } else {
    add_timers(computation, stamp);
  }
  state_->prior_mac = std::move(computation).finish();
  state_->is_first = false;
  return encode_record(key.name, algorithm, stamp, state_->prior_mac);
}

void sign_answer(Bytes& message, AnswerSigner& signer, WallTime now) {
  const ByteView whole = message;
  const Bytes record = signer.sign({&whole, 1}, now);
  append_record(message, record);
}

}  // namespace minidns::tsig
