// A zone leaves with its keys: other people's tools sign with them, and they can come back.
#include "storage/postgres/key_export.hpp"

#include "central/key_files.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"
#include "tests/postgres/signing_support.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>

namespace minidns::storage::postgres {
namespace {

namespace fs = std::filesystem;

struct Case {
  const char* policy;
  dnssec::Algorithm algorithm;
  api::KeyModel model;
};

class KeyExportTest : public SigningStorageTest, public testing::WithParamInterface<Case> {
 protected:
  void SetUp() override {
    SigningStorageTest::SetUp();
    api::DnssecPolicyRequest fields;
    fields.algorithm = GetParam().algorithm;
    fields.key_model = GetParam().model;
    signing().add_policy("tried", fields);
    zone_ = desk().create_zone("Example.org.").id;
    signing().sign(*zone_, "tried");
    harness::write_file(folder_ / "zone",
                        "$TTL 300\nexample.org. SOA ns1.test. a.example.org. 1 3600 600 604800 300\n"
                        "example.org. NS ns1.test.\nwww.example.org. A 192.0.2.1\n");
  }

  [[nodiscard]] std::vector<central::KeyFiles> exported() {
    const auto name = dns::Name::from_text("example.org.").value();
    PostgresKeyExport keys(desk().pool());
    return central::export_keys(name, keys.read(name), signing().vault());
  }
  [[nodiscard]] std::string keys() const { return folder_.path().string(); }
  /// Empty if the command worked.
  static std::string complaint(const std::vector<std::string>& command) {
    const auto result = harness::run(command);
    return result.status == 0 ? "" : command[0] + ": " + result.out + result.err;
  }
  [[nodiscard]] std::vector<int> tags() {
    std::vector<int> tags;
    for (const auto& key : signing().zones().get(Desk::scope(), *zone_).value().keys) tags.push_back(key.key_tag);
    std::sort(tags.begin(), tags.end());
    return tags;
  }

