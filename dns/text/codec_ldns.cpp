// The only file that knows ldns (1.8). What ldns reads loosely (numbers, names without a dot, degrees, dates by the
// clock) isn't left to it; every word it gets here was cut by TokenStream, so that it holds no line break and no
// comment.

#include "dns/text/codec.hpp"

#include <ldns/ldns.h>

#include <cstdlib>
#include <memory>

namespace minidns::dns {
namespace {

struct LdnsDeleter {
  void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
  void operator()(char* text) const { std::free(text); }
};

using RdfPtr = std::unique_ptr<ldns_rdf, LdnsDeleter>;
using TextPtr = std::unique_ptr<char, LdnsDeleter>;

Error bad(std::string why) {
  return {Errc::bad_rdata, std::move(why)};
}

Result<Bytes> parse_by_ldns(ldns_rdf_type type, const std::string& text, const char* form) {
  const RdfPtr rdf(ldns_rdf_new_frm_str(type, text.c_str()));
  if (!rdf) {
    return bad(std::string("it must be ") + form);
  }
  const auto* const data = ldns_rdf_data(rdf.get());
  return Bytes(data, data + ldns_rdf_size(rdf.get()));
}

std::optional<std::string> print_by_ldns(ldns_rdf_type type, ByteView field) {
  const RdfPtr rdf(ldns_rdf_new_frm_data(type, field.size(), field.data()));
  const TextPtr text(rdf ? ldns_rdf2str(rdf.get()) : nullptr);
  if (!text) {
    return std::nullopt;
  }
  return std::string(text.get());
}

template <ldns_enum_rdf_type type>
std::optional<std::string> print_field(ByteView field) {
  return print_by_ldns(type, field);
}

Result<Bytes> parse_word(TokenStream& tokens, ldns_rdf_type type, const char* form) {
  const auto word = tokens.take_word();
  if (!word) {
    return word.error();
  }
  return parse_by_ldns(type, std::string(*word), form);
}

Result<Bytes> parse_a(TokenStream& tokens) {
  return parse_word(tokens, LDNS_RDF_TYPE_A, "an IPv4 address, four decimal numbers with dots");
}

Result<Bytes> parse_aaaa(TokenStream& tokens) {
  return parse_word(tokens, LDNS_RDF_TYPE_AAAA, "an IPv6 address");
}

Result<Bytes> parse_eui48(TokenStream& tokens) {
  return parse_word(tokens, LDNS_RDF_TYPE_EUI48, "six pairs of hexadecimal digits, xx-xx-xx-xx-xx-xx");
}

Result<Bytes> parse_eui64(TokenStream& tokens) {
  return parse_word(tokens, LDNS_RDF_TYPE_EUI64, "eight pairs of hexadecimal digits, xx-xx-xx-xx-xx-xx-xx-xx");
}

Result<Bytes> parse_locator64(TokenStream& tokens) {
  return parse_word(tokens, LDNS_RDF_TYPE_ILNP64, "four groups of hexadecimal digits, xxxx:xxxx:xxxx:xxxx");
}

}  // namespace

const Codec a_codec{parse_a, fixed_size<4>, print_field<LDNS_RDF_TYPE_A>};
const Codec aaaa_codec{parse_aaaa, fixed_size<16>, print_field<LDNS_RDF_TYPE_AAAA>};
const Codec eui48_codec{parse_eui48, fixed_size<6>, print_field<LDNS_RDF_TYPE_EUI48>};
const Codec eui64_codec{parse_eui64, fixed_size<8>, print_field<LDNS_RDF_TYPE_EUI64>};
const Codec locator64_codec{parse_locator64, fixed_size<8>, print_field<LDNS_RDF_TYPE_ILNP64>};

std::optional<std::uint8_t> dnssec_algorithm_of(std::string_view mnemonic) {
  const auto* const known = ldns_lookup_by_name(ldns_algorithms, std::string(mnemonic).c_str());
  if (known == nullptr) {
    return std::nullopt;
  }
  return static_cast<std::uint8_t>(known->id);
}

std::optional<std::uint16_t> certificate_type_of(std::string_view mnemonic) {
  const auto* const known = ldns_lookup_by_name(ldns_cert_algorithms, std::string(mnemonic).c_str());
  if (known == nullptr) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(known->id);
}

std::optional<std::string> certificate_mnemonic_of(std::uint16_t type) {
  const auto* const known = ldns_lookup_by_id(ldns_cert_algorithms, type);
  if (known == nullptr) {
    return std::nullopt;
  }
  return std::string(known->name);
}

}  // namespace minidns::dns
