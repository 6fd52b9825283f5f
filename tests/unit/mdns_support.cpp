#include "tests/unit/mdns_support.hpp"

#include "base/log.hpp"
#include "base/secret_box.hpp"
#include "dns/snapshot/builder.hpp"
#include "dns/snapshot/diff.hpp"
#include "dns/wire/request.hpp"
#include "storage/postgres/errors.hpp"

#include <algorithm>
#include <stdexcept>

namespace minidns::mdns::test {

dns::Name name(const std::string& text) {
  return dns::Name::from_text(text).value();
}

Uuid uuid(std::uint8_t n) {
  std::array<std::uint8_t, 16> octets{};
  octets[15] = n;
  return Uuid(octets);
}

dns::RRset a_rrset(const std::string& owner, std::uint8_t last_octet) {
  return {name(owner),
          dns::RRType::a,
          dns::Ttl::from_wire(300),
          {dns::Rdata::from_octets({192, 0, 2, last_octet}).value()}};
}

dns::RRset ns_rrset(const std::string& owner) {
  const dns::Name target = name("ns.example.net.");
  const auto wire = target.wire();
  return {name(owner),
          dns::RRType::ns,
          dns::Ttl::from_wire(300),
          {dns::Rdata::from_octets(Bytes(wire.begin(), wire.end())).value()}};
}

storage::ZoneHead head(std::uint8_t id, const std::string& zone, std::int64_t version, std::uint32_t serial,
                       std::uint8_t pool) {
  const dns::Soa soa{name("ns.example.net."), name("hostmaster.example.net."), dns::Serial(0), 3600, 600, 604800, 300};
  return {ZoneId(uuid(id)),         name(zone),    PoolId(uuid(pool)), dns::Version(version), dns::Serial(serial),
          dns::Ttl::from_wire(300), soa.to_rdata()};
}

std::shared_ptr<const Peers> peers(std::vector<storage::StoredPeer> nameservers) {
  const auto box = *SecretBox::create(Secret(Bytes(32, 7)));
  storage::TransferPeers stored{{}, std::move(nameservers)};
  for (std::uint8_t n = 1; n <= 3; ++n) {
    const TsigKeyId pool_key(uuid(n));
    const TsigKeyId zone_key(uuid(static_cast<std::uint8_t>(100 + n)));
    stored.keys.push_back({pool_key, "key-" + std::to_string(n) + ".", "hmac-sha256",
                           box.seal(Secret(Bytes(32, n)), "tsig-key:" + pool_key.to_string()), PoolId(uuid(n))});
    stored.keys.push_back({zone_key, "zone-" + std::to_string(n) + ".", "hmac-sha256",
                           box.seal(Secret(Bytes(32, n)), "tsig-key:" + zone_key.to_string()), ZoneId(uuid(n))});
  }
  const TsigKeyId inside_key(uuid(201));
  stored.keys.push_back({inside_key, "inside-1.", "hmac-sha256",
                         box.seal(Secret(Bytes(32, 9)), "tsig-key:" + inside_key.to_string()), PoolId(uuid(1)),
                         ViewId(2)});
  const Logger log("test", LogLevel::error, 2);
  return make_peers(stored, box, log);
}

storage::StoredPeer nameserver(std::uint8_t id, std::uint8_t pool, const std::string& address,
                               bool allow_unsigned_soa) {
  return {NameserverId(uuid(id)),
          PoolId(uuid(pool)),
          "ns-" + std::to_string(id),
          address,
          53,
          storage::StoredPeer::State::in_service,
          std::nullopt,
          allow_unsigned_soa};
}

Request request(const std::string& qname, dns::RRType type, const std::string& key, Transport transport,
                const std::string& peer) {
  auto message = dns::parse_message(dns::make_query(7, name(qname), type)).value();
  Request made{std::move(message), {boost::asio::ip::make_address(peer), transport}, std::nullopt};
  if (!key.empty()) {
    const auto known = peers();
    const auto* scoped = known->find_key(name(key));
    made.verified = tsig::Verified{scoped->key, Bytes(32)};
  }
  return made;
}

std::vector<dns::RRset> FakeContent::State::in(const ViewId& view) const {
  std::vector<dns::RRset> all = rrsets;
  if (const auto found = own.find(view); found != own.end()) {
    all.insert(all.end(), found->second.begin(), found->second.end());
  }
  return all;
}

void FakeContent::put(storage::ZoneHead zone_head, std::vector<dns::RRset> rrsets,
                      std::map<ViewId, std::vector<dns::RRset>> own) {
  const std::lock_guard lock(mutex_);
  zones_[zone_head.id].push_back({zone_head, std::move(rrsets), std::move(own)});
}

void FakeContent::remove(const ZoneId& zone) {
  const std::lock_guard lock(mutex_);
  zones_.erase(zone);
}

void FakeContent::begin_read() {
  if (on_read_) {
    on_read_();
  }
  if (unavailable_) {
    throw storage::postgres::Unavailable("told so");
  }
}

std::optional<FakeContent::State> FakeContent::newest(const ZoneId& zone) const {
  const auto found = zones_.find(zone);
  return found == zones_.end() ? std::nullopt : std::optional(found->second.back());
}

storage::FeedPosition FakeContent::read_index(const OnHead& on_head, const OnCorrupt&) {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, states] : zones_) {
    on_head(states.back().head);
  }
  return position_ ? position_() : storage::FeedPosition{};
}

