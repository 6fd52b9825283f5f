#include "tests/e2e/transfer_watch.hpp"

#include "tests/harness/dns_probe.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

namespace minidns::e2e {
namespace {

/// owner TTL class type …
std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::optional<std::uint32_t> serial_in(const std::vector<std::string>& lines) {
  for (const auto& line : lines) {
    const auto words = words_of(line);
    if (words.size() > 6 && words[3] == "SOA") return static_cast<std::uint32_t>(std::stoul(words[6]));
  }
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += "    " + line + "\n";
  return text;
}

}  // namespace

TransferWatch::TransferWatch(harness::Platform& platform, std::vector<std::string> zones) : zones_(std::move(zones)) {
  const auto& key = platform.transfer_key();
  const std::vector<std::string> sign{"-y", key.algorithm + ":" + key.name + ":" + key.secret};
  sources_.push_back({"mdns-1", "127.0.0.1", platform.mdns_port(), sign, false});
  sources_.push_back({"mdns-2", "127.0.0.2", platform.mdns_port(), sign, false});
  sources_.push_back({"bind", platform.bind().address(), platform.bind().port(), {}, false});
  sources_.push_back({"powerdns", platform.powerdns().address(), platform.powerdns().port(), {}, true});
  thread_ = std::thread([this] { run(); });
}

TransferWatch::~TransferWatch() {
  stop();
}

void TransferWatch::stop() {
  stopping_.store(true);
  if (thread_.joinable()) thread_.join();
}

void TransferWatch::run() {
  while (!stopping_.load()) {
    for (const auto& zone : zones_) {
      for (const auto& source : sources_) {
        if (stopping_.load()) return;
        look(source, zone);
      }
    }
  }
}

void TransferWatch::look(const Source& source, const std::string& zone) {
  std::vector<std::string> question = source.key;
  question.insert(question.end(), {zone, "AXFR"});
  auto lines = harness::dig(source.address, source.port, question);
  std::erase_if(lines, [](const std::string& line) {
    const auto words = words_of(line);
    return words.size() < 4 || words[3] == "TSIG";
  });
  const auto serial = serial_in(lines);
  if (!serial) return;  // it has no such zone at present
  if (source.reads_soa_first) {
    harness::SoaAsker asker(source.address, source.port);
    const auto answer = asker.ask(zone);
    if (!answer || answer->serial != *serial) return;
  }
  const std::lock_guard lock(mutex_);
  ++transfers_;
  const auto [known, is_new] = contents_.try_emplace({zone, *serial}, source.name, lines);
  if (!is_new && known->second.second != lines) {
    conflicts_ += zone + " " + std::to_string(*serial) + " of " + known->second.first + ":\n" +
                  joined(known->second.second) + "  of " + source.name + ":\n" + joined(lines);
  }
}

std::string TransferWatch::conflicts() {
  const std::lock_guard lock(mutex_);
  return conflicts_;
}

std::size_t TransferWatch::transfers() {
  const std::lock_guard lock(mutex_);
  return transfers_;
}

std::size_t TransferWatch::serials() {
  const std::lock_guard lock(mutex_);
  return contents_.size();
}

}  // namespace minidns::e2e
