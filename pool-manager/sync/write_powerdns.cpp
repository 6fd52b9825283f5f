// PowerDNS: settings, and its zones as rows of the generic SQL backends.
#include "pool-manager/sync/configuration.hpp"

#include <algorithm>

namespace minidns::pool::sync {
namespace {

constexpr const char* settings_text = R"(# Include it with `include-dir`, or copy it into pdns.conf.
secondary=yes
# Transfers at a time. SQLite has one writer: more threads than 2 are slower (10,000 zones take twice as long with 8).
# With PostgreSQL, MySQL or LMDB set 16: a commit waits for the disk, and others go on meanwhile.
retrieval-threads=2
# A zone of more octets is never transferred; the default of 100 is about 500,000 signed records.
xfr-max-received-mbytes=1000
# Without it every commit of a transfer waits for the disk. After a loss of power the database may be damaged: it is
# made anew from the primaries then. Take it out once all zones are there, if you would rather wait.
gsqlite3-pragma-synchronous=0
# PowerDNS asks about a zone whose first question was lost in the next cycle; the default is 60. Once all are there, put
# it back: a cycle reads the whole list.
xfr-cycle-interval=15
# How long a zone that came behind PowerDNS's back stays unknown, and how long "no such zone" is remembered.
zone-cache-refresh-interval=60
negquery-cache-ttl=10
query-cache-ttl=20
cache-ttl=20
)";

/// Zones per INSERT: the longest takes some 100 KB, far below what servers take.
constexpr std::size_t rows_per_statement = 500;

/// As PowerDNS writes names into its database: lower case, without a dot at the end, `\DDD` for what is not printable.
std::string powerdns_name(const dns::Name& name) {
  if (name.is_root()) {
    return ".";
  }
  std::string text;
  const auto lower = name.lowercased();
  const ByteView wire = lower.wire();
  for (std::size_t at = 0; wire[at] != 0; at += wire[at] + std::size_t{1}) {
    if (at != 0) {
      text += '.';
    }
    for (const std::uint8_t octet : wire.subspan(at + 1, wire[at])) {
      if (octet == '.' || octet == '\\') {
        text += {'\\', static_cast<char>(octet)};
      } else if (octet > ' ' && octet < 127) {
        text += static_cast<char>(octet);
      } else {
        const std::string digits = std::to_string(octet);
        text += '\\' + std::string(3 - digits.size(), '0') + digits;
      }
    }
  }
  return text;
}

class PowerdnsWriter final : public ConfigurationWriter {
 public:
  PowerdnsWriter(ConfigurationKind kind, const ConfigurationSource& source, OutputFiles& out)
      : is_mysql_(kind == ConfigurationKind::powerdns_mysql), source_(source), out_(out) {
    for (const Primary& primary : source_.upstream.primaries) {
      const std::string address = primary.address.to_string();
      masters_ += (masters_.empty() ? "" : ",") + (primary.address.is_v6() ? "[" + address + "]" : address) + ":" +
                  std::to_string(primary.port);
    }
  }

  void begin() override {
    out_.begin("minidns.pdns.conf", "#");
    out_.write(settings_text);
    out_.begin("minidns.sql", "--", FileAccess::owner_only);
    out_.write("-- Into the empty database, after PowerDNS's own schema. It may be run again.\n");
    out_.write(is_mysql_ ? "START TRANSACTION;\n" : "BEGIN;\n");
    write_key(source_.transfer_key);
    if (source_.notify_key) {
      write_key(*source_.notify_key);
    }
  }

  void add_zone(const dns::Name& zone) override {
    out_.write(rows_ == 0 ? insert() + "INTO domains (name, master, type) VALUES\n" : std::string(",\n"));
    // 4.7 takes SECONDARY as well; older ones don't.
    out_.write("(" + quoted(powerdns_name(zone)) + ", " + quoted(masters_) + ", 'SLAVE')");
    if (++rows_ == rows_per_statement) {
      end_statement();
    }
  }

  void end() override {
    if (rows_ > 0) {
      end_statement();
    }
    out_.write(
        "-- Which key its requests are signed with.\n"
        "INSERT INTO domainmetadata (domain_id, kind, content)\n"
        "SELECT d.id, 'AXFR-MASTER-TSIG', " +
        quoted(powerdns_name(source_.upstream.key)) +
        " FROM domains d WHERE d.type = 'SLAVE' AND d.master = " + quoted(masters_) +
        "\n  AND NOT EXISTS (SELECT 1 FROM domainmetadata m WHERE m.domain_id = d.id AND m.kind = "
        "'AXFR-MASTER-TSIG');\nCOMMIT;\n");
    out_.finish();
  }

 private:
  void write_key(const ConfiguredKey& key) {
    if (!key.secret) {
      out_.write("-- Put the secret in, or run this with --with-keys.\n");
    }
    out_.write(insert() + "INTO tsigkeys (name, algorithm, secret) VALUES (" + quoted(powerdns_name(key.name)) + ", " +
               quoted(key.algorithm) + ", " + quoted(key.secret_text()) + ")" + ending());
  }

  void end_statement() {
    out_.write(ending());
    rows_ = 0;
  }

  [[nodiscard]] std::string insert() const { return is_mysql_ ? "INSERT IGNORE " : "INSERT "; }
  [[nodiscard]] std::string ending() const { return is_mysql_ ? ";\n" : "\nON CONFLICT DO NOTHING;\n"; }

  /// A string constant. MySQL takes backslashes for escapes, the others don't.
  [[nodiscard]] std::string quoted(const std::string& text) const {
    std::string constant = "'";
    for (const char c : text) {
      if (c == '\'' || (is_mysql_ && c == '\\')) {
        constant += c;
      }
      constant += c;
    }
    return constant + "'";
  }

  bool is_mysql_;
  const ConfigurationSource& source_;
  OutputFiles& out_;
  std::string masters_;
  std::size_t rows_ = 0;  ///< of the present statement
};

}  // namespace

std::unique_ptr<ConfigurationWriter> make_powerdns_writer(ConfigurationKind kind, const ConfigurationSource& source,
                                                          OutputFiles& out) {
  return std::make_unique<PowerdnsWriter>(kind, source, out);
}

}  // namespace minidns::pool::sync
