#include "tests/e2e/signed_zones.hpp"

#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <sstream>
#include <vector>

namespace minidns::e2e {

using harness::run;

std::string create_hard_zone(RestClient& rest, const std::string& zone) {
  const auto id = create_zone(rest, zone);
  const auto add = [&](const std::string& owner, const std::string& type, const std::vector<std::string>& records) {
    create_recordset(rest, id, recordset_body(owner + zone, type, records));
  };
  add("WWW.Mixed.", "A", {"192.0.2.1", "192.0.2.2"});
  add("mail.", "MX", {"10 MX.Example.NET."});
  add("*.wild.", "TXT", {"\"any\""});
  add("deep.empty.non.terminal.", "AAAA", {"2001:db8::1"});
  add("alias.", "CNAME", {"www.mixed." + zone});
  add("insecure.", "NS", {"ns.insecure." + zone});
  add("ns.insecure.", "A", {"192.0.2.53"});
  add("secure.", "NS", {"ns.example.net."});
  add("secure.", "DS", {"12345 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"});
  add("odd\\.label.", "TXT", {"\"\\001\\255\""});
  return id;
}

json::value sign(RestClient& rest, const std::string& id, const std::string& policy) {
  return Platform::created(rest.put("/v2/zones/" + id + "/dnssec", json::object{{"policy", policy}}));
}

std::string transferred(const std::string& address, std::uint16_t port, const std::string& zone,
                        const harness::KeySpec* key) {
  std::vector<std::string> command{"dig", "@" + address, "-p", std::to_string(port)};
  if (key != nullptr) {
    command.insert(command.end(), {"-y", key->algorithm + ":" + key->name + ":" + key->secret});
  }
  command.insert(command.end(), {"+nocomments", "+nocmd", "+nostats", zone, "AXFR"});
  std::istringstream lines(run(command).out);
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.front() != ';' && line.find("\tTSIG\t") == std::string::npos) kept += line + "\n";
  }
  return kept;
}

std::string transferred(const Platform& platform, const std::string& zone, int which) {
  return transferred("127.0.0." + std::to_string(which), platform.mdns_port(), zone, &platform.transfer_key());
}

std::string transferred(const harness::Secondary& server, const std::string& zone) {
  return transferred(server.address(), server.port(), zone);
}

std::string complaints(const std::string& zone, const std::string& transfer, bool with_csk) {
  if (transfer.find("\tRRSIG\t") == std::string::npos) return "no signed zone was transferred:\n" + transfer;
  const harness::TempDir folder("signed");
  const auto last_line = transfer.rfind('\n', transfer.size() - 2) + 1;  // the second SOA
  harness::write_file(folder / "zone", transfer.substr(0, last_line));
  std::vector<std::string> by_bind{"dnssec-verify", "-o", zone, folder / "zone"};
  if (with_csk) by_bind.insert(by_bind.begin() + 1, "-z");
  std::string text;
  for (const auto& command :
       {by_bind, {"ldns-verify-zone", folder / "zone"}, {"kzonecheck", "-d", "on", "-o", zone, folder / "zone"}}) {
    const auto checked = run(command);
    if (checked.status != 0) text += command[0] + ": " + checked.out + checked.err;
  }
  return text.empty() ? text : text + transfer;
}

std::string differences(const harness::Secondary& server, const std::string& zone, const std::string& wanted,
                        bool is_powerdns) {
  std::istringstream lines(wanted);
  std::string written;
  std::size_t soas = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string owner, ttl, klass, type, rdata;
    words >> owner >> ttl >> klass >> type >> std::ws;
    std::getline(words, rdata);
    soas += type == "SOA" ? 1 : 0;
    if (soas < 2) written += owner + " " + ttl + " " + type + " " + rdata + "\n";
  }
  std::vector<std::string> command{"/usr/bin/python3",
                                   "-I",
                                   MINIDNS_INTEROP_DIR "/compare_zone.py",
                                   server.address(),
                                   std::to_string(server.port()),
                                   zone};
  if (is_powerdns) command.emplace_back("without=NSEC");
  const auto result = run(command, written);
  return result.out + result.err + (result.status == 0 ? "" : "status " + std::to_string(result.status));
}

}  // namespace minidns::e2e
