#pragma once

#include "pool-manager/drivers/call_queue.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/drivers/knot_session.hpp"
#include "pool-manager/drivers/knot_transaction.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::pool {

struct KnotSettings {
  std::string control_socket;             ///< knot.conf `control.listen`; an absolute path
  std::string zone_template = "default";  ///< for all that a zone needs beside its primaries
  std::string acl = {};                   ///< given to each zone beside our own, if it isn't empty
  /// What NOTIFY to it and questions are signed with, if not by the transfer key.
  std::optional<tsig::Key> notify_key = {};
  KnotLimits limits = {};
};

/// Knot 3.2 with a configuration database (`knotd -C`). All zones of a call are one transaction; if Knot doesn't take
/// it, each is one. An upstream is a remote for each primary and two ACLs for NOTIFY from them, one with keys and one
/// without (Knot's ACL is either), which are made when the first zone needs them and named after what is in them.
class KnotDriver final : public Driver {
 public:
  KnotDriver(const boost::asio::any_io_executor& executor, KnotSettings settings);

  boost::asio::awaitable<ZoneResults> add_zones(std::vector<dns::Name> zones, Upstream upstream) override;
  boost::asio::awaitable<ZoneResults> change_zones(std::vector<dns::Name> zones, Upstream upstream) override;
  boost::asio::awaitable<ZoneResults> remove_zones(std::vector<dns::Name> zones) override;
  DriverTask<std::vector<ListedZone>> list_zones() override;
  DriverTask<void> fetch(dns::Name zone) override;
  DriverTask<void> force(dns::Name zone) override;
  DriverTask<void> ensure_key(tsig::Key key) override;
  DriverTask<void> ping() override;

 private:
  enum class Edit { add, change };

  [[nodiscard]] boost::asio::awaitable<ZoneResults> edit_zones(Edit edit, std::vector<dns::Name> zones,
                                                               Upstream upstream);
  [[nodiscard]] DriverTask<ZoneResults> edit_together(Edit edit, std::vector<dns::Name> zones, Upstream upstream);
  [[nodiscard]] DriverTask<ZoneResults> remove_together(std::vector<dns::Name> zones);
  [[nodiscard]] DriverTask<void> make(KnotTransaction& transaction, std::vector<KnotCommand> commands);
  [[nodiscard]] DriverTask<void> ensure_one_key(tsig::Key key);
  [[nodiscard]] DriverTask<bool> has_key(tsig::Key key);
  [[nodiscard]] DriverTask<void> run(KnotCommand command);

  boost::asio::any_io_executor executor_;
  KnotSettings settings_;
  CallQueue queue_;
};

/// Whether a setting can be a template's or ACL's id, or a socket's path: 1 to 100 printable octets.
[[nodiscard]] bool is_knot_setting(std::string_view text);

// Limitations: remotes and ACLs of upstreams of yesterday stay in the database, unused. A zone's ACLs replace those of
// its template, so ACLs for others to transfer go into the `acl` of the settings. Zone files stay when a zone is
// removed: the template should have none (`zonefile-sync: -1`). A notify key that Knot lacks keeps the probe's
// questions unanswered, so `ensure_key` is never reached: it must be there before. Members of catalogs are in the list
// and can't be removed here.

}  // namespace minidns::pool
