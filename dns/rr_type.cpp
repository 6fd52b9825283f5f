#include "dns/rr_type.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace minidns::dns {
namespace {

struct Mnemonic {
  std::uint16_t value;
  std::string_view text;
};

/// IANA "Resource Record (RR) TYPEs", those with a mnemonic in use; in rising order.
constexpr std::array mnemonics = std::to_array<Mnemonic>({
    {1, "A"},          {2, "NS"},        {3, "MD"},          {4, "MF"},     {5, "CNAME"},     {6, "SOA"},
    {7, "MB"},         {8, "MG"},        {9, "MR"},          {10, "NULL"},  {11, "WKS"},      {12, "PTR"},
    {13, "HINFO"},     {14, "MINFO"},    {15, "MX"},         {16, "TXT"},   {17, "RP"},       {18, "AFSDB"},
    {19, "X25"},       {20, "ISDN"},     {21, "RT"},         {22, "NSAP"},  {23, "NSAP-PTR"}, {24, "SIG"},
    {25, "KEY"},       {26, "PX"},       {27, "GPOS"},       {28, "AAAA"},  {29, "LOC"},      {30, "NXT"},
    {31, "EID"},       {32, "NIMLOC"},   {33, "SRV"},        {34, "ATMA"},  {35, "NAPTR"},    {36, "KX"},
    {37, "CERT"},      {38, "A6"},       {39, "DNAME"},      {40, "SINK"},  {41, "OPT"},      {42, "APL"},
    {43, "DS"},        {44, "SSHFP"},    {45, "IPSECKEY"},   {46, "RRSIG"}, {47, "NSEC"},     {48, "DNSKEY"},
    {49, "DHCID"},     {50, "NSEC3"},    {51, "NSEC3PARAM"}, {52, "TLSA"},  {53, "SMIMEA"},   {55, "HIP"},
    {56, "NINFO"},     {57, "RKEY"},     {58, "TALINK"},     {59, "CDS"},   {60, "CDNSKEY"},  {61, "OPENPGPKEY"},
    {62, "CSYNC"},     {63, "ZONEMD"},   {64, "SVCB"},       {65, "HTTPS"}, {66, "DSYNC"},    {99, "SPF"},
    {104, "NID"},      {105, "L32"},     {106, "L64"},       {107, "LP"},   {108, "EUI48"},   {109, "EUI64"},
    {128, "NXNAME"},   {249, "TKEY"},    {250, "TSIG"},      {251, "IXFR"}, {252, "AXFR"},    {253, "MAILB"},
    {254, "MAILA"},    {255, "ANY"},     {256, "URI"},       {257, "CAA"},  {258, "AVC"},     {259, "DOA"},
    {260, "AMTRELAY"}, {261, "RESINFO"}, {262, "WALLET"},    {32768, "TA"}, {32769, "DLV"},
});

constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool equal_without_case(std::string_view text, std::string_view upper_case) {
  return std::equal(text.begin(), text.end(), upper_case.begin(), upper_case.end(),
                    [](char a, char b) { return upper(a) == b; });
}

}  // namespace

Result<RRType> RRType::from_text(std::string_view text) {
  const auto known = std::find_if(mnemonics.begin(), mnemonics.end(),
                                  [&](const Mnemonic& m) { return equal_without_case(text, m.text); });
  if (known != mnemonics.end()) {
    return RRType(known->value);
  }
  constexpr std::string_view generic = "TYPE";
  if (text.size() > generic.size() && equal_without_case(text.substr(0, generic.size()), generic)) {
    const auto digits = text.substr(generic.size());
    std::uint16_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size()) {
      return RRType(value);
    }
  }
  return Error{Errc::unknown_type, "the type is neither known nor TYPE0 to TYPE65535"};
}

std::string RRType::to_text() const {
  const auto known = std::lower_bound(mnemonics.begin(), mnemonics.end(), value_,
                                      [](const Mnemonic& m, std::uint16_t value) { return m.value < value; });
  if (known != mnemonics.end() && known->value == value_) {
    return std::string(known->text);
  }
  return "TYPE" + std::to_string(value_);
}

}  // namespace minidns::dns
