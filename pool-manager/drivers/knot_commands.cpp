#include "pool-manager/drivers/knot_commands.hpp"

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "pool-manager/drivers/failure.hpp"
#include "pool-manager/drivers/zone_list.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace minidns::pool {
namespace {

KnotCommand set(std::string_view section, std::string id, std::string_view item = {}, std::string data = {}) {
  return {.name = "conf-set",
          .section = std::string(section),
          .item = std::string(item),
          .id = std::move(id),
          .data = std::move(data)};
}

KnotCommand unset_item(const dns::Name& zone, std::string_view item) {
  return {.name = "conf-unset", .section = "zone", .item = std::string(item), .id = knot_name(zone)};
}

/// An id that says what kind it is and follows from what is in it. 16 digits: there are a few in a database.
std::string id_of(std::string_view kind, std::string_view content) {
  constexpr std::size_t digits = 16;
  return "minidns-" + std::string(kind) + "-" + to_hex(sha256(as_bytes(content))).substr(0, digits);
}

std::string address_of(const Primary& primary) {
  return primary.address.to_string() + "@" + std::to_string(primary.port);
}

std::string remote_id(const Primary& primary, const Upstream& upstream) {
  return id_of("remote", address_of(primary) + " " + knot_name(upstream.key));
}

/// Primaries' addresses, each once: NOTIFY comes from any port.
std::vector<std::string> addresses_of(const Upstream& upstream) {
  std::vector<std::string> addresses;
  for (const Primary& primary : upstream.primaries) {
    addresses.push_back(primary.address.to_string());
  }
  std::ranges::sort(addresses);
  const auto repeated = std::ranges::unique(addresses);
  addresses.erase(repeated.begin(), repeated.end());
  return addresses;
}

/// Keys that a NOTIFY may be signed with.
std::vector<std::string> keys_of(const Upstream& upstream, const KnotSettings& settings) {
  std::vector<std::string> keys{knot_name(upstream.key)};
  if (settings.notify_key && settings.notify_key->name != upstream.key) {
    keys.push_back(knot_name(settings.notify_key->name));
  }
  return keys;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += word + " ";
  }
  return text;
}

struct AclIds {
  std::string unsigned_notify;
  std::string signed_notify;
};

AclIds acl_ids(const Upstream& upstream, const KnotSettings& settings) {
  const std::string addresses = joined(addresses_of(upstream));
  return {id_of("notify", addresses), id_of("signed-notify", addresses + "/" + joined(keys_of(upstream, settings)))};
}

void append_acl(std::vector<KnotCommand>& commands, const std::string& id, const Upstream& upstream,
                const std::vector<std::string>& keys) {
  commands.push_back(set("acl", id));
  commands.push_back(set("acl", id, "action", "notify"));
  for (const std::string& address : addresses_of(upstream)) {
    commands.push_back(set("acl", id, "address", address));
  }
  for (const std::string& key : keys) {
    commands.push_back(set("acl", id, "key", key));
  }
}

DriverError bad_list(std::string_view why) {
  return {DriverErrc::protocol, "knotd's zone list: " + std::string(why)};
}

/// `-`: not loaded; newer versions say it in words.
DriverResult<std::optional<dns::Serial>> serial_of(const std::string& text) {
  if (text == "-" || text == "none") {
    return std::optional<dns::Serial>();
  }
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return bad_list("a serial is " + quote(text));
  }
  return std::optional(dns::Serial(number));
}

}  // namespace

std::string knot_name(const dns::Name& name) {
  return name.lowercased().to_text();
}

KnotCommand knot_new_zone(const dns::Name& zone) {
  return set("zone", knot_name(zone));
}

KnotCommand knot_look_at_zone(const dns::Name& zone) {
  return {.name = "conf-get", .section = "zone", .id = knot_name(zone)};
}

KnotCommand knot_remove_zone(const dns::Name& zone) {
  return {.name = "conf-unset", .section = "zone", .id = knot_name(zone)};
}

KnotCommand knot_purge_zone(const dns::Name& zone) {
  return {.name = "zone-purge", .flags = "F", .zone = knot_name(zone), .filter = "o"};
}

KnotCommand knot_list_zones() {
  return {.name = "zone-status", .filter = "rs"};
}

