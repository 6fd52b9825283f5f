#include "central/command_line.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

TEST(CommandLine, WordsAndOptionsMayBeMixed) {
  CommandLine line({"token", "--project", "p", "create", "--config", "f"});
  EXPECT_FALSE(line.take({"token", "list"}));
  EXPECT_TRUE(line.take({"token", "create"}));
  EXPECT_EQ(line.required("project"), "p");
  EXPECT_EQ(line.optional("description"), std::nullopt);
  EXPECT_EQ(line.required("config"), "f");
  line.finish();
}

TEST(CommandLine, WhatIsLeftIsRefused) {
  CommandLine words({"migrate", "now"});
  EXPECT_TRUE(words.take({"migrate"}));
  EXPECT_THROW(words.finish(), UsageError);
  CommandLine options({"migrate", "--force", "yes"});
  EXPECT_TRUE(options.take({"migrate"}));
  EXPECT_THROW(options.finish(), UsageError);
}

TEST(CommandLine, OptionsNeedOneValueEach) {
  EXPECT_THROW(CommandLine({"migrate", "--config"}), UsageError);
  EXPECT_THROW(CommandLine({"--config", "a", "--config", "b"}), UsageError);
  CommandLine line({"migrate"});
  EXPECT_THROW(static_cast<void>(line.required("config")), UsageError);
  EXPECT_TRUE(line.take({"migrate"}));
  EXPECT_THROW(static_cast<void>(line.take_argument("FILE")), UsageError);
}

}  // namespace
}  // namespace minidns::central
