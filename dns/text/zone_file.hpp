#pragma once

#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"
#include "dns/ttl.hpp"

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

namespace minidns::dns {

struct ZoneFileRecord {
  Name owner;
  RRType type;
  Ttl ttl;
  Rdata rdata;
  std::size_t line;  ///< on which it begins, from 1
};

/// Reads a zone file (RFC 1035 §5, RFC 2308 §4) record by record, so that its size doesn't matter. $ORIGIN and $TTL are
/// obeyed; $INCLUDE and $GENERATE are refused. TTLs may have units (`1h30m`). Class IN only. Names in RDATA may be
/// relative. The order of the file is kept; nothing is said of what the records mean together.
class ZoneFileReader {
 public:
  /// `input` must live as long as the reader. `origin` holds until a $ORIGIN.
  ZoneFileReader(std::istream& input, Name origin);

  /// The next record; nothing at the end. `error.detail` begins with the line's number. Not to be called after an
  /// error.
  [[nodiscard]] Result<std::optional<ZoneFileRecord>> next();

  /// Of one entry, comments and line breaks in parentheses not counted: the largest RDATA in its longest text.
  static constexpr std::size_t entry_octets_max = 300'000;

 private:
  struct Entry;

  Result<std::optional<Entry>> read_entry();
  Result<void> obey(const Entry& entry);
  Result<ZoneFileRecord> to_record(const Entry& entry);
  Result<Name> owner_of(const Entry& entry, std::string_view word) const;
  Error at(std::size_t line, const Error& error) const;

  std::istream& input_;
  Name origin_;
  std::optional<Ttl> default_ttl_;  ///< of $TTL
  std::optional<Ttl> last_ttl_;     ///< RFC 1035 §5.1: of the record before, where there was no $TTL
  std::optional<Name> last_owner_;
  std::size_t line_ = 0;
};

}  // namespace minidns::dns
