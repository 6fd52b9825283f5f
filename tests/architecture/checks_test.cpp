// The checker must be able to fail: each check on text that breaks its rule, and on text that keeps it.
#include "tests/architecture/checks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace minidns::architecture {
namespace {

const FileExists all_exist = [](std::string_view) { return true; };

struct Row {
  std::string path;
  std::string text;
  std::string finding;  // a part of the one finding; empty if there must be none
};

using Check = std::function<Findings(const SourceFile&)>;

void expect_rows(const Check& check, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const Findings findings = check({row.path, row.text});
    if (row.finding.empty()) {
      EXPECT_TRUE(findings.empty()) << row.path << "\n" << row.text << "\n" << findings.front();
    } else {
      ASSERT_EQ(findings.size(), 1U) << row.path << "\n" << row.text;
      EXPECT_NE(findings.front().find(row.finding), std::string::npos) << findings.front();
    }
  }
}

TEST(ArchitectureCheck, Includes) {
  const auto check = [](const SourceFile& file) { return check_includes(file, all_exist); };
  expect_rows(check, {
                         // rooms
                         {"dns/a.cpp", "#include \"base/bytes.hpp\"\n", ""},
                         {"dns/a.cpp", "#include \"dns/name.hpp\"\n", ""},
                         {"base/a.cpp", "#include \"dns/name.hpp\"\n", "base may not include room dns"},
                         {"api/a.cpp", "\n#include \"storage/session.hpp\"\n",
                          "api/a.cpp:2: room api may not include room storage"},
                         {"storage/postgres/a.cpp", "#include \"api/ports.hpp\"\n", "storage may not include room api"},
                         {"tsig/a.cpp", "#include \"dnssec/key.hpp\"\n", "tsig may not include room dnssec"},
                         {"mdns/a.cpp", "#include \"central/rules.hpp\"\n", "mdns may not include room central"},
                         {"mdns/a.cpp", "#include \"api/ports.hpp\"\n", "mdns may not include room api"},
                         {"central/a.cpp", "#include \"api/ports.hpp\"\n#include \"storage/session.hpp\"\n", ""},
                         {"attic/a.cpp", "#include \"base/bytes.hpp\"\n", "no listed room"},
                         {"dns/a.cpp", "#include \"dns/name.cpp\"\n", "no header"},
                         {"dns/a.cpp", "  #  include \"api/ports.hpp\" // why\n", "dns may not include room api"},
                         // libraries
                         {"dns/name.cpp", "#include <ldns/ldns.h>\n", ""},
                         {"dns/name.hpp", "#include <ldns/ldns.h>\n", "dns/name.hpp:1: may not include <ldns/ldns.h>"},
                         {"mdns/a.cpp", "#include <ldns/ldns.h>\n", "may not include"},
                         {"storage/postgres/a.hpp", "#include <libpq-fe.h>\n", ""},
                         {"storage/a.hpp", "#include <libpq-fe.h>\n", "may not include"},
                         {"mdns/a.cpp", "#include <boost/asio.hpp>\n#include <boost/asio/post.hpp>\n", ""},
                         {"mdns/a.cpp", "#include <boost/beast/http.hpp>\n", "may not include"},
                         {"pool-manager/drivers/http_client.cpp", "#include <boost/beast/http.hpp>\n", ""},
                         {"base/secret_box.cpp", "#include <openssl/evp.h>\n", ""},
                         {"base/secret.cpp", "#include <openssl/evp.h>\n", "may not include"},
                         {"base/log.cpp", "#include <gtest/gtest.h>\n", "may not include"},
                         {"mdns/a.cpp", "#include <boost/asiox.hpp>\n", "in no list"},
                         {"mdns/a.cpp", "#include <boost/lexical_cast.hpp>\n", "in no list"},
                         {"dns/a.cpp", "#include <vector>\n#include <sys/socket.h>\n", ""},
                     });
}

