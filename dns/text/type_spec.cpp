#include "dns/text/type_spec.hpp"

#include "dns/text/type_rules.hpp"

#include <algorithm>
#include <array>

namespace minidns::dns {
namespace {

constexpr FieldSpec a[] = {{"address", &a_codec}};
constexpr FieldSpec aaaa[] = {{"address", &aaaa_codec}};
constexpr FieldSpec one_name[] = {{"target name", &name_codec}};
constexpr FieldSpec soa[] = {{"MNAME", &name_codec},     {"RNAME", &name_codec},   {"serial", &u32_codec},
                             {"refresh", &period_codec}, {"retry", &period_codec}, {"expire", &period_codec},
                             {"minimum", &period_codec}};
constexpr FieldSpec hinfo[] = {{"CPU", &string_codec}, {"OS", &string_codec}};
constexpr FieldSpec minfo[] = {{"responsible mailbox", &name_codec}, {"error mailbox", &name_codec}};
constexpr FieldSpec preference_and_name[] = {{"preference", &u16_codec}, {"target name", &name_codec}};
constexpr FieldSpec texts[] = {{"text", &strings_codec}};
constexpr FieldSpec rp[] = {{"mailbox", &name_codec}, {"TXT name", &name_codec}};
constexpr FieldSpec x25[] = {{"PSDN address", &string_codec}};
constexpr FieldSpec isdn[] = {{"ISDN address", &string_codec}, {"subaddress", &optional_string_codec}};
constexpr FieldSpec px[] = {{"preference", &u16_codec}, {"MAP822", &name_codec}, {"MAPX400", &name_codec}};
constexpr FieldSpec gpos[] = {{"longitude", &string_codec}, {"latitude", &string_codec}, {"altitude", &string_codec}};
constexpr FieldSpec loc[] = {{"location", &loc_codec}};
constexpr FieldSpec srv[] = {
    {"priority", &u16_codec}, {"weight", &u16_codec}, {"port", &u16_codec}, {"target name", &name_codec}};
constexpr FieldSpec naptr[] = {{"order", &u16_codec},       {"preference", &u16_codec}, {"flags", &string_codec},
                               {"services", &string_codec}, {"regexp", &string_codec},  {"replacement", &name_codec}};
constexpr FieldSpec cert[] = {{"type", &cert_type_codec},
                              {"key tag", &u16_codec},
                              {"algorithm", &algorithm_codec},
                              {"certificate", &base64_codec}};
constexpr FieldSpec apl[] = {{"address prefix", &addresses_codec}};
constexpr FieldSpec ds[] = {
    {"key tag", &u16_codec}, {"algorithm", &algorithm_codec}, {"digest type", &u8_codec}, {"digest", &hex_codec}};
constexpr FieldSpec sshfp[] = {{"algorithm", &u8_codec}, {"fingerprint type", &u8_codec}, {"fingerprint", &hex_codec}};
constexpr FieldSpec rrsig[] = {
    {"type covered", &type_codec}, {"algorithm", &algorithm_codec}, {"labels", &u8_codec},
    {"original TTL", &u32_codec},  {"expiration", &time_codec},     {"inception", &time_codec},
    {"key tag", &u16_codec},       {"signer's name", &name_codec},  {"signature", &base64_codec}};
constexpr FieldSpec nsec[] = {{"next name", &name_codec}, {"types", &types_codec}};
constexpr FieldSpec dnskey[] = {
    {"flags", &u16_codec}, {"protocol", &u8_codec}, {"algorithm", &algorithm_codec}, {"public key", &base64_codec}};
constexpr FieldSpec octets_base64[] = {{"data", &base64_codec}};
constexpr FieldSpec nsec3[] = {{"hash algorithm", &u8_codec},       {"flags", &u8_codec},
                               {"iterations", &u16_codec},          {"salt", &salt_codec},
                               {"next owner", &hashed_owner_codec}, {"types", &types_codec}};
constexpr FieldSpec nsec3param[] = {
    {"hash algorithm", &u8_codec}, {"flags", &u8_codec}, {"iterations", &u16_codec}, {"salt", &salt_codec}};
constexpr FieldSpec tlsa[] = {{"certificate usage", &u8_codec},
                              {"selector", &u8_codec},
                              {"matching type", &u8_codec},
                              {"certificate association data", &hex_codec}};
constexpr FieldSpec csync[] = {{"SOA serial", &u32_codec}, {"flags", &u16_codec}, {"types", &types_codec}};
constexpr FieldSpec zonemd[] = {
    {"serial", &u32_codec}, {"scheme", &u8_codec}, {"hash algorithm", &u8_codec}, {"digest", &hex_codec}};
constexpr FieldSpec svcb[] = {
    {"priority", &u16_codec}, {"target name", &name_codec}, {"parameters", &svc_params_codec}};
constexpr FieldSpec nid[] = {{"preference", &u16_codec}, {"node identifier", &locator64_codec}};
constexpr FieldSpec l32[] = {{"preference", &u16_codec}, {"locator", &a_codec}};
constexpr FieldSpec l64[] = {{"preference", &u16_codec}, {"locator", &locator64_codec}};
constexpr FieldSpec eui48[] = {{"address", &eui48_codec}};
constexpr FieldSpec eui64[] = {{"address", &eui64_codec}};
constexpr FieldSpec uri[] = {{"priority", &u16_codec}, {"weight", &u16_codec}, {"target", &long_string_codec}};
constexpr FieldSpec caa[] = {{"flags", &u8_codec}, {"tag", &caa_tag_codec}, {"value", &caa_value_codec}};

struct Row {
  std::uint16_t type;
  TypeSpec spec;
};

/// In rising order of types.
constexpr Row rows[] = {
    {1, {a}},
    {2, {one_name}},
    {3, {one_name}},  // MD
    {4, {one_name}},  // MF
    {5, {one_name}},
    {6, {soa}},
    {7, {one_name}},  // MB
    {8, {one_name}},  // MG
    {9, {one_name}},  // MR
    {12, {one_name}},
    {13, {hinfo}},
    {14, {minfo}},
    {15, {preference_and_name}},
    {16, {texts, Semicolon::text}},
    {17, {rp}},
    {18, {preference_and_name}},  // AFSDB
    {19, {x25, Semicolon::refused, check_x25}},
    {20, {isdn}},
    {21, {preference_and_name}},  // RT
    {26, {px}},
    {27, {gpos}},
    {28, {aaaa}},
    {29, {loc}},
    {33, {srv}},
    {35, {naptr, Semicolon::refused, check_naptr}},
    {36, {preference_and_name}},  // KX
    {37, {cert}},
    {39, {one_name}},
    {42, {apl}},
    {43, {ds, Semicolon::refused, check_ds}},
    {44, {sshfp, Semicolon::refused, check_sshfp}},
    {46, {rrsig}},
    {47, {nsec}},
    {48, {dnskey, Semicolon::refused, check_dnskey}},
    {49, {octets_base64}},  // DHCID
    {50, {nsec3, Semicolon::refused, check_nsec3}},
    {51, {nsec3param}},
    {52, {tlsa, Semicolon::refused, check_tlsa}},
    {53, {tlsa, Semicolon::refused, check_tlsa}},  // SMIMEA
    {59, {ds, Semicolon::refused, check_cds}},
    {60, {dnskey, Semicolon::refused, check_dnskey}},
    {61, {octets_base64}},  // OPENPGPKEY
    {62, {csync}},
    {63, {zonemd, Semicolon::refused, check_zonemd}},
    {64, {svcb}},
    {65, {svcb}},
    {99, {texts, Semicolon::text}},
    {104, {nid}},
    {105, {l32}},
    {106, {l64}},
    {107, {preference_and_name}},  // LP
    {108, {eui48}},
    {109, {eui64}},
    {256, {uri}},
    {257, {caa, Semicolon::text}},
    {258, {texts, Semicolon::text}},              // AVC
    {261, {texts, Semicolon::text}},              // RESINFO
    {262, {texts, Semicolon::text}},              // WALLET
    {32769, {ds, Semicolon::refused, check_ds}},  // DLV
};

}  // namespace

std::optional<TypeSpec> spec_of(RRType type) {
  const auto* const row = std::lower_bound(std::begin(rows), std::end(rows), type.value(),
                                           [](const Row& known, std::uint16_t value) { return known.type < value; });
  if (row == std::end(rows) || row->type != type.value()) {
    return std::nullopt;
  }
  return row->spec;
}

}  // namespace minidns::dns