bool FakeContent::read_zone(const ZoneId& zone, const ViewId& view, const OnHead& on_head, const OnRRset& on_rrset) {
  begin_read();
  ++whole_reads_;
  std::unique_lock lock(mutex_);
  const auto state = newest(zone);
  lock.unlock();
  if (!state) {
    return false;
  }
  on_head(state->head);
  for (const auto& rrset : state->in(view)) {
    on_rrset(rrset);
  }
  return true;
}

namespace {

std::shared_ptr<const dns::ZoneSnapshot> snapshot_of(const FakeContent::State& state, const ViewId& view) {
  dns::SnapshotBuilder builder(state.head.name);
  for (const auto& rrset : state.in(view)) {
    if (!builder.add(rrset)) {
      throw std::logic_error("test data out of order");
    }
  }
  return std::move(builder).finish(state.head.version, state.head.soa_rrset()).value();
}

}  // namespace

storage::ZoneContent::Step FakeContent::read_step(const ZoneId& zone, const ViewId& view, dns::Version from,
                                                  std::size_t octets_max) {
  begin_read();
  ++steps_;
  const std::lock_guard lock(mutex_);
  const auto found = zones_.find(zone);
  if (found == zones_.end()) {
    return {Step::Kind::gone, std::nullopt, std::nullopt};
  }
  const State& last = found->second.back();
  for (const State& state : found->second) {
    if (state.head.version == from) {
      if (&state == &last) {
        return {Step::Kind::unchanged, last.head, std::nullopt};
      }
      auto delta = dns::diff(*snapshot_of(state, view), *snapshot_of(last, view));
      const auto before = state.head.signing ? std::optional(state.head.signing->stamp) : std::nullopt;
      if (delta.changes.size() * 100 > octets_max) {
        return {Step::Kind::too_large, last.head, std::nullopt, before};
      }
      return {Step::Kind::forward, last.head, std::move(delta), before};
    }
  }
  return {Step::Kind::no_path, last.head, std::nullopt};
}

std::optional<storage::ZoneContent::Difference> FakeContent::read_difference(const ZoneId& zone, const ViewId& view,
                                                                             dns::Serial from, dns::Version to,
                                                                             std::size_t /*octets_max*/) {
  begin_read();
  const std::lock_guard lock(mutex_);
  const auto found = zones_.find(zone);
  if (found == zones_.end()) {
    return std::nullopt;
  }
  const State* start = nullptr;
  for (const State& state : found->second) {
    if (state.head.serial == from) {
      start = &state;
    }
    if (state.head.version == to && start != nullptr) {
      return Difference{dns::diff(*snapshot_of(*start, view), *snapshot_of(state, view)), start->head.signing,
                        state.head.signing};
    }
  }
  return std::nullopt;
}

std::optional<storage::ZoneSigning> FakeContent::read_signing(const ZoneId& zone, dns::Version version) {
  const std::lock_guard lock(mutex_);
  const auto versions = zones_.find(zone);
  if (versions == zones_.end()) {
    return std::nullopt;
  }
  const auto found =
      std::ranges::find(versions->second, version, [](const State& state) { return state.head.version; });
  return found == versions->second.end() ? std::nullopt : found->head.signing;
}

std::vector<ZoneId> FakeContent::deleted_of(const std::vector<ZoneId>& zones) {
  const std::lock_guard lock(mutex_);
  return deleted_.value_or(zones);
}

void FakeContent::set_deleted(std::vector<ZoneId> zones) {
  const std::lock_guard lock(mutex_);
  deleted_ = std::move(zones);
}

}  // namespace minidns::mdns::test
