#pragma once

#include "base/result.hpp"
#include "base/secret_store.hpp"
#include "dns/name.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/sync/output_files.hpp"
#include "storage/nameserver_work.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace minidns::pool::sync {

/// What a configuration is written for.
enum class ConfigurationKind {
  bind,            ///< one `zone` clause for each zone, to be included by named.conf
  bind_nzf,        ///< the same as named's own list of added zones: rndc can change and remove them later
  bind_catalog,    ///< a consumer of the pool's catalog zone
  powerdns,        ///< SQL for the schemas of SQLite and PostgreSQL
  powerdns_mysql,  ///< the same for MySQL
  knot,            ///< knot.conf, which `knotc conf-import` makes a configuration database
  knot_catalog,    ///< a consumer of the pool's catalog zone
  nsd,             ///< a pattern, and NSD's zone list
};

[[nodiscard]] std::optional<ConfigurationKind> configuration_kind_from_text(std::string_view text);
/// All of them, for an error message.
[[nodiscard]] std::string configuration_kinds_text();
/// What fits a nameserver's driver and settings; nothing for driver none.
[[nodiscard]] std::optional<ConfigurationKind> configuration_kind_for(const storage::NameserverSettings& settings);

/// A TSIG key in a configuration.
struct ConfiguredKey {
  dns::Name name;
  std::string algorithm;              ///< hmac-sha256 …
  std::optional<std::string> secret;  ///< in Base64; nothing: a placeholder is written

  static constexpr std::string_view placeholder = "REPLACE-WITH-SECRET";
  [[nodiscard]] std::string secret_text() const { return secret.value_or(std::string(placeholder)); }
};

/// What a configuration is made from. Views, folders, templates and patterns are the driver's settings.
struct ConfigurationSource {
  std::string nameserver;
  std::string address;
  std::uint16_t port;
  Upstream upstream;
  ConfiguredKey transfer_key;
  std::optional<ConfiguredKey> notify_key;  ///< if it is another than the transfer key
  std::optional<dns::Name> catalog;         ///< the one of the kind's family
  std::string bind_view = "_default";
  std::string bind_zone_folder = {};  ///< empty, or ends with a slash
  std::string knot_template = "default";
  std::string knot_acl = {};
  std::string nsd_pattern = "minidns";
};

struct ConfigurationError {
  std::string detail;
};

/// Reads it from what is stored. `secrets` opens the keys; null: their secrets are left out.
[[nodiscard]] Result<ConfigurationSource, ConfigurationError> configuration_source(
    const storage::NameserverSettings& settings, ConfigurationKind kind, const SecretStore* secrets);

/// Writes a configuration: `begin`, then each zone, then `end`. Memory doesn't depend on the number of zones.
class ConfigurationWriter {
 public:
  virtual ~ConfigurationWriter() = default;
  virtual void begin() = 0;
  virtual void add_zone(const dns::Name& zone) = 0;
  virtual void end() = 0;
};

/// `source` and `out` must outlive it.
[[nodiscard]] std::unique_ptr<ConfigurationWriter> make_configuration_writer(ConfigurationKind kind,
                                                                             const ConfigurationSource& source,
                                                                             OutputFiles& out);

/// Whether the kind's zones come by a catalog, so that none is written.
[[nodiscard]] bool is_catalog_kind(ConfigurationKind kind);

// The writers, each in a file of its own.
[[nodiscard]] std::unique_ptr<ConfigurationWriter> make_bind_writer(ConfigurationKind kind,
                                                                    const ConfigurationSource& source,
                                                                    OutputFiles& out);
[[nodiscard]] std::unique_ptr<ConfigurationWriter> make_powerdns_writer(ConfigurationKind kind,
                                                                        const ConfigurationSource& source,
                                                                        OutputFiles& out);
[[nodiscard]] std::unique_ptr<ConfigurationWriter> make_knot_writer(ConfigurationKind kind,
                                                                    const ConfigurationSource& source,
                                                                    OutputFiles& out);
[[nodiscard]] std::unique_ptr<ConfigurationWriter> make_nsd_writer(const ConfigurationSource& source, OutputFiles& out);

}  // namespace minidns::pool::sync
