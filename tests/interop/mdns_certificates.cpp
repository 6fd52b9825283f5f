#include "tests/interop/mdns_certificates.hpp"

#include "tests/harness/process.hpp"

#include <filesystem>
#include <stdexcept>
#include <vector>

namespace minidns::mdns::test {
namespace {

void openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  const auto result = harness::run(arguments);
  if (result.status != 0) throw std::runtime_error("openssl " + arguments[1] + ": " + result.err);
}

}  // namespace

Authority::Authority(const std::string& name)
    : folder_("ca"), files_{folder_ / (name + ".pem"), folder_ / (name + ".key")} {
  openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3", "-subj",
           "/CN=" + name, "-keyout", files_.key, "-out", files_.certificate});
}

CertificateFiles Authority::issue(const std::string& dns_name) {
  const std::string stem = folder_ / ("issued-" + std::to_string(++issued_));
  CertificateFiles made{stem + ".pem", stem + ".key"};
  const std::string request = stem + ".csr";
  const std::string extensions = stem + ".ext";
  openssl({"req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=issued",
           "-keyout", made.key, "-out", request});
  harness::write_file(extensions, "subjectAltName = DNS:" + dns_name + "\n");
  openssl({"x509", "-req", "-in", request, "-CA", files_.certificate, "-CAkey", files_.key, "-days", "2", "-extfile",
           extensions, "-out", made.certificate});
  return made;
}

void replace(const CertificateFiles& to, const CertificateFiles& from) {
  constexpr auto overwrite = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(from.certificate, to.certificate, overwrite);
  std::filesystem::copy_file(from.key, to.key, overwrite);
}

}  // namespace minidns::mdns::test