KnotCommand knot_zone_command(std::string_view name, const dns::Name& zone) {
  return {.name = std::string(name), .zone = knot_name(zone)};
}

KnotCommand knot_read_key(const dns::Name& key) {
  return {.name = "conf-read", .section = "key", .id = knot_name(key)};
}

std::vector<KnotCommand> knot_upstream_commands(const Upstream& upstream, const KnotSettings& settings) {
  std::vector<KnotCommand> commands;
  for (const std::string& key : keys_of(upstream, settings)) {
    commands.push_back({.name = "conf-get", .section = "key", .id = key});
  }
  for (const Primary& primary : upstream.primaries) {
    const std::string id = remote_id(primary, upstream);
    commands.push_back(set("remote", id));
    commands.push_back(set("remote", id, "address", address_of(primary)));
    commands.push_back(set("remote", id, "key", knot_name(upstream.key)));
  }
  const AclIds acls = acl_ids(upstream, settings);
  append_acl(commands, acls.unsigned_notify, upstream, {});
  append_acl(commands, acls.signed_notify, upstream, keys_of(upstream, settings));
  return commands;
}

void append_knot_zone_settings(std::vector<KnotCommand>& commands, const dns::Name& zone, const Upstream& upstream,
                               const KnotSettings& settings, bool anew) {
  const std::string id = knot_name(zone);
  if (anew) {
    commands.push_back(unset_item(zone, "master"));
    commands.push_back(unset_item(zone, "acl"));
  }
  commands.push_back(set("zone", id, "template", settings.zone_template));
  for (const Primary& primary : upstream.primaries) {
    commands.push_back(set("zone", id, "master", remote_id(primary, upstream)));
  }
  const AclIds acls = acl_ids(upstream, settings);
  commands.push_back(set("zone", id, "acl", acls.unsigned_notify));
  commands.push_back(set("zone", id, "acl", acls.signed_notify));
  if (!settings.acl.empty()) {
    commands.push_back(set("zone", id, "acl", settings.acl));
  }
}

bool is_knot_absence(const KnotUnit& error) {
  return error.error == "not exists" && error.data.empty();
}

std::vector<KnotCommand> knot_key_commands(const tsig::Key& key) {
  const std::string id = knot_name(key.name);
  std::vector<KnotCommand> commands;
  commands.push_back(set("key", id));
  commands.push_back(set("key", id, "algorithm", std::string(tsig::to_text(key.algorithm))));
  commands.push_back(set("key", id, "secret", to_base64(key.secret.reveal())));
  return commands;
}

bool is_knot_key(const KnotAnswer& answer, const tsig::Key& key) {
  bool same_algorithm = false;
  bool same_secret = false;
  for (const KnotUnit& unit : answer.units) {
    same_algorithm |= unit.item == "algorithm" && unit.data == tsig::to_text(key.algorithm);
    same_secret |= unit.item == "secret" && unit.data == to_base64(key.secret.reveal());
  }
  return same_algorithm && same_secret;
}

std::optional<DriverError> KnotListReader::add(const KnotUnit& unit) {
  if (!unit.error.empty() || unit.zone.empty()) {
    return bad_list(unit.error.empty() ? "a unit without a zone" : quote(unit.error));
  }
  if (unit.zone != current_) {
    current_ = unit.zone;
    is_secondary_ = false;
  }
  if (unit.type == "role") {
    // `secondary` isn't said by 3.2.
    is_secondary_ = unit.data == "slave" || unit.data == "secondary";
    return std::nullopt;
  }
  if (unit.type != "serial" || !is_secondary_) {
    return std::nullopt;
  }
  const auto name = dns::Name::from_text(unit.zone);
  if (!name) {
    return bad_list("no name: " + quote(unit.zone));
  }
  const auto serial = serial_of(unit.data);
  if (!serial) {
    return serial.error();
  }
  if (zones_.size() == ZoneListParser::zones_max) {
    return bad_list("more zones than anybody has");
  }
  zones_.push_back({*name, *serial});
  return std::nullopt;
}

DriverResult<std::vector<ListedZone>> KnotListReader::finish() && {
  return in_canonical_order(std::move(zones_));
}

}  // namespace minidns::pool
