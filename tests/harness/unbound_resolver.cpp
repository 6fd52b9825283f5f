#include "tests/harness/unbound_resolver.hpp"

#include "tests/harness/ports.hpp"
#include "tests/harness/wait.hpp"

#include <stdexcept>

namespace minidns::harness {

UnboundResolver::UnboundResolver(const std::string& zone, const std::vector<std::string>& anchors,
                                 const std::string& address, std::uint16_t port)
    : folder_("unbound"), port_(free_port()) {
  std::string text = "server:\n  directory: \"" + folder_.path().string() +
                     "\"\n  chroot: \"\"\n  username: \"\"\n  pidfile: \"\"\n  use-syslog: no\n  logfile: \"\"\n"
                     "  interface: 127.0.0.1\n  port: " +
                     std::to_string(port_) +
                     "\n  do-not-query-localhost: no\n  access-control: 127.0.0.0/8 allow\n"
                     "  module-config: \"validator iterator\"\n  num-threads: 1\n  val-log-level: 2\n"
                     "  cache-max-ttl: 0\n  cache-max-negative-ttl: 0\n  key-cache-size: 0\n  neg-cache-size: 0\n"
                     "  aggressive-nsec: no\n  qname-minimisation: no\n";
  for (const auto& anchor : anchors) text += "  trust-anchor: \"" + zone + " DS " + anchor + "\"\n";
  text += "remote-control:\n  control-enable: no\nstub-zone:\n  name: \"" + zone + "\"\n  stub-addr: " + address + "@" +
          std::to_string(port) + "\n";
  write_file(folder_ / "unbound.conf", text);
  server_ = Process({"unbound", "-d", "-c", folder_ / "unbound.conf"}, {.log_file = folder_ / "log"});
  if (!eventually([&] { return ask(zone, "SOA").status != "none"; })) {
    throw std::runtime_error("unbound: " + read_file(folder_ / "log"));
  }
}

UnboundResolver::Verdict UnboundResolver::ask(const std::string& name, const std::string& type) const {
  const auto out =
      run({"dig", "@127.0.0.1", "-p", std::to_string(port_), "+dnssec", "+time=10", "+tries=1", name, type}).out;
  const auto at = out.find("status: ");
  const auto flags = out.find(";; flags:");
  if (at == std::string::npos || flags == std::string::npos) return {"none", false, out};
  const auto flag_words = out.substr(flags, out.find(';', flags + 3) - flags);
  return {out.substr(at + 8, out.find(',', at) - at - 8), flag_words.find(" ad") != std::string::npos, out};
}

}  // namespace minidns::harness
