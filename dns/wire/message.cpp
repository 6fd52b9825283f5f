#include "dns/wire/message.hpp"

#include "dns/wire/embedded_names.hpp"
#include "dns/wire/reader.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace minidns::dns {
namespace {

constexpr std::size_t question_size_octets_min = 5;  // root name, type, class
constexpr std::size_t record_size_octets_min = 11;   // root name, type, class, TTL, RDLENGTH
constexpr std::uint16_t class_any = 255;

Error bad_message(const char* why) {
  return {Errc::bad_message, why};
}

enum class Place { answer, authority, additional };

/// Parses one message. Its methods return nothing or the error that ends it.
class Parser {
 public:
  explicit Parser(ByteView octets) : octets_(octets), reader_(octets, header_size_octets) {}

  [[nodiscard]] Result<Message> parse() && {
    const auto header = parse_header(octets_);
    if (!header) {
      return Error{Errc::truncated, "the message is shorter than its header"};
    }
    if (octets_.size() > message_size_octets_max) {
      return Error{Errc::too_large, "the message has more than 65535 octets"};
    }
    message_.header = *header;
    auto error = questions();
    if (!error) {
      error = section(Place::answer, header->ancount, message_.answer);
    }
    if (!error) {
      error = section(Place::authority, header->nscount, message_.authority);
    }
    if (!error) {
      error = section(Place::additional, header->arcount, message_.additional);
    }
    if (error) {
      return *error;
    }
    if (reader_.remaining() != 0) {
      return Error{Errc::trailing_octets, "there are octets after the last record"};
    }
    return std::move(message_);
  }

 private:
  std::optional<Error> questions() {
    message_.question.reserve(at_most(message_.header.qdcount, question_size_octets_min));
    for (std::size_t i = 0; i < message_.header.qdcount; ++i) {
      auto name = reader_.name();
      if (!name) {
        return name.error();
      }
      const auto type = reader_.u16();
      const auto klass = reader_.u16();
      if (!type || !klass) {
        return Error{Errc::truncated, "the octets end inside a question"};
      }
      if (auto error = spend(name->wire().size())) {
        return error;
      }
      message_.question.push_back({std::move(*name), RRType(*type), *klass});
    }
    return std::nullopt;
  }

  std::optional<Error> section(Place place, std::size_t count, std::vector<Record>& records) {
    records.reserve(at_most(count, record_size_octets_min));
    for (std::size_t i = 0; i < count; ++i) {
      if (message_.tsig) {
        return bad_message("TSIG is not the last record");  // RFC 8945 §5.1
      }
      if (auto error = record(place, records)) {
        return error;
      }
    }
    return std::nullopt;
  }

  std::optional<Error> record(Place place, std::vector<Record>& records) {
    const std::size_t start = reader_.position();
    auto owner = reader_.name();
    if (!owner) {
      return owner.error();
    }
    const auto type = reader_.u16();
    const auto klass = reader_.u16();
    const auto ttl = reader_.u32();
    const auto size = reader_.u16();
    if (!type || !klass || !ttl || !size || *size > reader_.remaining()) {
      return Error{Errc::truncated, "the octets end inside a record"};
    }
    Record fields{std::move(*owner), RRType(*type), *klass, *ttl, {}};
    if (fields.type == RRType::opt) {
      return opt(place, fields, *size);
    }
    if (fields.type == RRType::tsig) {
      return tsig(place, std::move(fields), *size, start);
    }
    auto expanded = rdata(fields.type, *size);
    if (!expanded) {
      return expanded.error();
    }
    fields.rdata = std::move(*expanded);
    if (auto error = spend(fields.owner.wire().size() + fields.rdata.size())) {
      return error;
    }
    records.push_back(std::move(fields));
    return std::nullopt;
  }

  Result<Bytes> rdata(RRType type, std::size_t size) {
    const std::size_t end = reader_.position() + size;
    const EmbeddedNames layout = expandable_names(type);
    Bytes out;
    if (layout.names != 0 && size != 0) {  // UPDATE has records without RDATA (RFC 2136 §2.4)
      out.reserve(size);
      if (auto error = expand(layout, end, out)) {
        return *error;
      }
    }
    if (reader_.position() > end) {
      return Error{Errc::bad_rdata, type.to_text() + " RDATA ends inside a name"};
    }
    append(out, *reader_.octets(end - reader_.position()));
    return out;
  }

  /// Copies what `layout` describes to `out`, names expanded.
  std::optional<Error> expand(const EmbeddedNames& layout, std::size_t end, Bytes& out) {
    const auto copy = [&](std::size_t count) {
      const auto view = reader_.octets(count);
      if (view) {
        append(out, *view);
      }
      return view.has_value();
    };
    bool complete = copy(layout.prefix_octets);
    for (std::size_t i = 0; complete && i < layout.character_strings; ++i) {
      complete = reader_.remaining() > 0 && copy(1) && copy(out.back());
    }
    if (!complete) {
      return Error{Errc::truncated, "the octets end inside RDATA"};
    }
    for (std::size_t i = 0; i < layout.names; ++i) {
      if (reader_.position() >= end) {
        return Error{Errc::bad_rdata, "RDATA ends before a name"};
      }
      const auto name = reader_.name();
      if (!name) {
        return name.error();
      }
      append(out, name->wire());
    }
    return std::nullopt;
  }

