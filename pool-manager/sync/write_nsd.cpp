// NSD: settings and a pattern for nsd.conf, and its list of zones.
#include "pool-manager/drivers/nsd_text.hpp"
#include "pool-manager/sync/configuration.hpp"

namespace minidns::pool::sync {
namespace {

constexpr const char* server_text = R"(# In nsd.conf: include: "minidns.nsd.conf"
server:
  # Transfers at a time, and how many share a connection.
  xfrd-tcp-max: 128
  xfrd-tcp-pipeline: 128
  # Seconds between two reloads, each of which takes all zones that have come since into service. More while thousands
  # arrive costs less; 1 (the default) is right afterwards.
  xfrd-reload-timeout: 1
  # No database file: zones are kept in memory, and in a file each.
  database: ""
remote-control:
  control-enable: yes
)";

std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

class NsdWriter final : public ConfigurationWriter {
 public:
  NsdWriter(const ConfigurationSource& source, OutputFiles& out) : source_(source), out_(out) {}

  void begin() override {
    out_.begin("minidns.nsd.conf", "#", FileAccess::owner_only);
    out_.write(server_text);
    write_key(source_.transfer_key);
    if (source_.notify_key) {
      write_key(*source_.notify_key);
    }
    out_.write("pattern:\n  name: " + quoted(source_.nsd_pattern) + "\n  zonefile: \"%s.zone\"\n");
    for (const Primary& primary : source_.upstream.primaries) {
      write_primary(primary);
    }
    out_.begin("zone.list", "#");
    out_.write("# NSD zone list\n# name pattern\n");  // NSD looks for these lines
  }

  void add_zone(const dns::Name& zone) override {
    out_.write("add " + nsd_name(zone) + " " + source_.nsd_pattern + "\n");
  }

  void end() override { out_.finish(); }

 private:
  void write_key(const ConfiguredKey& key) {
    if (!key.secret) {
      out_.write("# Put the secret in, or run this with --with-keys.\n");
    }
    out_.write("key:\n  name: " + quoted(nsd_name(key.name)) + "\n  algorithm: " + key.algorithm +
               "\n  secret: " + quoted(key.secret_text()) + "\n");
  }

  void write_primary(const Primary& primary) {
    const std::string address = primary.address.to_string();
    const std::string key = nsd_name(source_.upstream.key);
    out_.write("  request-xfr: " + address + "@" + std::to_string(primary.port) + " " + key + "\n");
    // Each of these refuses what the others take.
    out_.write("  allow-notify: " + address + " NOKEY\n  allow-notify: " + address + " " + key + "\n");
    if (source_.notify_key) {
      out_.write("  allow-notify: " + address + " " + nsd_name(source_.notify_key->name) + "\n");
    }
  }

  const ConfigurationSource& source_;
  OutputFiles& out_;
};

}  // namespace

std::unique_ptr<ConfigurationWriter> make_nsd_writer(const ConfigurationSource& source, OutputFiles& out) {
  return std::make_unique<NsdWriter>(source, out);
}

}  // namespace minidns::pool::sync
