#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/renderer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace minidns::dns {

/// An OPT record without options.
inline constexpr std::size_t edns_size_octets = 11;

enum class Section { answer, authority, additional };

/// Builds one message. Compresses owner names and the names in RDATA of the types of RFC 1035 only (RFC 3597 §4), never
/// against the question (BIND would take the question's case for ours), pointers below 16384. Sections must be written
/// in order. A record that doesn't fit `size_octets_max` is not written at all.
///
///     MessageWriter writer(udp_size);
///     writer.header(answer_header);
///     writer.question(question);
///     writer.reserve(edns_size_octets + tsig::record_size_octets_max);
///     if (!writer.rrset(Section::answer, soa)) writer.set_truncated();
///     writer.edns(1232, dnssec_ok, 0);
///     Bytes message = std::move(writer).finish();
class MessageWriter {
 public:
  /// `size_octets_max`: of the whole message, OPT and TSIG included; 512 (RFC 1035 §4.2.1) to 65,535.
  explicit MessageWriter(std::size_t size_octets_max);

  void header(const Header& header);  ///< counts are filled in by `finish`
  /// Written in full; must come before all records.
  void question(const Question& question);
  /// False, and nothing is written, if it doesn't fit.
  [[nodiscard]] bool record(Section section, const Name& owner, RRType type, std::uint16_t klass, std::uint32_t ttl,
                            ByteView rdata);
  /// All records of the set or none.
  [[nodiscard]] bool rrset(Section section, const RRset& rrset);
  /// OPT goes last, before TSIG; `reserve` must have kept room for it. `rcode_high` are the upper 8 bits of the RCODE.
  /// Options as type, value pairs.
  void edns(std::uint16_t udp_size_octets, bool dnssec_ok, std::uint8_t rcode_high,
            std::span<const std::pair<std::uint16_t, Bytes>> options = {});

  void set_truncated();
  void set_rcode(std::uint8_t rcode);
  [[nodiscard]] std::size_t size() const;
  /// Keeps octets free, in all, for what `edns` and a TSIG record will add; the records that come later leave them. At
  /// most what is free.
  void reserve(std::size_t octets);
  [[nodiscard]] Bytes finish() &&;

 private:
  RecordRenderer renderer_;  ///< of the whole message, base offset 0
  std::size_t size_octets_max_;
  std::size_t reserved_octets_ = 0;
  std::array<std::uint16_t, 3> counts_{};  ///< of the sections, in order
  std::uint16_t question_count_ = 0;
};

}  // namespace minidns::dns
