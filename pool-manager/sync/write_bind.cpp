// named.conf: TSIG key, settings, zones.
#include "pool-manager/drivers/bind.hpp"
#include "pool-manager/sync/configuration.hpp"

namespace minidns::pool::sync {
namespace {

constexpr const char* options_text = R"(// Inside named.conf's options: options { …; include "minidns.options"; };
serial-query-rate 1000;  // SOA questions per second; with the default of 20, 10,000 zones take 8 minutes to be asked for
transfers-in 100;        // at a time; the default is 10
transfers-per-ns 100;    // from one primary; the default of 2 is what a new server waits for longest
notify no;               // a secondary would send NOTIFY for every zone that it loads
allow-new-zones yes;     // zones come and go by rndc
lmdb-mapsize 512m;       // of the list of added zones; the default of 32m holds about 100,000
)";

std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

class BindWriter final : public ConfigurationWriter {
 public:
  BindWriter(ConfigurationKind kind, const ConfigurationSource& source, OutputFiles& out)
      : kind_(kind), source_(source), out_(out) {}

  void begin() override {
    write_keys();
    out_.begin("minidns.options", "//");
    out_.write(options_text);
    if (kind_ == ConfigurationKind::bind_catalog) {
      write_catalog();
      return;
    }
    if (kind_ == ConfigurationKind::bind) {
      out_.begin("minidns.zones", "//");
      out_.write(
          "// In named.conf: include \"minidns.zones\";\n"
          "// rndc can neither change nor remove these: for a nameserver with driver bind use bind-nzf.\n");
      return;
    }
    out_.begin(source_.bind_view + ".nzf", "#");
    out_.write("# New Zone File for view: " + source_.bind_view +
               ": into named's working folder before it is started for the first time; it makes its own of it\n");
  }

  void add_zone(const dns::Name& zone) override {
    const std::string file = quoted(source_.bind_zone_folder + bind_zone_file(zone));
    out_.write("zone " + quoted(zone.to_text()) + " { type secondary; file " + file + "; primaries " + primaries() +
               "; };\n");
  }

  void end() override { out_.finish(); }

 private:
  void write_keys() {
    out_.begin("minidns.keys", "//", FileAccess::owner_only);
    out_.write("// In named.conf: include \"minidns.keys\";\n");
    write_key(source_.transfer_key);
    if (source_.notify_key) {
      write_key(*source_.notify_key);
    }
  }

  void write_key(const ConfiguredKey& key) {
    if (!key.secret) {
      out_.write("// Put the secret in, or run this with --with-keys.\n");
    }
    out_.write("key " + quoted(key.name.to_text()) + " { algorithm " + key.algorithm + "; secret " +
               quoted(key.secret_text()) + "; };\n");
  }

  void write_catalog() {
    const std::string catalog = quoted(source_.catalog->to_text());
    const std::string folder = source_.bind_zone_folder;
    out_.write("catalog-zones { zone " + catalog + " default-primaries " + primaries() +
               (folder.empty() ? "" : " zone-directory " + quoted(folder)) + " min-update-interval 1; };\n");
    out_.begin("minidns.zones", "//");
    out_.write("// In named.conf: include \"minidns.zones\"; the catalog makes all other zones.\n");
    add_zone(*source_.catalog);
  }

  [[nodiscard]] std::string primaries() const {
    std::string block = "{ ";
    for (const Primary& primary : source_.upstream.primaries) {
      block += primary.address.to_string() + " port " + std::to_string(primary.port) + " key " +
               quoted(source_.upstream.key.to_text()) + "; ";
    }
    return block + "}";
  }

  ConfigurationKind kind_;
  const ConfigurationSource& source_;
  OutputFiles& out_;
};

}  // namespace

std::unique_ptr<ConfigurationWriter> make_bind_writer(ConfigurationKind kind, const ConfigurationSource& source,
                                                      OutputFiles& out) {
  return std::make_unique<BindWriter>(kind, source, out);
}

}  // namespace minidns::pool::sync