  /// RFC 6891 §6.1.
  std::optional<Error> opt(Place place, const Record& fields, std::size_t size) {
    if (place != Place::additional) {
      return bad_message("OPT is outside the additional section");
    }
    if (message_.edns) {
      return bad_message("there are two OPT records");
    }
    if (!fields.owner.is_root()) {
      return bad_message("OPT's owner is not the root");
    }
    Edns edns;
    edns.udp_size_octets = std::max(fields.klass, udp_size_octets_min);  // RFC 6891 §6.2.3
    edns.rcode_high = static_cast<std::uint8_t>(fields.ttl >> 24);
    edns.version = static_cast<std::uint8_t>(fields.ttl >> 16);
    edns.dnssec_ok = (fields.ttl & 0x8000U) != 0;
    Reader options(*reader_.octets(size));
    while (options.remaining() != 0) {
      const auto code = options.u16();
      const auto length = options.u16();
      const auto value = length ? options.octets(*length) : Result<ByteView>(Error{Errc::truncated, ""});
      if (!code || !value) {
        return bad_message("an EDNS option ends too early");
      }
      if (*code == edns_option_nsid) {
        edns.nsid = true;
      } else if (*code == edns_option_tcp_keepalive) {
        edns.tcp_keepalive = true;
      } else if (*code == edns_option_cookie) {
        edns.cookie = Bytes(value->begin(), value->end());
      }
    }
    message_.edns = std::move(edns);
    return std::nullopt;
  }

  /// RFC 8945 §4.2.
  std::optional<Error> tsig(Place place, Record fields, std::size_t size, std::size_t start) {
    if (place != Place::additional) {
      return bad_message("TSIG is outside the additional section");
    }
    if (fields.klass != class_any || fields.ttl != 0) {
      return bad_message("TSIG's class is not ANY or its TTL not 0");
    }
    Reader rdata(*reader_.octets(size));
    auto algorithm = rdata.uncompressed_name();
    const auto time_high = rdata.u16();
    const auto time_low = rdata.u32();
    const auto fudge = rdata.u16();
    auto mac = sized_octets(rdata);
    const auto original_id = rdata.u16();
    const auto error = rdata.u16();
    auto other = sized_octets(rdata);
    if (!algorithm || !time_high || !time_low || !fudge || !mac || !original_id || !error || !other ||
        rdata.remaining() != 0) {
      return bad_message("TSIG's RDATA is malformed");
    }
    message_.tsig = TsigRecord{start,
                               std::move(fields.owner),
                               std::move(*algorithm),
                               std::uint64_t{*time_high} << 32 | *time_low,
                               *fudge,
                               std::move(*mac),
                               *original_id,
                               *error,
                               std::move(*other)};
    return std::nullopt;
  }

  static Result<Bytes> sized_octets(Reader& reader) {
    const auto size = reader.u16();
    if (!size) {
      return size.error();
    }
    const auto view = reader.octets(*size);
    if (!view) {
      return view.error();
    }
    return Bytes(view->begin(), view->end());
  }

  static void append(Bytes& out, ByteView octets) { out.insert(out.end(), octets.begin(), octets.end()); }

  /// Counts what was expanded: a message full of pointers to one long name would become many times its size.
  std::optional<Error> spend(std::size_t octets) {
    expanded_octets_ += octets;
    if (expanded_octets_ > message_expanded_octets_max) {
      return Error{Errc::too_large, "the message's names expand to too much"};
    }
    return std::nullopt;
  }

  /// A count from the header, but not more than can follow: counts may lie.
  [[nodiscard]] std::size_t at_most(std::size_t count, std::size_t size_min) const {
    return std::min(count, reader_.remaining() / size_min);
  }

  ByteView octets_;
  Reader reader_;
  Message message_;
  std::size_t expanded_octets_ = 0;
};

}  // namespace

Result<Message> parse_message(ByteView octets) {
  return Parser(octets).parse();
}

std::optional<Header> parse_header(ByteView octets) {
  if (octets.size() < header_size_octets) {
    return std::nullopt;
  }
  const auto u16 = [&](std::size_t at) { return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]); };
  const unsigned flags = u16(2);
  Header header;
  header.id = u16(0);
  header.qr = (flags & 0x8000U) != 0;
  header.opcode = static_cast<Opcode>(flags >> 11 & 0xfU);
  header.aa = (flags & 0x0400U) != 0;
  header.tc = (flags & 0x0200U) != 0;
  header.rd = (flags & 0x0100U) != 0;
  header.ra = (flags & 0x0080U) != 0;
  header.ad = (flags & 0x0020U) != 0;
  header.cd = (flags & 0x0010U) != 0;
  header.rcode = static_cast<std::uint8_t>(flags & 0xfU);
  header.qdcount = u16(4);
  header.ancount = u16(6);
  header.nscount = u16(8);
  header.arcount = u16(10);
  return header;
}

}  // namespace minidns::dns
