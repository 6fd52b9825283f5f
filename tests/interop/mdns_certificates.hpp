#pragma once

#include "tests/harness/temp_dir.hpp"

#include <string>

namespace minidns::mdns::test {

/// PEM files of a certificate and its key.
struct CertificateFiles {
  std::string certificate;
  std::string key;
};

/// A certification authority made by openssl, which signs certificates that live for days.
class Authority {
 public:
  explicit Authority(const std::string& name);

  [[nodiscard]] std::string file() const { return files_.certificate; }
  /// For `dns_name`; made anew at each call, in files of its own.
  [[nodiscard]] CertificateFiles issue(const std::string& dns_name);

 private:
  harness::TempDir folder_;
  CertificateFiles files_;
  int issued_ = 0;
};

/// Puts `from` in the place of the files `to`.
void replace(const CertificateFiles& to, const CertificateFiles& from);

}  // namespace minidns::mdns::test
