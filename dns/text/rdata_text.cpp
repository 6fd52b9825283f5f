#include "dns/text/rdata_text.hpp"

#include "dns/text/generic.hpp"
#include "dns/text/tokens.hpp"
#include "dns/text/type_spec.hpp"

#include <optional>

namespace minidns::dns {
namespace {

/// Every octet of the largest RDATA as `\DDD`, and quotes and a space for each string of 255.
constexpr std::size_t text_size_max = Rdata::size_octets_max * 4 + Rdata::size_octets_max / 255 * 3 + 64;

Error in_type(RRType type, const Error& error) {
  return {error.code, type.to_text() + ": " + error.detail};
}

Error in_field(RRType type, const FieldSpec& field, const Error& error) {
  return {error.code, type.to_text() + " " + std::string(field.name) + ": " + error.detail};
}

Error not_data(RRType type) {
  return {Errc::bad_rdata, type.to_text() + ": no zone has data of this type"};
}

/// Whether the RDATA is a sequence of the type's fields, and all of it.
Result<void> check_fields(RRType type, const TypeSpec& spec, ByteView rdata) {
  ByteView rest = rdata;
  for (const auto& field : spec.fields) {
    const auto size = field.codec->size(rest);
    if (!size) {
      return in_field(type, field, size.error());
    }
    rest = rest.subspan(*size);
  }
  if (!rest.empty()) {
    return Error{Errc::trailing_octets, type.to_text() + ": there are octets after the last field"};
  }
  return {};
}

Result<void> check_known(RRType type, const TypeSpec& spec, ByteView rdata) {
  if (auto fields = check_fields(type, spec, rdata); !fields) {
    return fields;
  }
  const auto error = spec.check == nullptr ? std::nullopt : spec.check(rdata);
  return error ? Result<void>(Error{error->code, type.to_text() + " " + error->detail}) : Result<void>();
}

Result<Bytes> parse_fields(RRType type, const TypeSpec& spec, TokenStream& tokens) {
  Bytes out;
  for (const auto& field : spec.fields) {
    const auto octets = field.codec->parse(tokens);
    if (!octets) {
      return in_field(type, field, octets.error());
    }
    out.insert(out.end(), octets->begin(), octets->end());
  }
  if (!tokens.at_end()) {
    return Error{Errc::bad_rdata,
                 type.to_text() + ": there is something after the " + std::string(spec.fields.back().name)};
  }
  return out;
}

/// `origin`: null where names must be absolute.
Result<Bytes> parse_any(RRType type, std::string_view text, const Name* origin) {
  const auto spec = spec_of(type);
  const bool generic = is_generic(text);
  auto tokens = TokenStream::cut(text, spec && !generic ? spec->semicolon : Semicolon::refused);
  if (!tokens) {
    return in_type(type, tokens.error());
  }
  if (origin != nullptr) {
    tokens->set_origin(*origin);
  }
  if (tokens->at_end()) {
    return Error{Errc::bad_rdata, type.to_text() + ": the record is empty"};
  }
  if (generic) {
    const auto mark = tokens->take();
    auto octets = mark ? parse_generic(*tokens) : Result<Bytes>(mark.error());
    return octets ? octets : in_type(type, octets.error());
  }
  if (!spec) {
    return Error{Errc::bad_rdata, type.to_text() + ": only the generic form \\# <length> <hexadecimal> is known"};
  }
  return parse_fields(type, *spec, *tokens);
}

/// Nothing if a field has no presentation form, or the RDATA isn't what the type says.
std::optional<std::string> print_fields(RRType type, const TypeSpec& spec, ByteView rdata) {
  if (!check_known(type, spec, rdata)) {
    return std::nullopt;
  }
  std::string text;
  for (const auto& field : spec.fields) {
    const std::size_t size = *field.codec->size(rdata);
    const auto printed = field.codec->print(rdata.first(size));
    if (!printed) {
      return std::nullopt;
    }
    if (!printed->empty()) {
      text += (text.empty() ? "" : " ") + *printed;
    }
    rdata = rdata.subspan(size);
  }
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

Result<Rdata> parse_rdata(RRType type, std::string_view text, const Name* origin) {
  if (type.is_meta()) {
    return not_data(type);
  }
  if (text.size() > text_size_max) {
    return Error{Errc::too_large, type.to_text() + ": the text is longer than that of any record"};
  }
  auto octets = parse_any(type, text, origin);
  if (!octets) {
    return octets.error();
  }
  if (auto checked = check_rdata(type, *octets); !checked) {
    return checked.error();
  }
  return Rdata::from_octets(std::move(*octets));
}

}  // namespace

Result<Rdata> rdata_from_text(RRType type, std::string_view text) {
  return parse_rdata(type, text, nullptr);
}

Result<Rdata> rdata_from_zone_file(RRType type, std::string_view text, const Name& origin) {
  return parse_rdata(type, text, &origin);
}

std::string rdata_to_text(RRType type, const Rdata& rdata) {
  const auto spec = spec_of(type);
  const auto text = spec ? print_fields(type, *spec, rdata.octets()) : std::nullopt;
  return text ? *text : print_generic(rdata.octets());
}

Result<void> check_rdata(RRType type, ByteView rdata) {
  if (type.is_meta()) {
    return not_data(type);
  }
  if (rdata.size() > Rdata::size_octets_max) {
    return Error{Errc::too_large, type.to_text() + ": RDATA of more than 64000 octets"};
  }
  const auto spec = spec_of(type);
  return spec ? check_known(type, *spec, rdata) : Result<void>();
}

}  // namespace minidns::dns
