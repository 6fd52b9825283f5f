#pragma once

#include "tests/harness/temp_dir.hpp"

#include <string>

namespace minidns::harness {

/// Keys and certificates for NSD's control channel, as nsd-control-setup makes them (which takes seconds for its RSA
/// keys): the server's certificate is its own, and signs the client's.
class ControlCertificates {
 public:
  /// Throws std::runtime_error with the words of openssl.
  ControlCertificates();

  /// `server`, `control` (the client), `wrong` (a client that the server doesn't know).
  [[nodiscard]] std::string key_file(const std::string& who) const { return folder_ / (who + ".key"); }
  [[nodiscard]] std::string certificate_file(const std::string& who) const { return folder_ / (who + ".pem"); }
  /// For the driver, in PEM: a client's key and certificate, and a server's certificate.
  [[nodiscard]] std::string credentials(const std::string& client = "control",
                                        const std::string& server = "server") const;

 private:
  TempDir folder_;
};

}  // namespace minidns::harness