  harness::TempDir folder_{"key-export"};
  std::optional<ZoneId> zone_;
};

TEST_P(KeyExportTest, OthersSignWithTheKeys) {
  const auto files = exported();
  ASSERT_EQ(files.size(), GetParam().model == api::KeyModel::csk ? 1U : 2U);
  central::write_key_files(keys(), files);
  const std::string zone = folder_ / "zone";

  // BIND finds the keys by their names and times; -z: one key signs all.
  std::vector<std::string> smart{"dnssec-signzone", "-S", "-K",           keys(), "-d", keys(), "-o",
                                 "example.org.",    "-f", zone + ".bind", zone};
  std::vector<std::string> verify{"dnssec-verify", "-o", "example.org.", zone + ".bind"};
  if (GetParam().model == api::KeyModel::csk) {
    smart.insert(smart.begin() + 1, "-z");
    verify.insert(verify.begin() + 1, "-z");
  }
  EXPECT_EQ(complaint(smart), "");
  EXPECT_EQ(complaint(verify), "");
  EXPECT_EQ(complaint({"ldns-verify-zone", zone + ".bind"}), "");

  std::vector<std::string> sign{"ldns-signzone", "-o", "example.org.", "-f", zone + ".ldns", zone};
  for (const auto& file : files) sign.push_back(keys() + "/" + file.base);
  EXPECT_EQ(complaint(sign), "");
  EXPECT_EQ(complaint({"ldns-verify-zone", zone + ".ldns"}), "");

  // Our own names are those that BIND makes.
  for (const auto& file : files) {
    const auto settime = harness::run({"dnssec-settime", "-K", keys(), "-p", "all", file.base});
    EXPECT_EQ(settime.status, 0) << settime.err;
    EXPECT_NE(settime.out.find("Activate: "), std::string::npos) << settime.out;
    EXPECT_EQ(settime.out.find("Activate: UNSET"), std::string::npos) << settime.out;
    EXPECT_NE(settime.out.find("Inactive: UNSET"), std::string::npos) << settime.out;
    const auto tag = std::to_string(std::stoi(file.base.substr(file.base.rfind('+') + 1)));
    const auto ds = harness::run({"dnssec-dsfromkey", "-A", keys() + "/" + file.base + ".key"});
    EXPECT_EQ(ds.out.rfind("example.org. IN DS " + tag + " ", 0), 0U) << ds.out << ds.err;
  }
}

TEST_P(KeyExportTest, TheFilesAreTheOwnersAloneAndOverwriteNothing) {
  const auto files = exported();
  // The last of them is there already, with something else.
  const std::string last = keys() + "/" + files.back().base + ".key";
  harness::write_file(last, "mine");
  EXPECT_THROW(central::write_key_files(keys(), files), std::system_error);
  EXPECT_EQ(harness::read_file(last), "mine");
  EXPECT_EQ(std::distance(fs::directory_iterator(keys()), {}), 2) << "nothing else is left, but for the zone";
  fs::remove(last);
  fs::create_symlink("/dev/null", last);
  EXPECT_THROW(central::write_key_files(keys(), files), std::system_error);
  fs::remove(last);
  central::write_key_files(keys(), files);
  for (const auto& file : files) {
    for (const auto* end : {".key", ".private"}) {
      struct stat status {};
      ASSERT_EQ(::stat((keys() + "/" + file.base + end).c_str(), &status), 0);
      EXPECT_EQ(status.st_mode & 0777, 0600U);
    }
  }
  EXPECT_THROW(central::write_key_files(keys() + "/none", files), std::system_error);
}

TEST_P(KeyExportTest, TheKeysCanComeBack) {
  const auto before = tags();
  const auto files = exported();
  central::write_key_files(keys(), files);
  ASSERT_TRUE(signing().zones().unsign(Desk::scope(), *zone_, true).has_value());
  EXPECT_THROW((void)exported(), std::runtime_error) << "it isn't signed here";

  api::ZoneSigningRequest request{.policy = "tried", .keys = {}};
  for (const auto& file : files) {
    const auto text = harness::read_file(keys() + "/" + file.base + ".private");
    const bool is_ksk = file.text.find("key-signing key, keyid") != std::string::npos;
    const auto role = GetParam().model == api::KeyModel::csk ? api::KeyRole::csk
                      : is_ksk                               ? api::KeyRole::ksk
                                                             : api::KeyRole::zsk;
    request.keys.push_back({role, Secret(Bytes(text.begin(), text.end()))});
  }
  const auto again = signing().zones().sign(Desk::scope(), *zone_, std::move(request));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(tags(), before);
  EXPECT_EQ(exported().size(), files.size());
}

INSTANTIATE_TEST_SUITE_P(Keys, KeyExportTest,
                         testing::Values(Case{"p256", dnssec::Algorithm::ecdsap256sha256, api::KeyModel::ksk_zsk},
                                         Case{"rsa", dnssec::Algorithm::rsasha256, api::KeyModel::ksk_zsk},
                                         Case{"p384", dnssec::Algorithm::ecdsap384sha384, api::KeyModel::csk},
                                         Case{"ed25519", dnssec::Algorithm::ed25519, api::KeyModel::csk},
                                         Case{"ed448", dnssec::Algorithm::ed448, api::KeyModel::ksk_zsk}),
                         [](const auto& each) { return std::string(each.param.policy); });

class KeyFilesTest : public StorageTest {};

TEST_F(KeyFilesTest, AreNamedAsDnssecKeygenNamesThem) {
  add_pool();
  Desk desk(conninfo());
  SigningDesk signing(desk);
  signing.sign(desk.create_zone("example.org.").id, "default");
  const auto key = PostgresKeyExport(desk.pool()).read(dns::Name::from_text("example.org.").value()).at(0);
  const harness::TempDir folder("key-names");
  for (const auto* zone :
       {"example.org.", "MiXed-1_2.Example.", "a\\.b.example.", "0/25.2.0.192.in-addr.arpa.", "\\232x.test."}) {
    const auto made = harness::run({"dnssec-keygen", "-q", "-K", folder.path().string(), "-a", "13", zone});
    ASSERT_EQ(made.status, 0) << made.err;
    const auto name = dns::Name::from_text(zone).value();
    const auto ours = central::key_files_of(name, key, Secret(Bytes{})).base;
    EXPECT_EQ(ours.substr(0, ours.rfind('+')), made.out.substr(0, made.out.rfind('+')));
  }
}

}  // namespace
}  // namespace minidns::storage::postgres
