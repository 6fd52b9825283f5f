// Zone lists of both formats: the same result in one piece and in many, in order, and no name twice.

#include "pool-manager/drivers/zone_list.hpp"

#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <string_view>

namespace minidns::fuzz {
namespace {

using pool::DriverResult;
using pool::ListedZone;
using pool::ZoneListFormat;

DriverResult<std::vector<ListedZone>> parse(ZoneListFormat::Kind kind, std::string_view text, std::size_t piece) {
  pool::ZoneListParser parser(ZoneListFormat{kind, "_default"});
  while (!text.empty()) {
    if (auto error = parser.add(text.substr(0, piece))) {
      return *error;
    }
    text.remove_prefix(std::min(piece, text.size()));
  }
  return std::move(parser).finish();
}

void check(ZoneListFormat::Kind kind, std::string_view text) {
  const auto whole = parse(kind, text, std::max<std::size_t>(text.size(), 1));
  const auto pieces = parse(kind, text, 3);
  require(whole.has_value() == pieces.has_value(), "pieces don't matter for whether it is right");
  if (!whole) {
    return;
  }
  require(*whole == *pieces, "pieces don't matter for what it says");
  const auto not_before = [](const ListedZone& a, const ListedZone& b) { return !(a.name < b.name); };
  require(std::adjacent_find(whole->begin(), whole->end(), not_before) == whole->end(), "canonical order, once each");
}

Bytes seed(std::string_view text) {
  const ByteView octets = as_bytes(text);
  return Bytes(octets.begin(), octets.end());
}

}  // namespace

std::vector<Bytes> seeds() {
  return {
      seed(R"({"json-stats-version":"1.7","views":{"_default":{"zones":[{"name":"c.test","class":"IN","serial":7,)"
           R"("type":"secondary","loaded":"1970-01-01T00:00:00Z"},{"name":"a\\.b.test","class":"IN","type":"slave"}]},)"
           R"("_bind":{"zones":[{"name":"id.server","class":"CH","serial":0,"type":"builtin"}]}}})"),
      seed(
          R"([{"account": "", "id": "one.test.", "kind": "Slave", "masters": ["127.0.0.1:9"], "name": "one.test.", )"
          R"("serial": 0},{"name":"b.","kind":"Slave","serial":4294967295},{"name":"n.","kind":"Native","serial":1}])"),
      seed(R"({"views":{"_default":{}}})"),
      seed("[]"),
  };
}

}  // namespace minidns::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = minidns::as_text({data, size});
  minidns::fuzz::check(minidns::pool::ZoneListFormat::Kind::bind, text);
  minidns::fuzz::check(minidns::pool::ZoneListFormat::Kind::powerdns, text);
  return 0;
}
