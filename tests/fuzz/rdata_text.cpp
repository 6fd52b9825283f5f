// rdata_from_text on a type (two octets) and anything as text; what it takes must be valid, and print to text that
// reads back to the same octets.

#include "dns/text/rdata_text.hpp"

#include "tests/fuzz/fuzz.hpp"
#include "tests/unit/dns_samples.hpp"

#include <string>

namespace minidns::fuzz {

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  for (const auto& sample : dns::test::samples) {
    const auto type = dns::RRType::from_text(sample.type)->value();
    Bytes seed{static_cast<std::uint8_t>(type >> 8), static_cast<std::uint8_t>(type & 0xff)};
    seed.insert(seed.end(), sample.text.begin(), sample.text.end());
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
  const auto rdata = dns::rdata_from_text(type, as_text({data + 2, size - 2}));
  if (!rdata) {
    fuzz::require(!rdata.error().detail.empty(), "an error says what is wrong");
    return 0;
  }
  fuzz::require(dns::check_rdata(type, rdata->octets()).has_value(), "what was read is valid");
  const std::string printed = dns::rdata_to_text(type, *rdata);
  fuzz::require(printed.find_first_of(std::string("\n\r\0", 3)) == std::string::npos, "one line");
  const auto again = dns::rdata_from_text(type, printed);
  fuzz::require(again.has_value(), "what was printed can be read");
  fuzz::require(*again == *rdata, "what was printed reads back");
  return 0;
}
