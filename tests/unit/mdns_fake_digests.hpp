#pragma once

#include "storage/postgres/errors.hpp"
#include "storage/version_digests.hpp"

#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace minidns::mdns::test {

/// The table that instances share.
struct DigestTable {
  using Key = std::tuple<ZoneId, dns::Version, ViewId, std::array<std::uint8_t, 4>>;
  std::map<Key, storage::VersionDigest> stored;
  std::vector<storage::VersionDigest> reports;
  bool unavailable = false;
  bool is_stopped = false;
};

class FakeDigests final : public storage::VersionDigests {
 public:
  explicit FakeDigests(DigestTable& table) : table_(table) {}

  [[nodiscard]] std::optional<Stored> agree(const storage::VersionDigest& ours) override {
    if (table_.unavailable) throw storage::postgres::Unavailable("away");
    const std::tuple key{ours.zone, ours.version, ours.view, ours.key_id};
    if (table_.is_stopped && !table_.stored.contains(key)) return Stored{Stored::Kind::none, {}, ours.instance, {}};
    const auto [found, is_new] = table_.stored.try_emplace(key, ours);
    return Stored{is_new ? Stored::Kind::ours : Stored::Kind::others, found->second.digest, found->second.instance,
                  found->second.build};
  }
  [[nodiscard]] std::vector<std::optional<storage::DigestOctets>> find(
      const ZoneId& zone, const ViewId& view, const std::array<std::uint8_t, 4>& key_id,
      const std::vector<dns::Version>& versions) override {
    if (table_.unavailable) throw storage::postgres::Unavailable("away");
    std::vector<std::optional<storage::DigestOctets>> found;
    for (const dns::Version version : versions) {
      const auto stored = table_.stored.find({zone, version, view, key_id});
      found.push_back(stored == table_.stored.end() ? std::nullopt : std::optional(stored->second.digest));
    }
    return found;
  }
  void report(const storage::VersionDigest& ours) override { table_.reports.push_back(ours); }

 private:
  DigestTable& table_;
};

}  // namespace minidns::mdns::test
