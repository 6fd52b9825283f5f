#include "base/config.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace minidns {
namespace {

using namespace std::chrono_literals;

ConfigMap parse(std::string_view yaml) {
  return ConfigMap::parse(yaml, "t.yaml");
}

/// The message of the ConfigError that `action` throws; "no error" if it throws none.
std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Config, ReadsEachKindOfValue) {
  auto root = parse(
      "name: n1\n"
      "port: 5300\n"
      "debug: true\n"
      "wait: 250ms\n"
      "body: 64KiB\n"
      "peers: [a, 'b c']\n"
      "listen:\n"
      "  address: 127.0.0.1\n"
      "pools:\n"
      "  - name: p1\n"
      "  - name: p2\n");
  EXPECT_EQ(root.string("name"), "n1");
  EXPECT_EQ(root.integer("port", 1, 65535), 5300);
  EXPECT_TRUE(root.boolean("debug", false));
  EXPECT_EQ(root.duration("wait", 1ms, 10s, 1s), 250ms);
  EXPECT_EQ(root.octets("body", 1, 1U << 20U, 1), 65536U);
  EXPECT_EQ(root.strings("peers"), (std::vector<std::string>{"a", "b c"}));
  EXPECT_EQ(root.map("listen").string("address"), "127.0.0.1");
  auto pools = root.maps("pools");
  ASSERT_EQ(pools.size(), 2U);
  EXPECT_EQ(pools[0].string("name"), "p1");
  EXPECT_EQ(pools[1].string("name"), "p2");
  EXPECT_NO_THROW(root.finish());
}

TEST(Config, GivesTheFallbackForAnAbsentKey) {
  auto root = parse("{}");
  EXPECT_EQ(root.string("name", "x"), "x");
  EXPECT_EQ(root.integer("port", 1, 9, 5), 5);
  EXPECT_TRUE(root.boolean("debug", true));
  EXPECT_EQ(root.duration("wait", 1ms, 10s, 3s), 3s);
  EXPECT_EQ(root.octets("body", 1, 9, 4), 4U);
  EXPECT_TRUE(root.strings("peers").empty());
  EXPECT_TRUE(root.maps("pools").empty());
  auto listen = root.map("listen");
  EXPECT_EQ(listen.integer("port", 1, 9, 5), 5);
  EXPECT_FALSE(root.has("listen"));
}

TEST(Config, NamesLineAndPathOfAnUnknownKey) {
  auto root = parse("listen:\n  port: 1\n  prot: 2\n");
  auto listen = root.map("listen");
  (void)listen.integer("port", 1, 9);
  EXPECT_EQ(error_of([&] { listen.finish(); }), "t.yaml:3: listen.prot: unknown key");
  EXPECT_EQ(error_of([&] { root.finish(); }), "t.yaml:3: listen.prot: unknown key") << "seen from above too";
}

TEST(Config, NamesLineAndPathInsideASequence) {
  auto root = parse("pools:\n- name: a\n- name: b\n  nmae: c\n");
  for (auto& pool : root.maps("pools")) {
    (void)pool.string("name");
  }
  EXPECT_EQ(error_of([&] { root.finish(); }), "t.yaml:4: pools[1].nmae: unknown key");
}

struct BadValue {
  std::string yaml;
  std::string message;
  std::function<void(ConfigMap&)> read;
};

