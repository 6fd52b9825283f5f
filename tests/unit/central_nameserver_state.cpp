#include "central/nameserver_state.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

using enum api::NameserverState;

constexpr Standing booting{bootstrapping, false};
constexpr Standing entering{bootstrapping, true};
constexpr Standing serving{in_service, false};
constexpr Standing away{maintenance, false};
constexpr Standing gone{retired, false};

TEST(NameserverState, NobodyIsPutInServiceWhoMayLackSomething) {
  struct Row {
    const char* reason;
    std::optional<Standing> present;
    StandingWish wish;
    Standing next;
  };
  const Row rows[] = {
      {"new ones are to be in service", {}, {{}, {}, false}, entering},
      {"said so", {}, {in_service, {}, false}, entering},
      {"forced", {}, {in_service, {}, true}, serving},
      {"made ready, and no more", {}, {bootstrapping, {}, false}, booting},
      {"by itself later", {}, {bootstrapping, true, false}, entering},
      {"not to be worked for yet", {}, {maintenance, {}, false}, away},
      {"on the way", booting, {in_service, {}, false}, entering},
      {"the same in other words", booting, {{}, true, false}, entering},
      {"held back", entering, {{}, false, false}, booting},
      {"held back, with the state", entering, {bootstrapping, false, false}, booting},
      {"told what was read", entering, {bootstrapping, {}, false}, entering},
      {"told what was read", serving, {{}, false, false}, serving},
      {"one broken zone", entering, {in_service, {}, true}, serving},
      {"is already", serving, {in_service, {}, false}, serving},
      {"is already, with the other field", serving, {in_service, true, false}, serving},
      {"goes away", serving, {maintenance, {}, false}, away},
      {"goes away before it was there", entering, {maintenance, {}, false}, away},
      {"comes back", away, {in_service, {}, false}, entering},
      {"comes back and waits", away, {bootstrapping, {}, false}, booting},
      {"was restored from a backup", serving, {bootstrapping, {}, false}, booting},
      {"ends", serving, {retired, {}, false}, gone},
      {"ends", away, {retired, {}, false}, gone},
      {"is needed after all", gone, {in_service, {}, false}, entering},
      {"is needed after all", gone, {bootstrapping, {}, false}, booting},
      {"nothing asked", away, {{}, {}, false}, away},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.reason);
    const auto next = next_standing(row.present, row.wish);
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(*next, row.next);
  }
}

TEST(NameserverState, WhatCanNotBeNamesItsField) {
  struct Row {
    std::optional<Standing> present;
    StandingWish wish;
    const char* field;
    const char* words;
  };
  const Row rows[] = {
      {gone, {maintenance, {}, false}, "state", "can become bootstrapping or in_service"},
      {away, {in_service, false, false}, "enters_service", "must not be false"},
      {serving, {maintenance, true, false}, "enters_service", "bootstrapping"},
      {serving, {retired, true, false}, "enters_service", "bootstrapping"},
      {serving, {{}, true, false}, "enters_service", "this one is in_service"},
      {entering, {bootstrapping, {}, true}, "force", "in_service only"},
      {entering, {{}, {}, true}, "force", "in_service only"},
      {{}, {{}, {}, true}, "force", "in_service only"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.words);
    const auto next = next_standing(row.present, row.wish);
    ASSERT_FALSE(next.has_value());
    ASSERT_EQ(next.error().errors.size(), 1U);
    EXPECT_EQ(next.error().errors[0].path, std::vector<std::string>{row.field});
    EXPECT_NE(next.error().errors[0].message.find(row.words), std::string::npos) << next.error().errors[0].message;
  }
}

}  // namespace
}  // namespace minidns::central
