#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "dns/rrset.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/writer.hpp"
#include "mdns/metrics.hpp"
#include "tsig/tsig.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace minidns::mdns {

struct Request;

/// RFC 8914 §4.
enum class ExtendedError : std::uint16_t {
  not_ready = 14,
  prohibited = 18,
  not_supported = 21,
  network_error = 23,
  invalid_data = 24,
};

struct ReplySettings {
  /// No UDP answer is larger: it passes every path without fragments (dnsflagday.net/2020).
  std::uint16_t udp_octets_max = 1232;
  /// RFC 5001: what we say when asked who we are; nothing if empty.
  Bytes nsid = {};
};

/// The largest message that this request may be answered with.
[[nodiscard]] std::size_t reply_octets_max(const dns::Message& request, Transport transport,
                                           const ReplySettings& settings);

/// Writes one answer: header and question as in the request, the sections, OPT if the request had one (RFC 6891 §7),
/// and TSIG if it was signed.
class Reply {
 public:
  Reply(const Request& request, const ReplySettings& settings);
  /// For a message whose TSIG failed: without one.
  Reply(const dns::Message& request, Transport transport, const ReplySettings& settings);

  void set_authoritative() { authoritative_ = true; }
  void set_rcode(dns::Rcode rcode) { rcode_ = rcode; }
  /// RFC 8914; sent where the request has EDNS.
  void set_extended_error(ExtendedError code, std::string_view extra_text = {}) {
    extended_error_ = code;
    extra_text_ = extra_text;
  }
  /// All that belongs to the answer must be told before the first record.
  [[nodiscard]] bool add(dns::Section section, const dns::RRset& rrset);
  void set_truncated() { truncated_ = true; }

  [[nodiscard]] dns::Rcode rcode() const { return rcode_; }
  [[nodiscard]] Bytes finish(WallTime now) &&;

 private:
  void begin();
  [[nodiscard]] std::vector<std::pair<std::uint16_t, Bytes>> options() const;

  const dns::Message& request_;
  const tsig::Verified* verified_;
  const std::optional<std::pair<std::uint16_t, Bytes>> keepalive_;
  const ReplySettings& settings_;
  dns::MessageWriter writer_;
  bool begun_ = false;
  bool authoritative_ = false;
  bool truncated_ = false;
  dns::Rcode rcode_ = dns::Rcode::noerror;
  std::optional<ExtendedError> extended_error_;
  std::string_view extra_text_;  // of a constant
};

/// Without an answer: RCODE alone. `extra_text` is a constant, for people (RFC 8914 §2).
[[nodiscard]] Bytes error_reply(const Request& request, const ReplySettings& settings, dns::Rcode rcode,
                                std::optional<ExtendedError> extended_error, WallTime now,
                                std::string_view extra_text = {});

/// edns-tcp-keepalive for who asked for it on a connection (RFC 7828 §3.3.2): the limit in units of 100 ms.
[[nodiscard]] std::optional<std::pair<std::uint16_t, Bytes>> keepalive_option(const Request& request);

/// The octets that TSIG will add to an answer.
[[nodiscard]] std::size_t tsig_octets(const tsig::Verified& verified);

}  // namespace minidns::mdns
