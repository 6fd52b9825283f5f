// check_rdata and rdata_to_text on a type (two octets) and anything as RDATA: what is valid reads back from its text;
// what isn't is refused in the generic form, too.

#include "dns/soa.hpp"
#include "dns/text/rdata_text.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/unit/dns_samples.hpp"

#include <string>

namespace minidns::fuzz {

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  for (const auto& sample : dns::test::samples) {
    const auto type = *dns::RRType::from_text(sample.type);
    const auto rdata = dns::rdata_from_text(type, sample.text);
    require(rdata.has_value(), "the samples are valid");
    Bytes seed{static_cast<std::uint8_t>(type.value() >> 8), static_cast<std::uint8_t>(type.value() & 0xff)};
    seed.insert(seed.end(), rdata->octets().begin(), rdata->octets().end());
    all.push_back(std::move(seed));
  }
  return all;
}

}  // namespace minidns::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace minidns;
  if (size < 2) {
    return 0;
  }
  const dns::RRType type(static_cast<std::uint16_t>(data[0] << 8 | data[1]));
  const auto rdata = dns::Rdata::from_octets(Bytes(data + 2, data + size));
  if (!rdata) {
    return 0;
  }
  const bool valid = dns::check_rdata(type, rdata->octets()).has_value();
  const std::string printed = dns::rdata_to_text(type, *rdata);
  const auto again = dns::rdata_from_text(type, printed);
  fuzz::require(again.has_value() == valid, "text of valid RDATA, and only that, can be read");
  fuzz::require(!again || *again == *rdata, "text reads back to the same octets");
  if (valid && type == dns::RRType::soa) {
    const auto soa = dns::Soa::from_rdata(rdata->octets());
    fuzz::require(soa && soa->to_rdata() == *rdata, "SOA reads back");
  }
  return 0;
}
