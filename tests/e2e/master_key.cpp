// The master keys are changed while all programs run: docs/operations.md, "Changing a master key", step by step.
#include "base/bytes.hpp"
#include "base/random.hpp"
#include "tests/e2e/served.hpp"
#include "tests/harness/process.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>
#include <sys/stat.h>

namespace minidns::e2e {
namespace {

using harness::run;

class MasterKey : public testing::Test {
 protected:
  void SetUp() override {
    platform_ = std::make_unique<Platform>(harness::PlatformOptions{.powerdns = false});
    next_ = to_hex(random_bytes(32)) + "\n";
    harness::write_file(path("next-key"), next_);
    ::chmod(path("next-key").c_str(), 0600);
    next_ksk_ = to_hex(random_bytes(32));
    ::setenv("MINIDNS_TEST_KSK_KEY", next_ksk_.c_str(), 1);
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform().logs();
    ::unsetenv("MINIDNS_TEST_KSK_KEY");
  }
  Platform& platform() { return *platform_; }
  std::string path(const std::string& name) { return platform().folder() + "/" + name; }

  /// Another line about the master key in a program's configuration; the program is started anew.
  void restart_with(harness::Program& program, const std::string& keys, const std::string& ksk_keys = "") {
    program.stop();
    configure(program, keys, ksk_keys);
    program.start();
  }
  void configure(harness::Program& program, const std::string& keys, const std::string& ksk_keys = "") {
    std::istringstream lines(harness::read_file(program.config_file()));
    std::string text;
    for (std::string line; std::getline(lines, line);) {
      const bool is_ksk = line.starts_with("ksk_master_key");
      text += (is_ksk ? ksk_keys : line.starts_with("master_key") ? keys : line) + "\n";
    }
    harness::write_file(program.config_file(), text);
  }
  std::string old_key() { return "{file: " + path("master-key") + "}"; }
  std::string next_key() { return "{command: [/bin/cat, " + path("next-key") + "]}"; }
  std::string old_ksk_key() { return "{file: " + path("ksk-master-key") + "}"; }
  static std::string next_ksk_key() { return "{env: MINIDNS_TEST_KSK_KEY}"; }

  std::string transferred(const std::string& zone, int which, const harness::KeySpec& key) {
    return run({"dig", "@127.0.0." + std::to_string(which), "-p", std::to_string(platform().mdns_port()), "-y",
                key.algorithm + ":" + key.name + ":" + key.secret, "+noall", "+answer", zone, "AXFR"})
        .out;
  }
  std::string transferred(const std::string& zone, int which) {
    return transferred(zone, which, platform().transfer_key());
  }
  bool both_transfer_the_same(const std::string& zone) {
    const auto first = transferred(zone, 1);
    return first.find("RRSIG") != std::string::npos && first == transferred(zone, 2);
  }
  harness::KeySpec add_tsig_key(RestClient& admin, const std::string& name) {
    harness::KeySpec key{name, "hmac-sha256", to_base64(random_bytes(32))};
    Platform::created(admin.post("/v2/tsigkeys", json::object{{"name", key.name},
                                                              {"algorithm", key.algorithm},
                                                              {"secret", key.secret},
                                                              {"scope", "POOL"},
                                                              {"resource_id", platform().pool_id()}}));
    return key;
  }
  static std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  }
  double digests(int which, const std::string& result) {
    return platform().mdns(which).metric("minidns_mdns_version_digests_total{result=\"" + result + "\"}");
  }

