#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/wire/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace minidns::dns {

enum class Section { answer, authority, additional };

/// Builds one message. Compresses owner names and the names in RDATA of the types of RFC 1035 only (RFC 3597 §4), never
/// against the question (BIND would take the question's case for ours), pointers below 16384. Sections must be written
/// in order. A record that doesn't fit `size_octets_max` is not written at all.
class MessageWriter {
 public:
  /// `size_octets_max`: at most 65,535, without what `reserve` keeps back for OPT and TSIG.
  explicit MessageWriter(std::size_t size_octets_max);

  void header(const Header& header);  ///< counts are filled in by `finish`
  void question(const Question& question);
  /// False, and nothing is written, if it doesn't fit.
  [[nodiscard]] bool record(Section section, const Name& owner, RRType type, std::uint16_t klass, std::uint32_t ttl,
                            ByteView rdata);
  /// All records of the set or none.
  [[nodiscard]] bool rrset(Section section, const RRset& rrset);
  /// OPT goes last, before TSIG. `rcode_high` are the upper 8 bits of the RCODE. Options as type, value pairs.
  void edns(std::uint16_t udp_size_octets, bool dnssec_ok, std::uint8_t rcode_high,
            std::span<const std::pair<std::uint16_t, Bytes>> options = {});

  void set_truncated();
  void set_rcode(std::uint8_t rcode);
  [[nodiscard]] std::size_t size() const;
  /// Keeps octets free for what `edns` and a TSIG record will add.
  void reserve(std::size_t octets);
  [[nodiscard]] Bytes finish() &&;

 private:
  class Compressor;
  std::size_t size_octets_max_;
  Bytes octets_;
};

}  // namespace minidns::dns
