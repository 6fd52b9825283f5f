// ZoneFileReader on anything; each record that it takes must be valid, and read back when it is printed as a line of a
// zone file.

#include "dns/text/zone_file.hpp"

#include "dns/text/rdata_text.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/unit/dns_samples.hpp"

#include <sstream>
#include <string>

namespace minidns::fuzz {
namespace {

dns::Name origin() {
  return *dns::Name::from_text("example.org.");
}

std::string line_of(const dns::ZoneFileRecord& record) {
  return record.owner.to_text() + " " + std::to_string(record.ttl.seconds()) + " IN " + record.type.to_text() + " " +
         dns::rdata_to_text(record.type, record.rdata) + "\n";
}

void check(const dns::ZoneFileRecord& record) {
  require(dns::check_rdata(record.type, record.rdata.octets()).has_value(), "what was read is valid");
  std::istringstream input(line_of(record));
  dns::ZoneFileReader reader(input, dns::Name::root());
  const auto again = reader.next();
  require(again.has_value() && again->has_value(), "what was printed can be read");
  const dns::ZoneFileRecord& same = **again;
  require(as_text(same.owner.wire()) == as_text(record.owner.wire()) && same.type == record.type &&
              same.ttl == record.ttl && same.rdata == record.rdata,
          "what was printed reads back");
  const auto end = reader.next();
  require(end.has_value() && !end->has_value(), "one record is one record");
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  for (const auto& sample : dns::test::samples) {
    const std::string line = "a 1h IN " + std::string(sample.type) + " " + std::string(sample.text) + "\n";
    all.emplace_back(line.begin(), line.end());
  }
  const std::string whole =
      "$TTL 1h ; comment\n$ORIGIN sub\n@ IN SOA ns hostmaster ( 1 ; serial\n 1h 15m 2w 300 )\n\tNS ns\nns 60 A "
      "192.0.2.1\n*.a\\.b TXT ( \"one\"\n \"two;\" )\r\n";
  all.emplace_back(whole.begin(), whole.end());
  return all;
}

}  // namespace minidns::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace minidns;
  std::istringstream input{std::string(as_text({data, size}))};
  dns::ZoneFileReader reader(input, fuzz::origin());
  while (true) {
    const auto record = reader.next();
    if (!record) {
      fuzz::require(record.error().detail.starts_with("line "), "an error begins with the line");
      return 0;
    }
    if (!*record) {
      return 0;
    }
    fuzz::check(**record);
  }
}
