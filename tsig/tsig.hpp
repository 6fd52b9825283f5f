#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "dns/wire/message.hpp"
#include "tsig/key.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

namespace minidns::tsig {

inline constexpr std::uint16_t fudge_s = 300;  ///< RFC 8945 §10
/// No TSIG record that we write is larger: key name 255, algorithm name 15, fixed fields, SHA-512 MAC, other data.
inline constexpr std::size_t record_size_octets_max = 255 + 10 + 15 + 16 + 64 + 6;

/// Finds a key by name (any case); nothing if it isn't known. Called on I/O threads: must not block.
using KeyLookup = std::function<std::shared_ptr<const Key>(const dns::Name&)>;

/// A verified request: what its answers are signed with.
struct Verified {
  std::shared_ptr<const Key> key;
  Bytes request_mac;
};

/// A request that failed: what to answer (RFC 8945 §5.2). `formerr` goes without TSIG; `unsigned_error` is NOTAUTH with
/// a TSIG record with an empty MAC (BADKEY, BADSIG); `signed_error` is NOTAUTH with a signed TSIG (BADTIME with our
/// time in other data, BADTRUNC).
struct Failure {
  enum class Kind { formerr, unsigned_error, signed_error };
  Kind kind;
  dns::TsigErrc error;
  dns::TsigRecord request;
  std::shared_ptr<const Key> key;  ///< for signed_error
};

/// Checks the TSIG of a request (RFC 8945 §5.2): key, MAC (in constant time), time, truncation; in this order.
/// `octets` is the message as it came and parse_message's input for `message`, whose `tsig` must be there. Whether the
/// key is good for what is asked is for the caller to decide (KeyRing).
[[nodiscard]] std::variant<Verified, Failure> verify_request(ByteView octets, const dns::Message& message,
                                                             const KeyLookup& keys, WallTime now);

/// Signs the messages of one answer, one or many (RFC 8945 §5.3, §5.3.1): the first MAC covers the request's MAC, the
/// later ones the MAC before and the timers only. Every message is signed.
class AnswerSigner {
 public:
  explicit AnswerSigner(const Verified& request);
  AnswerSigner(AnswerSigner&&) noexcept;
  AnswerSigner& operator=(AnswerSigner&&) noexcept;
  ~AnswerSigner();

  /// Returns the TSIG record to append to the message whose octets (with ARCOUNT *before* TSIG) are `parts`, in order;
  /// the caller adds 1 to ARCOUNT. Parts let a transfer sign header and chunk without joining them. The first part has
  /// at least the message's ID. Valid until the next call, which allocates nothing.
  [[nodiscard]] ByteView sign(std::span<const ByteView> parts, WallTime now);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Appends the TSIG record and corrects ARCOUNT.
void sign_answer(Bytes& message, AnswerSigner& signer, WallTime now);
/// For a request that failed: appends the TSIG record that RFC 8945 §5.2 and §5.3.2 ask for and corrects ARCOUNT.
void sign_failure(Bytes& message, const Failure& failure, WallTime now);

/// The client's side: signs requests (NOTIFY, SOA, AXFR) and checks the answers.
class ClientTransaction {
 public:
  /// Appends TSIG to `request` and keeps its MAC.
  ClientTransaction(Bytes& request, std::shared_ptr<const Key> key, WallTime now);
  ClientTransaction(ClientTransaction&&) noexcept;
  ClientTransaction& operator=(ClientTransaction&&) noexcept;
  ~ClientTransaction();

  /// Checks the next message of the answer. In a sequence up to 99 messages in a row may lack TSIG (RFC 8945 §5.3.1).
  /// Nothing if it is right (so far), else the reason. As long as no message was right, one that is not changes
  /// nothing (over UDP anyone may have sent it: go on waiting, RFC 8945 §5.4); later a wrong one ends the sequence.
  [[nodiscard]] std::optional<std::string> verify(ByteView octets, const dns::Message& message, WallTime now);
  /// Whether the last message so far was signed: an answer may be believed only then (RFC 8945 §5.3.1).
  [[nodiscard]] bool is_complete() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Limitations: no HMAC-MD5 and no GSS-TSIG (RFC 8945 §6), no truncated MACs of our own and none accepted (BADTRUNC,
// §5.2.4), and no memory of the last time signed per key, which §5.2.3 leaves to the server: what our keys open
// (queries, transfers, NOTIFY) may be repeated without harm.

}  // namespace minidns::tsig
