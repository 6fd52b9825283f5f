#include "tests/unit/store_support.hpp"

#include "dns/snapshot/chunk_codec.hpp"
#include "dns/snapshot/delta_codec.hpp"
#include "mdns/store/store_writer.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace minidns::mdns::test {
namespace {

dns::Name apex_of(std::uint32_t number) {
  return *dns::Name::from_text("Zone-" + std::to_string(number) + ".example.");
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string name = std::filesystem::temp_directory_path().string() + "/minidns-store-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("mkdtemp failed");
  }
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::filesystem::remove_all(path_);
}

ZoneId zone_id(std::uint32_t number) {
  std::array<std::uint8_t, 16> octets{};
  for (std::size_t i = 0; i < 4; ++i) {
    octets[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
  return ZoneId(Uuid(octets));
}

PoolId store_pool() {
  return PoolId(zone_id(77).uuid());
}

ChangingZone::ChangingZone(std::uint32_t number, std::size_t rrsets)
    : id_(zone_id(number)),
      random_(number, apex_of(number)),
      content_(random_.content(rrsets)),
      snapshot_(dns::test::build(content_, 1)) {}

void ChangingZone::change(std::size_t changes) {
  const auto next = random_.changed(content_, changes);
  auto delta = dns::test::naive_diff(content_, next, snapshot_->version().value());
  snapshot_ = *snapshot_->apply(delta);
  steps_.push_back(std::make_shared<const dns::Delta>(std::move(delta)));
  content_ = next;
}

storage::ZoneHead ChangingZone::head() const {
  const dns::RRset soa = snapshot_->soa();
  return {id_,
          snapshot_->apex(),
          store_pool(),
          snapshot_->version(),
          snapshot_->serial(),
          soa.ttl,
          with_serial(soa.rdata[0], dns::Serial(0))};
}

Bytes octets_of(const CachedZone& zone) {
  Bytes all;
  const auto append = [&](ByteView octets) { all.insert(all.end(), octets.begin(), octets.end()); };
  append(as_bytes(std::to_string(zone.snapshot->version().value())));
  for (const auto& node : zone.snapshot->tree().nodes()) {
    for (const auto& chunk : node->chunks()) {
      append(dns::store_chunk(*chunk));
    }
  }
  for (const DeltaPointer& step : zone.steps) {
    append(dns::store_delta(*step));
  }
  return all;
}

void put(store::StoreFile& file, const std::vector<ChangingZone>& zones) {
  store::StoreWriter writer(file);
  for (const ChangingZone& zone : zones) {
    writer.put(zone.key(), zone.head(), zone.cached());
  }
  writer.commit();
}

}  // namespace minidns::mdns::test