 private:
  std::unique_ptr<Platform> platform_;
  std::string next_;
  std::string next_ksk_;
};

TEST_F(MasterKey, IsChangedWhileAllProgramsRun) {
  const std::string zone = "signed.example.org.";
  auto rest = platform().rest("tenant");
  auto admin = platform().rest("operator", "admin");
  const auto id = create_zone(rest, zone);
  Platform::created(rest.put("/v2/zones/" + id + "/dnssec", json::object{}));
  const auto change = [&](const std::string& label) {
    create_recordset(rest, id, recordset_body(label + "." + zone, "A", {"192.0.2.1"}));
    EXPECT_TRUE(serves(platform().bind(), zone, serial_of(rest, id))) << label;
    EXPECT_TRUE(eventually([&] { return both_transfer_the_same(zone); })) << label;
  };
  change("before");
  const auto before = add_tsig_key(admin, "before.test.");

  // All get both keys, one after the other; the second mdns is still to come. One has a local store.
  const std::string both = "master_keys: [" + old_key() + ", " + next_key() + "]";
  const std::string both_ksk = "ksk_master_keys: [" + old_ksk_key() + ", " + next_ksk_key() + "]";
  restart_with(platform().central(), both, both_ksk);
  restart_with(platform().mdns(1), both + "\nstore: {path: " + path("store-1") + "}");
  restart_with(platform().pool_manager(), both);
  change("both");

  const auto loaded = count(platform().mdns(1).log(), "keys and nameservers loaded");
  const auto said = platform().central_command(
      {"master-key", "rewrap", "--to", "file:" + path("next-key"), "--ksk-to", "env:MINIDNS_TEST_KSK_KEY"});
  EXPECT_NE(said.find("3 data keys are under the new master key"), std::string::npos) << said;
  const auto status = platform().central_command({"master-key", "status"});
  const std::string next_line = "master key command:/bin/cat: ";
  ASSERT_NE(status.find(next_line), std::string::npos) << status;
  const auto next_id = status.substr(status.find(next_line) + next_line.size(), 8);
  EXPECT_EQ(count(status, "is under master key " + next_id), 2U) << status;
  EXPECT_EQ(count(status, "is under master key "), 3U) << status;
  EXPECT_TRUE(eventually([&] { return count(platform().mdns(1).log(), "keys and nameservers loaded") > loaded; }))
      << "the store gets the data keys as they are now";
  const auto foreign = [&](int which) { return platform().mdns(which).metric("minidns_mdns_data_keys_foreign"); };
  EXPECT_EQ(foreign(1), 0);
  EXPECT_TRUE(eventually([&] { return foreign(2) == 2; })) << "it must get the new master key before it is restarted";
  change("rewrapped");
  const auto after = add_tsig_key(admin, "after.test.");
  for (int which : {1, 2}) {
    EXPECT_TRUE(eventually([&] { return transferred(zone, which, after).find("RRSIG") != std::string::npos; }))
        << "also the one that has the old master key alone";
    EXPECT_EQ(digests(which, "mismatched"), 0);
    EXPECT_EQ(digests(which, "unchecked"), 0);
  }
  EXPECT_GE(digests(1, "agreed") + digests(2, "agreed"), 2) << "the digests' key is the same for both";

  // The old ones are taken away.
  const std::string next = "master_key: " + next_key();
  restart_with(platform().central(), next, "ksk_master_key: " + next_ksk_key());
  restart_with(platform().pool_manager(), next);
  const auto served = transferred(zone, 1);
  platform().mdns(1).stop();
  platform().postgres().stop();
  configure(platform().mdns(1), next);
  platform().mdns(1).start();
  EXPECT_EQ(transferred(zone, 1), served) << "from its store, without the database";
  EXPECT_EQ(transferred(zone, 1, after), served);
  EXPECT_EQ(transferred(zone, 1, before), served);
  platform().postgres().start();
  restart_with(platform().mdns(2), next);
  change("next");
  EXPECT_TRUE(eventually([&] { return transferred(zone, 2, before).find("RRSIG") != std::string::npos; }));

  // The zone's keys can leave.
  ::mkdir(path("leaving").c_str(), 0700);
  const auto files =
      platform().central_command({"dnssec", "export", "signed.example.org", "--directory", path("leaving")});
  EXPECT_EQ(count(files, "Ksigned.example.org.+013+"), 2U) << files;
  const auto ds = rest.get("/v2/zones/" + id + "/dnssec").body.at("ds").as_array().at(0).at("key_tag").to_number<int>();
  const std::string tag = std::to_string(ds);
  const auto of_parent = run({"dnssec-dsfromkey", path("leaving") + "/Ksigned.example.org.+013+" +
                                                      std::string(5 - tag.size(), '0') + tag + ".key"});
  EXPECT_EQ(of_parent.out.rfind("signed.example.org. IN DS " + tag + " ", 0), 0U) << of_parent.out << of_parent.err;
  EXPECT_THROW((void)platform().central_command({"dnssec", "export", zone, "--directory", path("leaving")}),
               std::runtime_error)
      << "nothing is overwritten";

  // Who has the old ones alone opens nothing any more.
  platform().central().stop();
  configure(platform().central(), "master_key: " + old_key(), "ksk_master_key: " + old_ksk_key());
  platform().central().launch();
  EXPECT_EQ(platform().central().process().wait(std::chrono::seconds(30)), 1);
  EXPECT_NE(platform().central().log().find("wrapped under another one"), std::string::npos);
  restart_with(platform().mdns(2), "master_key: " + old_key());
  EXPECT_EQ(transferred(zone, 2).find("RRSIG"), std::string::npos);
}

}  // namespace
}  // namespace minidns::e2e
