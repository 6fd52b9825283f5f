#include "tests/harness/control_certificates.hpp"

#include "tests/harness/process.hpp"

#include <stdexcept>
#include <vector>

namespace minidns::harness {
namespace {

void openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  const CommandResult result = run(arguments);
  if (result.status != 0) throw std::runtime_error("openssl " + arguments[1] + ": " + result.err);
}

}  // namespace

ControlCertificates::ControlCertificates() : folder_("certificates") {
  for (const std::string who : {"server", "control", "wrong"}) {
    openssl({"ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key_file(who)});
    openssl({"req", "-x509", "-new", "-key", key_file(who), "-subj", "/CN=" + who, "-days", "30", "-out",
             certificate_file(who)});
  }
  openssl({"req", "-new", "-key", key_file("control"), "-subj", "/CN=control", "-out", folder_ / "control.csr"});
  openssl({"x509", "-req", "-in", folder_ / "control.csr", "-CA", certificate_file("server"), "-CAkey",
           key_file("server"), "-set_serial", "2", "-days", "30", "-out", certificate_file("control")});
}

std::string ControlCertificates::credentials(const std::string& client, const std::string& server) const {
  return read_file(key_file(client)) + read_file(certificate_file(client)) + read_file(certificate_file(server));
}

}  // namespace minidns::harness
