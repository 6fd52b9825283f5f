#pragma once

#include "tests/harness/secondary.hpp"

#include <map>

namespace minidns::harness {

/// A real Yadifa. Zones stand in its configuration file, which it reads again at SIGHUP; its control tool can't add
/// one. It does without DNSSEC for zones that it fetches beyond serving what is in them.
class YadifaServer final : public Secondary {
 public:
  explicit YadifaServer(std::vector<KeySpec> transfer_keys, std::string address = "127.0.0.1");

  void start() override;
  void add_zone(const std::string& zone, const std::vector<Primary>& primaries) override;
  void remove_zone(const std::string& zone) override;

 private:
  void write_configuration() const;
  void reload();

  std::map<std::string, std::string> zones_;  ///< name to section
  int reloads_ = 0;
};

}  // namespace minidns::harness
