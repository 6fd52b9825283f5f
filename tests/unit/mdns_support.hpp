#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/wire/message.hpp"
#include "mdns/nameserver/request.hpp"
#include "mdns/peers.hpp"
#include "mdns/zone_index.hpp"
#include "storage/content_source.hpp"
#include "storage/zone_content.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace minidns::mdns::test {

/// Time stands still until a test moves it.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return WallTime(std::chrono::hours(500'000)) + passed_.load(); }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime(std::chrono::hours(1)) + passed_.load(); }
  void advance(std::chrono::milliseconds time) { passed_ = passed_.load() + time; }

 private:
  std::atomic<std::chrono::milliseconds> passed_{std::chrono::milliseconds(0)};
};

[[nodiscard]] dns::Name name(const std::string& text);
/// The `n`-th id; ids of different kinds may have the same number.
[[nodiscard]] Uuid uuid(std::uint8_t n);
[[nodiscard]] dns::RRset a_rrset(const std::string& owner, std::uint8_t last_octet = 1);
[[nodiscard]] dns::RRset ns_rrset(const std::string& owner);
[[nodiscard]] storage::ZoneHead head(std::uint8_t id, const std::string& zone, std::int64_t version,
                                     std::uint32_t serial, std::uint8_t pool = 1);

/// Keys `key-N.`, each for pool N, and `zone-N.`, each for zone N, with N from 1 to 3, `inside-1.` for pool 1 in view
/// 2; nameservers by choice.
[[nodiscard]] std::shared_ptr<const Peers> peers(std::vector<storage::StoredPeer> nameservers = {});
[[nodiscard]] storage::StoredPeer nameserver(std::uint8_t id, std::uint8_t pool, const std::string& address,
                                             bool allow_unsigned_soa);

/// A request as it leaves `receive`; `key` empty: unsigned.
[[nodiscard]] Request request(const std::string& qname, dns::RRType type, const std::string& key = {},
                              Transport transport = Transport::udp, const std::string& peer = "192.0.2.1");

/// Zones in memory, with all their versions; may be made to fail or to wait.
class FakeContent final : public storage::ZoneContent, public storage::ContentSource {
 public:
  struct State {
    storage::ZoneHead head;
    std::vector<dns::RRset> rrsets;                 ///< of every view, in canonical order, without the SOA
    std::map<ViewId, std::vector<dns::RRset>> own;  ///< of one view; they come after those
    [[nodiscard]] std::vector<dns::RRset> in(const ViewId& view) const;
  };

  void put(storage::ZoneHead zone_head, std::vector<dns::RRset> rrsets,
           std::map<ViewId, std::vector<dns::RRset>> own = {});
  void remove(const ZoneId& zone);
  void set_unavailable(bool unavailable) { unavailable_ = unavailable; }
  /// Called at the start of every read of a zone.
  void set_on_read(std::function<void()> on_read) { on_read_ = std::move(on_read); }
  /// What `read_index` says of the feed.
  void set_position(std::function<storage::FeedPosition()> position) { position_ = std::move(position); }
  /// What `deleted_of` says; all that it is asked for, unless this was called.
  void set_deleted(std::vector<ZoneId> zones);
  [[nodiscard]] int whole_reads() const { return whole_reads_; }
  [[nodiscard]] int steps() const { return steps_; }
  [[nodiscard]] int batches() const { return batches_; }

  [[nodiscard]] storage::ZoneContent& for_version(const ZoneId& /*zone*/, dns::Version /*at_least*/) override {
    return *this;
  }
  [[nodiscard]] storage::ZoneContent& primary() override { return *this; }

  storage::FeedPosition read_index(const OnHead& on_head, const OnCorrupt& on_corrupt) override;
  [[nodiscard]] bool read_zone(const ZoneId& zone, const ViewId& view, const OnHead& on_head,
                               const OnRRset& on_rrset) override;
  [[nodiscard]] Step read_step(const ZoneId& zone, const ViewId& view, dns::Version from,
                               std::size_t octets_max) override;
  [[nodiscard]] std::vector<Step> read_steps(const std::vector<StepRequest>& requests) override {
    ++batches_;
    return ZoneContent::read_steps(requests);
  }
  [[nodiscard]] std::optional<Difference> read_difference(const ZoneId& zone, const ViewId& view, dns::Serial from,
                                                          dns::Version to, std::size_t octets_max) override;
  [[nodiscard]] std::optional<storage::ZoneSigning> read_signing(const ZoneId& zone, dns::Version version) override;
  [[nodiscard]] std::vector<ZoneId> deleted_of(const std::vector<ZoneId>& zones) override;

 private:
  void begin_read();
  [[nodiscard]] std::optional<State> newest(const ZoneId& zone) const;

  std::mutex mutex_;  // guards what follows
  std::map<ZoneId, std::vector<State>> zones_;
  std::optional<std::vector<ZoneId>> deleted_;
  std::atomic<bool> unavailable_{false};
  std::function<void()> on_read_;
  std::function<storage::FeedPosition()> position_;
  std::atomic<int> whole_reads_{0};
  std::atomic<int> steps_{0};
  std::atomic<int> batches_{0};
};

}  // namespace minidns::mdns::test
