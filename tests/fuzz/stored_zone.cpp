// read_chunk and read_delta on anything: what they take can be decoded, and stored again it is the same octets.

#include "dns/snapshot/chunk_codec.hpp"
#include "dns/snapshot/delta_codec.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/unit/snapshot_support.hpp"

#include <algorithm>

namespace minidns::fuzz {
namespace {

const dns::Name& apex() {
  static const dns::Name name = *dns::Name::from_text("example.org.");
  return name;
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  dns::test::RandomZone random(1, apex());
  for (std::size_t size : {1U, 2U, 6U, 30U}) {
    const auto content = random.content(size);
    const auto next = random.changed(content, 3);
    const auto snapshot = dns::test::build(content);
    for (const auto& node : snapshot->tree().nodes()) {
      for (const auto& chunk : node->chunks()) {
        all.push_back(dns::store_chunk(*chunk));
      }
    }
    all.push_back(dns::store_delta(dns::test::naive_diff(content, next, 1)));
  }
  // Mutations of large inputs mostly change what nobody looks at.
  std::erase_if(all, [](const Bytes& seed) { return seed.size() > 4096; });
  return all;
}

}  // namespace minidns::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace minidns;
  const ByteView input(data, size);
  if (const auto chunk = dns::read_chunk(input, fuzz::apex())) {
    std::size_t records = 0;
    for (std::size_t i = 0; i < (*chunk)->rrset_count(); ++i) {
      const dns::RRset rrset = (*chunk)->rrset(i);
      fuzz::require(rrset.owner.is_at_or_below(fuzz::apex()), "owners are in the zone");
      records += rrset.rdata.size();
    }
    fuzz::require(records == (*chunk)->record_count(), "the record count is right");
    fuzz::require(std::ranges::equal(dns::store_chunk(**chunk), input), "a chunk has one stored form");
    if ((*chunk)->first_type() == dns::RRType::soa) {
      const auto snapshot = dns::assemble_snapshot(fuzz::apex(), dns::Version(1), {*chunk});
      fuzz::require(snapshot && (*snapshot)->soa().rdata.size() == 1, "a chunk with a SOA is a zone");
    }
  }
  if (const auto delta = dns::read_delta(input, fuzz::apex())) {
    fuzz::require(dns::store_delta(*delta).size() == input.size(), "a difference is stored in as many octets");
  }
  return 0;
}
