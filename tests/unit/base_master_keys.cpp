// Where master keys come from.
#include "base/command_output.hpp"
#include "base/master_key_source.hpp"
#include "base/settings.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace minidns {
namespace {

using namespace std::chrono_literals;

const std::string digits(64, 'a');

SecretBox expected() {
  return *SecretBox::create(Secret(Bytes(32, 0xaa)));
}

/// A file of its own, with the given content and mode, gone at the end.
class KeyFile {
 public:
  KeyFile(const std::string& content, mode_t mode) {
    const int fd = ::mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    EXPECT_EQ(::write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
    EXPECT_EQ(::fchmod(fd, mode), 0);
    ::close(fd);
  }
  ~KeyFile() { std::remove(path_.c_str()); }
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;
  [[nodiscard]] MasterKeySource source() const { return {MasterKeySource::File{path_}}; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = testing::TempDir() + "/minidns-key-XXXXXX";
};

bool is_expected(const MasterKeySource& source) {
  const auto key = read_master_key(source);
  return key && key->key_id() == expected().key_id();
}

std::string refusal(const MasterKeySource& source) {
  const auto key = read_master_key(source);
  EXPECT_TRUE(key.has_error());
  return key ? "" : key.error().detail;
}

MasterKeySource command(std::vector<std::string> argv) {
  return {MasterKeySource::Command{std::move(argv)}};
}

MasterKeySource shell(const std::string& script) {
  return command({"/bin/sh", "-c", script});
}

TEST(MasterKeySource, ReadsAPrivateFile) {
  for (const auto& content : {digits, digits + "\n"}) {
    EXPECT_TRUE(is_expected(KeyFile(content, 0600).source()));
  }
  EXPECT_TRUE(is_expected(KeyFile(digits, 0640).source())) << "a group may read it";
}

TEST(MasterKeySource, RefusesAFileThatOthersMayReadOrThatHoldsNoKey) {
  for (const mode_t mode : {0644, 0660, 0604}) {
    EXPECT_NE(refusal(KeyFile(digits, mode).source()).find("mode"), std::string::npos);
  }
  for (const auto& content :
       {std::string(), digits.substr(2), digits + "\n\n", digits + "aa", digits.substr(1) + "g", "\n" + digits}) {
    const auto words = refusal(KeyFile(content, 0600).source());
    EXPECT_NE(words.find("64 hexadecimal digits"), std::string::npos) << words;
    EXPECT_EQ(words.find("aaaa"), std::string::npos) << "never what was found there";
  }
  EXPECT_NE(refusal({MasterKeySource::File{"/nonexistent/key"}}).find("/nonexistent/key"), std::string::npos);
  EXPECT_FALSE(refusal({MasterKeySource::File{"/tmp"}}).empty());
}

TEST(MasterKeySource, ReadsAnEnvironmentVariable) {
  const MasterKeySource source{MasterKeySource::Environment{"MINIDNS_TEST_KEY"}};
  ::unsetenv("MINIDNS_TEST_KEY");
  EXPECT_NE(refusal(source).find("isn't set"), std::string::npos);
  ::setenv("MINIDNS_TEST_KEY", digits.c_str(), 1);
  EXPECT_TRUE(is_expected(source));
  ::setenv("MINIDNS_TEST_KEY", "a secret that is no key", 1);
  EXPECT_EQ(refusal(source).find("a secret"), std::string::npos);
  ::unsetenv("MINIDNS_TEST_KEY");
}

TEST(MasterKeySource, ReadsWhatACommandWrites) {
  EXPECT_TRUE(is_expected(command({"/bin/echo", digits})));
  EXPECT_TRUE(is_expected(shell("cat; printf %s " + digits))) << "its input is empty";
  EXPECT_EQ(refusal(command({"/bin/echo", "$HOME", "; echo " + digits})).find("status"), std::string::npos)
      << "no shell looks at its arguments";
}

TEST(MasterKeySource, RefusesACommandThatFailsOrWritesTooMuch) {
  EXPECT_NE(refusal(shell("echo " + digits + "; exit 3")).find("status 3"), std::string::npos);
  EXPECT_NE(refusal(shell("echo " + digits + "; kill -9 $$")).find("signal 9"), std::string::npos);
  EXPECT_NE(refusal(shell("yes " + digits)).find("more than 65 octets"), std::string::npos);
  EXPECT_FALSE(refusal(command({"/nonexistent/program"})).empty());
  EXPECT_NE(refusal(command({"echo", digits})).find("absolute path"), std::string::npos) << "no PATH is searched";
  EXPECT_NE(refusal(command({})).find("absolute path"), std::string::npos);
}

TEST(CommandOutput, EndsAProgramAndItsChildrenAtTheDeadline) {
  const auto begin = std::chrono::steady_clock::now();
  // What never ends, by itself, with a child, with its output closed, and deaf to SIGTERM.
  for (const auto* script : {"tail -f /dev/null", "tail -f /dev/null & tail -f /dev/null",
                             "exec >&-; tail -f /dev/null > /dev/null", "trap '' TERM; tail -f /dev/null"}) {
    const auto output = command_output({"/bin/sh", "-c", script}, 100, 200ms);
    ASSERT_TRUE(output.has_error()) << script;
    EXPECT_EQ(output.error(), "not done in time") << script;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

TEST(CommandOutput, IsAllThatWasWrittenUpToTheLimit) {
  const auto whole = command_output({"/usr/bin/head", "-c", "70000", "/dev/zero"}, 70'000, 10s);
  ASSERT_TRUE(whole.has_value()) << whole.error();
  EXPECT_EQ(whole->reveal().size(), 70'000U) << "more than a pipe holds";
  EXPECT_TRUE(command_output({"/usr/bin/head", "-c", "70001", "/dev/zero"}, 70'000, 10s).has_error());
  EXPECT_EQ(command_output({"/bin/true"}, 10, 10s)->reveal().size(), 0U);
}

TEST(MasterKeySource, IsWrittenAsOneWord) {
  using Source = MasterKeySource;
  EXPECT_EQ(Source::parse("file:/a b:c"), (Source{Source::File{"/a b:c"}}));
  EXPECT_EQ(Source::parse("env:NAME"), (Source{Source::Environment{"NAME"}}));
  EXPECT_EQ(Source::parse("command:/bin/get key 1"), (Source{Source::Command{{"/bin/get", "key", "1"}}}));
  for (const auto* text : {"", "file:", "file", "/etc/key", "environment:X", "FILE:/x"}) {
    EXPECT_FALSE(Source::parse(text)) << text;
  }
}

std::vector<MasterKeySource> settings(const std::string& yaml) {
  auto root = ConfigMap::parse(yaml, "test.yaml");
  auto sources = read_master_key_sources(root, "master_key");
  root.finish();
  return sources;
}

TEST(MasterKeySettings, AreAFileOneSourceOrAList) {
  using Source = MasterKeySource;
  const Source file{Source::File{"/k"}};
  const Source environment{Source::Environment{"K"}};
  const Source argv{Source::Command{{"/get", "k"}}};
  EXPECT_EQ(settings("master_key_file: /k"), std::vector{file});
  EXPECT_EQ(settings("master_key: {file: /k}"), std::vector{file});
  EXPECT_EQ(settings("master_key: {env: K}"), std::vector{environment});
  EXPECT_EQ(settings("master_key: {command: [/get, k]}"), std::vector{argv});
  EXPECT_EQ(settings("master_keys: [{file: /k}, {env: K}, {command: [/get, k]}]"),
            (std::vector{file, environment, argv}));
  EXPECT_TRUE(settings("{}").empty());
}

TEST(MasterKeySettings, AreRefusedIfTheySayTwoThingsOrNothing) {
  for (const auto* yaml :
       {"{master_key_file: /k, master_key: {file: /k}}", "{master_key_file: /k, master_keys: [{file: /k}]}",
        "master_key: {}", "master_key: {file: /k, env: K}", "master_key: {command: []}", "master_key: {command: [get]}",
        "master_key: {fil: /k}", "master_keys: []", "master_keys: [{env: A}, {env: B}, {env: C}, {env: D}]",
        "master_key: /k"}) {
    EXPECT_THROW((void)settings(yaml), ConfigError) << yaml;
  }
}

TEST(MasterKeys, AreAllReadOrNone) {
  const KeyFile good(digits, 0600);
  EXPECT_TRUE(read_master_keys({good.source()}));
  EXPECT_FALSE(read_master_keys({good.source(), {MasterKeySource::File{"/nonexistent/key"}}}));
  EXPECT_FALSE(read_master_keys({}));
}

}  // namespace
}  // namespace minidns