TEST(ArchitectureCheck, IncludesArePathsFromTheRoot) {
  const auto only_base = [](std::string_view path) { return path == "base/bytes.hpp"; };
  const auto check = [&](const SourceFile& file) { return check_includes(file, only_base); };
  expect_rows(check, {{"base/a.cpp", "#include \"base/bytes.hpp\"\n", ""},
                      {"base/a.cpp", "#include \"bytes.hpp\"\n", "no path from the repository's root"},
                      {"base/a.cpp", "#include \"../base/bytes.hpp\"\n", "no path from the repository's root"}});
}

TEST(ArchitectureCheck, Location) {
  expect_rows(check_location, {{"dns/wire/message.cpp", "", ""},
                               {"docs/picture.svg", "", ""},
                               {"attic/a.cpp", "", "'attic' is no listed room"},
                               {"a.cpp", "", "'' is no listed room"},
                               {"dns/utils/a.cpp", "", "'utils' says nothing"},
                               {"dns/wire/include/a.hpp", "", "'include' says nothing"}});
}

TEST(ArchitectureCheck, IncludeGuard) {
  expect_rows(check_include_guard, {{"dns/a.hpp", "// why\n#pragma once\n", ""},
                                    {"dns/a.cpp", "", ""},
                                    {"dns/a.hpp", "#ifndef A\n#define A\n#endif\n", "dns/a.hpp: has no #pragma once"}});
}

TEST(ArchitectureCheck, Length) {
  const auto check = [](const SourceFile& file) { return check_length(file, 3); };
  expect_rows(check, {{"a", "1\n2\n3\n", ""}, {"a", "1\n2\n3\n4\n", "a: has 4 lines, more than 3"}});
}

TEST(ArchitectureCheck, Marks) {
  expect_rows(check_marks, {{"a.cpp", "// done: all\n", ""},
                            {"a.cpp",
                             "int maxXX"
                             "X = 1;\n",
                             ""},
                            {"a.cpp",
                             "\n// TO"
                             "DO: later\n",
                             "a.cpp:2: unfinished work"},
                            {"a.sql",
                             "-- FIX"
                             "ME\n",
                             "unfinished work"}});
}

TEST(ArchitectureCheck, CMake) {
  expect_rows(check_cmake, {{"CMakeLists.txt", "add_library(a a.cpp)\n", ""},
                            {"CMakeLists.txt", "file(GLOB sources *.cpp)\n", "by a glob"},
                            {"CMakeLists.txt", "FILE( GLOB_RECURSE sources *.cpp)\n", "by a glob"}});
}

TEST(ArchitectureCheck, Ownership) {
  expect_rows(check_ownership, {{"a.cpp", "// nothing is detached\n", ""},
                                {"a.cpp", "co_spawn(c, f(), asio::detached);\n", "without an owner"},
                                {"a.cpp", "thread.detach();\n", "without an owner"}});
}

TEST(ArchitectureCheck, AwaitedClosures) {
  expect_rows(check_awaited_closures,
              {{"a.cpp", "auto f = [=] { return x; };\nco_await offload(pool, f);\n", ""},
               {"a.cpp", "co_await g([&] { return x; });\n", ""},
               {"a.cpp", "co_await g([&x, this](int y) { return x; });\n", ""},
               {"a.cpp", "if (co_await g(a[i])) {\n}\n", ""},
               {"a.cpp", "while (true) {\n  co_await g(a[i]);\n}\n", ""},
               {"a.cpp", "co_await g([=] { return x; });\n", "gcc 12"},
               {"a.cpp", "co_await g([x] { return x; });\n", "gcc 12"},
               {"a.cpp", "co_await g([&y, x = std::move(x)](int z) mutable { return x; });\n", "gcc 12"},
               {"a.cpp", "auto r =\n    co_await g(pool,\n               [x]() -> int { return x; });\n", "a.cpp:3"}});
}

TEST(ArchitectureCheck, AwaitedChoices) {
  expect_rows(check_awaited_choices, {{"a.cpp", "auto r = co_await g(x ? 1 : 2);\n", ""},
                                      {"a.cpp", "auto r = x ? 1 : 2;\nco_await g();\n", ""},
                                      {"a.cpp", "auto r =\n    x ? co_await f() : y;\n", "a.cpp:2"},
                                      {"a.cpp", "auto r = x ? y : co_await f();\n", "gcc 12"}});
}

}  // namespace
}  // namespace minidns::architecture
