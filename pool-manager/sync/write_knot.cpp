// knot.conf. Remotes and ACLs are those that the driver makes, so that it finds them there.
#include "pool-manager/drivers/knot_commands.hpp"
#include "pool-manager/sync/configuration.hpp"

#include <map>
#include <vector>

namespace minidns::pool::sync {
namespace {

constexpr const char* head_text = R"(# Make it the configuration database, which the driver needs, and start from that:
#   knotc -C /var/lib/knot/confdb conf-import knot.conf && knotd -C /var/lib/knot/confdb
)";
constexpr const char* template_text = R"(    # No file for each zone: the journal holds the content over a restart.
    zonefile-sync: -1
    zonefile-load: none
    journal-content: all
    # Content was checked where it was written.
    semantic-checks: off
)";

/// In quotes, as YAML takes every text without control characters; those are escaped in names already.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out + "\"";
}

std::string list_of(const std::vector<std::string>& values) {
  std::string text = "[";
  for (const std::string& value : values) {
    text += (text.size() == 1 ? "" : ", ") + quoted(value);
  }
  return text + "]";
}

class KnotWriter final : public ConfigurationWriter {
 public:
  KnotWriter(ConfigurationKind kind, const ConfigurationSource& source, OutputFiles& out)
      : kind_(kind), source_(source), out_(out), settings_{.control_socket = "/run/knot/knot.sock"} {
    settings_.zone_template = source.knot_template;
    settings_.acl = source.knot_acl;
    if (source.notify_key) {
      settings_.notify_key = tsig::Key{source.notify_key->name, tsig::Algorithm::hmac_sha256, Secret(Bytes{0})};
    }
  }

  void begin() override {
    out_.begin("knot.conf", "#", FileAccess::owner_only);
    out_.write(head_text);
    out_.write("server:\n  listen: " + quoted(source_.address + "@" + std::to_string(source_.port)) +
               "\n  # Transfers at a time; the default is the number of processors, at most 10.\n"
               "  background-workers: 10\n"
               "  # Connections to a primary are kept and used for many zones.\n  remote-pool-limit: 10\n");
    write_keys();
    write_upstream();
    write_template();
    write_zones();
  }

  void add_zone(const dns::Name& zone) override { write_zone(zone, zone_lines()); }

  void end() override { out_.finish(); }

 private:
  void write_keys() {
    out_.write("key:\n");
    write_key(source_.transfer_key);
    if (source_.notify_key) {
      write_key(*source_.notify_key);
    }
  }

  void write_key(const ConfiguredKey& key) {
    if (!key.secret) {
      out_.write("  # Put the secret in, or run this with --with-keys.\n");
    }
    out_.write("  - id: " + quoted(knot_name(key.name)) + "\n    algorithm: " + key.algorithm +
               "\n    secret: " + quoted(key.secret_text()) + "\n");
  }

  /// Remotes and ACLs, from the driver's own commands.
  void write_upstream() {
    std::string section, id, item;
    std::vector<std::string> values;
    const auto end_item = [&] {
      if (!item.empty()) {
        out_.write("    " + item + ": " + (values.size() == 1 ? quoted(values.front()) : list_of(values)) + "\n");
      }
      item.clear();
      values.clear();
    };
    for (const KnotCommand& command : knot_upstream_commands(source_.upstream, settings_)) {
      if (command.name != "conf-set") {
        continue;  // a look at a key
      }
      if (command.section != section) {
        end_item();
        section = command.section;
        out_.write(section + ":\n");
      }
      if (command.item.empty()) {
        end_item();
        id = command.id;
        out_.write("  - id: " + quoted(id) + "\n");
        continue;
      }
      if (command.item != item) {
        end_item();
        item = command.item;
      }
      values.push_back(command.data);
    }
    end_item();
  }

  void write_template() {
    out_.write("template:\n  - id: " + quoted(source_.knot_template) + "\n");
    out_.write(template_text);
    if (kind_ == ConfigurationKind::knot_catalog) {
      out_.write(zone_lines());
    }
  }

  void write_zones() {
    out_.write("zone:\n");
    if (kind_ == ConfigurationKind::knot_catalog) {
      write_zone(*source_.catalog,
                 "    catalog-role: interpret\n    catalog-template: " + quoted(source_.knot_template) + "\n");
    }
  }

  void write_zone(const dns::Name& zone, const std::string& lines) {
    out_.write("  - domain: " + quoted(knot_name(zone)) + "\n    template: " + quoted(source_.knot_template) + "\n" +
               lines);
  }

  /// Primaries and ACLs of a zone, from the driver's own commands; the same for all.
  [[nodiscard]] std::string zone_lines() {
    if (!zone_lines_.empty()) {
      return zone_lines_;
    }
    std::vector<KnotCommand> commands;
    append_knot_zone_settings(commands, dns::Name::root(), source_.upstream, settings_, false);
    std::map<std::string, std::vector<std::string>> items;
    for (const KnotCommand& command : commands) {
      items[command.item].push_back(command.data);
    }
    zone_lines_ = "    master: " + list_of(items["master"]) + "\n    acl: " + list_of(items["acl"]) + "\n";
    return zone_lines_;
  }

  ConfigurationKind kind_;
  const ConfigurationSource& source_;
  OutputFiles& out_;
  KnotSettings settings_;
  std::string zone_lines_;
};

}  // namespace

std::unique_ptr<ConfigurationWriter> make_knot_writer(ConfigurationKind kind, const ConfigurationSource& source,
                                                      OutputFiles& out) {
  return std::make_unique<KnotWriter>(kind, source, out);
}

}  // namespace minidns::pool::sync