TEST(Config, SaysWhatIsWrongWithAValue) {
  const auto as_string = [](ConfigMap& m) { (void)m.string("k"); };
  const auto as_integer = [](ConfigMap& m) { (void)m.integer("k", 1, 65535); };
  const auto as_boolean = [](ConfigMap& m) { (void)m.boolean("k", false); };
  const auto as_duration = [](ConfigMap& m) { (void)m.duration("k", 1s, 90s, 1s); };
  const auto as_octets = [](ConfigMap& m) { (void)m.octets("k", 512, 1U << 30U, 512); };
  const auto as_strings = [](ConfigMap& m) { (void)m.strings("k"); };
  const auto as_map = [](ConfigMap& m) { (void)m.map("k"); };
  const auto as_maps = [](ConfigMap& m) { (void)m.maps("k"); };
  const std::vector<BadValue> rows = {
      {"a: 1", "t.yaml:1: k: is missing", as_string},
      {"a: 1\nk:", "t.yaml:2: k: has no value", as_string},
      {"k: [a]", "t.yaml:1: k: must be a single value", as_string},
      {"\nk: many", "t.yaml:2: k: 'many' is not a whole number", as_integer},
      {"k: 1.5", "t.yaml:1: k: '1.5' is not a whole number", as_integer},
      {"k: 5 0", "t.yaml:1: k: '5 0' is not a whole number", as_integer},
      {"k: 99999999999999999999", "t.yaml:1: k: '99999999999999999999' is not a whole number", as_integer},
      {"k: 70000", "t.yaml:1: k: 70000 is not in 1..65535", as_integer},
      {"k: 0", "t.yaml:1: k: 0 is not in 1..65535", as_integer},
      {"k: yes", "t.yaml:1: k: 'yes' is neither true nor false", as_boolean},
      {"k: 10", "t.yaml:1: k: '10' is not a duration such as 250ms, 10s, 5m, 2h, 7d", as_duration},
      {"k: 10 s", "t.yaml:1: k: '10 s' is not a duration such as 250ms, 10s, 5m, 2h, 7d", as_duration},
      {"k: -1s", "t.yaml:1: k: '-1s' is not a duration such as 250ms, 10s, 5m, 2h, 7d", as_duration},
      {"k: 106751991168d", "t.yaml:1: k: '106751991168d' is not a duration such as 250ms, 10s, 5m, 2h, 7d",
       as_duration},
      {"k: 2h", "t.yaml:1: k: 2h is not in 1s..90s", as_duration},
      {"k: 64kb", "t.yaml:1: k: '64kb' is not a number of octets such as 512, 64KiB, 1GiB", as_octets},
      {"k: 2GiB", "t.yaml:1: k: 2GiB is not in 512..1GiB", as_octets},
      {"k: a", "t.yaml:1: k: must be a sequence", as_strings},
      {"k: [a,\n [b]]", "t.yaml:2: k: every item must be a single value", as_strings},
      {"k: a", "t.yaml:1: k: must be a mapping (key: value)", as_map},
      {"k: {}", "t.yaml:1: k: must be a sequence of mappings", as_maps},
      {"k: [{}, a]", "t.yaml:1: k[1]: must be a mapping (key: value)", as_maps},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(error_of([&] {
                auto root = parse(row.yaml);
                row.read(root);
              }),
              row.message)
        << row.yaml;
  }
}

TEST(Config, RefusesAFileThatIsNoMapping) {
  EXPECT_EQ(error_of([] { (void)parse("- a"); }), "t.yaml:1: must be a mapping (key: value)");
  EXPECT_EQ(error_of([] { (void)parse("a: 1\na: 2"); }), "t.yaml:2: a: stands here twice");
  EXPECT_EQ(error_of([] { (void)parse(""); }), "t.yaml:1: must hold one YAML document");
  EXPECT_EQ(error_of([] { (void)parse("a: 1\n---\nb: 2"); }), "t.yaml:1: must hold one YAML document");
  EXPECT_EQ(error_of([] { (void)parse("a: 1\n b: [}"); }).substr(0, 9), "t.yaml:2:");
  EXPECT_EQ(error_of([] { (void)ConfigMap::load("/nonexistent.yaml"); }), "/nonexistent.yaml: cannot be opened");
  EXPECT_EQ(error_of([] { (void)ConfigMap::load("/"); }), "/: cannot be read");
}

TEST(Config, UnitsOfDurationsAndOctets) {
  auto root = parse("{a: 1ms, b: 1s, c: 1m, d: 1h, e: 1d, f: 7, g: 1KiB, h: 1MiB, i: 1GiB}");
  const auto duration = [&](std::string_view key) { return root.duration(key, 0ms, 24h * 365, 0ms); };
  EXPECT_EQ(duration("a"), 1ms);
  EXPECT_EQ(duration("b"), 1s);
  EXPECT_EQ(duration("c"), 1min);
  EXPECT_EQ(duration("d"), 1h);
  EXPECT_EQ(duration("e"), 24h);
  const auto octets = [&](std::string_view key) { return root.octets(key, 0, 1ULL << 40U, 0); };
  EXPECT_EQ(octets("f"), 7U);
  EXPECT_EQ(octets("g"), 1024U);
  EXPECT_EQ(octets("h"), 1024U * 1024);
  EXPECT_EQ(octets("i"), 1024U * 1024 * 1024);
}

TEST(Config, GivesAllValuesByTheirPath) {
  const auto map = ConfigMap::parse("a: 1\nb: {c: [x, {d: y}], e: }\n", "test");
  EXPECT_EQ(map.values(), (ConfigValues{{"a", "1"}, {"b.c[0]", "x"}, {"b.c[1].d", "y"}, {"b.e", ""}}));
}

TEST(Config, RejectNamesTheKeysLine) {
  auto root = parse("a: 1\nkey_file: /x\n");
  EXPECT_EQ(error_of([&] { root.reject("key_file", "no such file"); }), "t.yaml:2: key_file: no such file");
}

}  // namespace
}  // namespace minidns
