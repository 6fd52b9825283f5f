#pragma once

#include "tests/harness/control_certificates.hpp"
#include "tests/harness/secondary.hpp"

#include <map>
#include <optional>

namespace minidns::harness {

/// A real NSD. It takes a transfer into service at once (`xfrd-reload-timeout: 0`), where Debian's default waits up to
/// a second. A zone's primaries are a pattern in its configuration, named after them.
class NsdServer final : public Secondary {
 public:
  /// NSD can't have both.
  enum class Control { socket, tls };

  explicit NsdServer(std::vector<KeySpec> transfer_keys, std::string address = "127.0.0.1",
                     Control control = Control::socket);

  void start() override;
  void add_zone(const std::string& zone, const std::vector<Primary>& primaries) override;
  void remove_zone(const std::string& zone) override;
  /// While it is stopped: throws all zones away.
  void forget_zones();
  /// Its own list of zones, as it tells it: absolute names, sorted.
  [[nodiscard]] std::vector<std::string> zone_list() const;

  /// Makes the primaries known as a pattern; its name.
  std::string add_pattern(const std::vector<Primary>& primaries);
  /// Where nsd-control reaches it; the protocol without TLS.
  [[nodiscard]] std::string control_socket() const { return folder_ / "control.sock"; }
  /// On 127.0.0.1, for TLS.
  [[nodiscard]] std::uint16_t control_port() const { return control_port_; }
  /// For TLS.
  [[nodiscard]] const ControlCertificates& control_certificates() const { return *certificates_; }
  /// Debian's own nsd-control, as an oracle.
  [[nodiscard]] CommandResult nsd_control(std::vector<std::string> command) const;

 private:
  void write_configuration() const;
  [[nodiscard]] std::string control_configuration() const;

  Control control_;
  std::uint16_t control_port_;
  std::optional<ControlCertificates> certificates_;
  std::map<std::string, std::string> patterns_;  ///< name to text
};

}  // namespace minidns::harness
