#include "tests/interop/presigned_zone.hpp"

#include "tests/harness/process.hpp"

#include <set>
#include <sstream>
#include <stdexcept>

namespace minidns::mdns::test {
namespace {

std::string must(const std::vector<std::string>& command) {
  const auto result = harness::run(command);
  if (result.status != 0) throw std::runtime_error(command[0] + ": " + result.out + result.err);
  return result.out;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

Signer::Signer(std::string zone, Denial denial) : zone_(std::move(zone)), denial_(denial), folder_("signer") {
  const auto folder = folder_.path().string();
  const std::vector<std::string> make{"dnssec-keygen", "-q", "-K", folder, "-a", "ECDSAP256SHA256", "-L", "300"};
  auto command = make;
  command.push_back(zone_);
  must(command);
  command = make;
  command.insert(command.end(), {"-f", "KSK", zone_});
  const auto name = trimmed(must(command));
  // "zone. TTL IN DNSKEY 257 3 13 key"
  std::istringstream lines(harness::read_file(folder_ / (name + ".key")));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == ';') continue;
    const auto at = line.find("DNSKEY 257 3 13 ");
    std::string key = line.substr(at + 16);
    harness::write_file(folder_ / "anchor",
                        "trust-anchors { \"" + zone_ + "\" static-key 257 3 13 \"" + trimmed(key) + "\"; };\n");
  }
}

std::vector<Set> Signer::sign(const std::vector<Set>& content, std::uint32_t serial) {
  auto all = content;
  all.push_back(apex_ns(zone_));
  // Signatures that still fit are kept, as an operator's signer would, so that a change is a small difference.
  std::set<std::string> owners;
  for (const auto& set : all) owners.insert(set.owner);
  for (const auto& [key, set] : last_) {
    if (set.type == "RRSIG" && owners.contains(set.owner)) all.push_back(set);
  }
  harness::write_file(folder_ / "plain", zone_text(zone_, all, serial, " IN "));
  std::vector<std::string> command{"dnssec-signzone",
                                   "-q",
                                   "-S",
                                   "-K",
                                   folder_.path().string(),
                                   "-o",
                                   zone_,
                                   "-O",
                                   "full",
                                   "-f",
                                   folder_ / "signed",
                                   "-d",
                                   folder_.path().string(),
                                   "-P"};
  if (denial_ != Denial::nsec) command.insert(command.end(), {"-3", "-", "-H", "0"});
  if (denial_ == Denial::nsec3_opt_out) command.push_back("-A");
  command.push_back(folder_ / "plain");
  must(command);

  std::map<std::pair<std::string, std::string>, Set> signed_sets;
  std::istringstream lines(harness::read_file(folder_ / "signed"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string owner, ttl, klass, type, rdata;
    if (line.empty() || line.front() == ';' || !(fields >> owner >> ttl >> klass >> type)) continue;
    std::getline(fields >> std::ws, rdata);
    if (type == "SOA" || (type == "NS" && owner == zone_)) continue;  // World writes them
    auto& set = signed_sets[{owner, type}];
    set.owner = owner;
    set.type = type;
    set.ttl = std::stoi(ttl);
    set.records.push_back(trimmed(rdata));
  }
  std::vector<Set> sets;
  for (const auto& [key, set] : signed_sets) {
    const auto before = last_.find(key);
    if (before == last_.end() || before->second.records != set.records) sets.push_back(set);
  }
  for (const auto& [key, set] : last_) {
    if (!signed_sets.contains(key)) sets.push_back({set.owner, set.type, {}});
  }
  last_ = std::move(signed_sets);
  return sets;
}

}  // namespace minidns::mdns::test
