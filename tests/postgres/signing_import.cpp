// A zone comes with the keys that it had elsewhere: dnssec-keygen's.
#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"
#include "tests/postgres/signing_support.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <algorithm>

namespace minidns::storage::postgres {
namespace {

struct BindKey {
  std::string private_text;
  int tag;
};

class SigningImportTest : public SigningStorageTest {
 protected:
  void SetUp() override {
    SigningStorageTest::SetUp();
    zone_ = desk().create_zone("example.org.").id;
  }

  BindKey keygen(const std::string& algorithm, bool is_ksk) {
    std::vector<std::string> arguments{"dnssec-keygen", "-q", "-K", folder_.path().string(), "-a", algorithm};
    if (is_ksk) {
      arguments.insert(arguments.end(), {"-f", "KSK"});
    }
    arguments.emplace_back("example.org");
    const auto result = harness::run(arguments);
    auto name = result.out.substr(0, result.out.find_last_not_of("\n") + 1);
    return {harness::read_file(folder_ / (name + ".private")), std::stoi(name.substr(name.rfind('+') + 1))};
  }

  static api::KeyImport import_of(api::KeyRole role, const std::string& text) {
    return {role, Secret(Bytes(text.begin(), text.end()))};
  }
  [[nodiscard]] api::Result<api::ZoneDnssecView> sign(std::vector<api::KeyImport> keys,
                                                      const std::string& policy = "default") {
    return signing().zones().sign(Desk::scope(), *zone_, {policy, std::move(keys)});
  }
  [[nodiscard]] std::string complaints() {
    return dnssec::test::complaints(*Reader(conninfo(), signing().master()).signed_zone(*zone_));
  }
  static std::string error_of(const api::Result<api::ZoneDnssecView>& result) {
    const auto errors = result ? std::vector<api::FieldError>() : result.error().errors;
    if (errors.empty()) {
      return "none";
    }
    std::string text;
    for (const auto& step : errors.front().path) {
      text += step + "/";
    }
    return text + ": " + errors.front().message;
  }

 private:
  harness::TempDir folder_{"signing-import"};
  std::optional<ZoneId> zone_;
};

TEST_F(SigningImportTest, TheZoneIsSignedByTheKeysThatItHad) {
  const auto ksk = keygen("ECDSAP256SHA256", true);
  const auto zsk = keygen("ECDSAP256SHA256", false);
  const auto view =
      sign({import_of(api::KeyRole::ksk, ksk.private_text), import_of(api::KeyRole::zsk, zsk.private_text)});
  ASSERT_TRUE(view.has_value()) << error_of(view);
  ASSERT_EQ(view->keys.size(), 2U);
  EXPECT_EQ(view->keys[0].key_tag, ksk.tag) << "as dnssec-keygen says";
  EXPECT_EQ(view->keys[1].key_tag, zsk.tag);
  EXPECT_EQ(view->ds.front().key_tag, ksk.tag);
  EXPECT_EQ(complaints(), "");
}

TEST_F(SigningImportTest, KeysThatDoNotFitAreRefusedWithTheirField) {
  const auto ksk = keygen("ECDSAP256SHA256", true);
  const auto other = keygen("ED25519", false);
  const auto as = [&](api::KeyRole role, const BindKey& key) { return import_of(role, key.private_text); };
  EXPECT_EQ(error_of(sign({as(api::KeyRole::ksk, ksk)})), "keys/: the policy wants a KSK and a ZSK");
  EXPECT_NE(error_of(sign({as(api::KeyRole::ksk, ksk), as(api::KeyRole::ksk, ksk)})).find("keys/1/role/"),
            std::string::npos);
  EXPECT_NE(error_of(sign({as(api::KeyRole::csk, ksk), as(api::KeyRole::zsk, ksk)})).find("keys/0/role/"),
            std::string::npos);
  EXPECT_EQ(error_of(sign({as(api::KeyRole::ksk, ksk), as(api::KeyRole::zsk, other)})),
            "keys/1/private_key/: is of algorithm 15, the policy's is 13");
  const auto garbage = error_of(sign({as(api::KeyRole::ksk, ksk), import_of(api::KeyRole::zsk, "PrivateKey: no")}));
  EXPECT_EQ(garbage.rfind("keys/1/private_key/", 0), 0U) << garbage;
  ASSERT_TRUE(sign({}).has_value());
  EXPECT_NE(error_of(sign({as(api::KeyRole::ksk, ksk)})).find("signed already"), std::string::npos);
}

}  // namespace
}  // namespace minidns::storage::postgres
