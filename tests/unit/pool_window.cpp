#include "tests/unit/pool_window_bench.hpp"

#include <gtest/gtest.h>

#include <map>

namespace minidns::pool::window_test {
namespace {

TEST(Window, NothingCanBeSaidBeforeThereIsAPosition) {
  Window window({}, [] { return 0; });
  EXPECT_FALSE(window.visible_through());
  EXPECT_FALSE(window.has_unsaved());
}

TEST(Window, ThePrefixStandsBeforeTheOldestChangeThatIsNotVisible) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::update, "a.", 1), change(2, ZoneAction::update, "b.", 2),
              change(5, ZoneAction::update, "c.", 3)});
  EXPECT_EQ(bench.window.visible_through(), 0);
  for (const auto& ticket : bench.window.take_looks(bench.now, 10)) {
    const bool is_b = ticket.name == name("b.");
    (void)bench.window.see(
        ticket, is_b ? serial(2) : serial(0), [](const auto&) { return false; }, bench.now);
  }
  EXPECT_EQ(bench.window.visible_through(), 0) << "a. is still missing";
  bench.now += 10ms;
  for (const auto& ticket : bench.window.take_looks(bench.now, 10)) {
    const bool is_a = ticket.name == name("a.");
    (void)bench.window.see(
        ticket, is_a ? serial(1) : serial(0), [](const auto&) { return false; }, bench.now);
  }
  EXPECT_EQ(bench.window.visible_through(), 4) << "changes of others, 3 and 4, hold up nothing";
  bench.now += 20ms;
  bench.look(serial(5));
  EXPECT_EQ(bench.window.visible_through(), 5);
  EXPECT_EQ(bench.window.size(), 0U);
}

TEST(Window, ChangesOfOneNameCollapseAndAreSeenOneByOne) {
  Bench bench(bind);
  bench.read(
      {change(1, ZoneAction::update, "a."), change(2, ZoneAction::update, "a."), change(3, ZoneAction::update, "a.")});
  EXPECT_EQ(bench.window.size(), 1U);
  const auto outcomes = bench.look(serial(2));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].visible.size(), 2U) << "a zone that never rests still makes progress";
  EXPECT_EQ(bench.window.visible_through(), 2);
  bench.now += 5ms;
  bench.look(serial(7));
  EXPECT_EQ(bench.window.visible_through(), 3) << "a newer serial shows it too";
}

TEST(Window, SerialsAreComparedAsRfc1982Says) {
  Bench bench(bind);
  auto wrapped = change(1, ZoneAction::update, "a.");
  wrapped.serial = dns::Serial(3);
  bench.read({wrapped});
  bench.look(serial(0xffff'fff0));
  EXPECT_EQ(bench.window.visible_through(), 0);
  bench.now += 5ms;
  bench.look(serial(3));
  EXPECT_EQ(bench.window.visible_through(), 1);
}

TEST(Window, AConsumerOfACatalogGetsNoCommandsButIsToldAgain) {
  Bench bench(by_catalog);
  bench.read({change(1, ZoneAction::create, "a."), change(2, ZoneAction::remove, "b.", 2)});
  EXPECT_FALSE(bench.window.has_commands());
  for (const auto& outcome : bench.look(serial(0))) {
    EXPECT_FALSE(outcome.renotify) << "it has just been told";
  }
  bench.now += nudge_interval;
  const auto outcomes = bench.look(serial(0));
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_TRUE(outcomes[0].renotify);
  EXPECT_TRUE(outcomes[1].renotify) << "the catalog's change may have been missed: a zone that should be gone, too";
  bench.now += nudge_interval;
  for (const auto& ticket : bench.window.take_looks(bench.now, 10)) {
    (void)bench.window.see(
        ticket, ticket.name == name("a.") ? serial(1) : absent, [](const auto&) { return false; }, bench.now);
  }
  EXPECT_EQ(bench.window.visible_through(), 2);
}

TEST(Window, ACreatedZoneIsAddedAndThenWatched) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::create, "a.")});
  EXPECT_TRUE(bench.look(absent).empty()) << "no question before the command";
  EXPECT_EQ(bench.command(), Step::add);
  EXPECT_EQ(bench.look(empty).size(), 1U);
  bench.now += 5ms;
  EXPECT_EQ(bench.look(serial(1)).size(), 1U);
  EXPECT_EQ(bench.window.visible_through(), 1);
}

TEST(Window, AZoneThatIsThereAlreadyGetsOurPrimaries) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::create, "a.")});
  EXPECT_EQ(bench.command(DriverErrc::already_exists), Step::add);
  EXPECT_EQ(bench.command(), Step::change);
  EXPECT_EQ(bench.command(), Step::none);
}

TEST(Window, ADeletedZoneIsGoneOnlyAfterTheCommandAndALook) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::remove, "a.")});
  EXPECT_EQ(bench.command(DriverErrc::no_such_zone), Step::remove);
  EXPECT_EQ(bench.window.visible_through(), 0) << "what a command says is not measured";
  bench.look(serial(9));
  EXPECT_EQ(bench.window.visible_through(), 0);
  bench.now += 5ms;
  bench.look(absent);
  EXPECT_EQ(bench.window.visible_through(), 1);
}

TEST(Window, AnOldLookDoesNotConfirmTheOppositeWish) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::create, "a.")});
  bench.command();
  const auto looks = bench.window.take_looks(bench.now, 10);
  ASSERT_EQ(looks.size(), 1U);
  bench.read({change(2, ZoneAction::remove, "a.")});
  (void)bench.window.see(
      looks[0], absent, [](const auto&) { return false; }, bench.now);
  EXPECT_EQ(bench.window.visible_through(), 0) << "it was absent because it was not added yet";
  EXPECT_EQ(bench.command(), Step::remove);
}

TEST(Window, AnOldCommandDoesNotCountForTheNextIncarnation) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::remove, "a.", 1)});
  const auto removal = bench.window.take_commands(10);
  ASSERT_EQ(removal.step, Step::remove);
  bench.read({change(2, ZoneAction::create, "a.", 2)});
  bench.window.commanded(removal.tickets[0], Step::remove, std::nullopt, bench.now);
  EXPECT_TRUE(bench.look(absent).empty());
  EXPECT_EQ(bench.command(), Step::add) << "the new zone is added after the old one was removed";
  bench.look(serial(2));
  EXPECT_EQ(bench.window.visible_through(), 2) << "the deletion is covered by what followed";
}

TEST(Window, AZoneThatLivesAgainIsNotRemoved) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::remove, "a.", 1)});
  const auto removal = bench.window.take_commands(10);
  bench.window.withdrawn(removal.tickets[0], bench.now);
  EXPECT_EQ(bench.command(), Step::none);
  bench.read({change(2, ZoneAction::create, "a.", 2)});
  EXPECT_EQ(bench.command(DriverErrc::already_exists), Step::add);
}

TEST(Window, WhatIsNotSeenInTimeBecomesAnExceptionAndFreesThePrefix) {
  Bench bench(bind);
  bench.read({change(4, ZoneAction::update, "a."), change(6, ZoneAction::update, "a.")});
  bench.look(serial(3));
  bench.now += 5s;
  const auto outcomes = bench.look(serial(3));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_TRUE(outcomes[0].is_exception);
  const auto update = bench.save();
  EXPECT_EQ(update.visible_through, 6);
  ASSERT_EQ(update.exceptions.size(), 1U) << "in the same save as the position that passes it";
  const auto& task = update.exceptions[0].task;
  EXPECT_EQ(task.since_seq, 4);
  EXPECT_EQ(task.seq, 6);
  EXPECT_EQ(task.attempts, 1);
  EXPECT_FALSE(task.is_error);
  EXPECT_EQ(task.reason, "the nameserver has serial 3, wanted is 6");
  EXPECT_EQ(update.exceptions[0].delay, 1s);
}

TEST(Window, ASaveThatFailedIsRepeatedWithWhatCameSince) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::update, "a.", 1), change(2, ZoneAction::update, "b.", 2)});
  bench.now += 5s;
  bench.look(absent);  // neither is there
  bench.command();
  bench.window.record_all("gone");
  auto failed = bench.save();
  EXPECT_EQ(failed.exceptions.size(), 2U);
  EXPECT_FALSE(bench.window.has_unsaved());
  bench.window.restore(std::move(failed));
  EXPECT_TRUE(bench.window.has_unsaved());
  bench.read({change(3, ZoneAction::update, "a.", 1)});
  bench.look(serial(3));
  const auto again = bench.save();
  EXPECT_EQ(again.visible_through, 3);
  ASSERT_EQ(again.exceptions.size(), 1U);
  EXPECT_EQ(again.exceptions[0].task.name, name("b."));
  ASSERT_EQ(again.confirmed.size(), 1U);
  EXPECT_EQ(again.confirmed[0].seq, 3);
}

storage::Task task(std::int64_t seq, ZoneAction action, const std::string& zone, int attempts) {
  const auto wanted = change(seq, action, zone);
  return {wanted.action, wanted.zone, wanted.name, wanted.version, wanted.serial, seq, seq, attempts, false, ""};
}

TEST(Window, ATaskDoesTheRightStepForWhatItSees) {
  struct Row {
    const char* reason;
    Abilities abilities;
    ZoneAction action;
    Sight sight;
    Step step;
  };
  for (const Row& row : {
           Row{"missing", bind, ZoneAction::update, absent, Step::add},
           Row{"behind, again", bind, ZoneAction::update, serial(1), Step::change},
           Row{"without content, again", powerdns, ZoneAction::create, empty, Step::change},
           Row{"still there", bind, ZoneAction::remove, serial(1), Step::remove},
           Row{"absence may be emptiness", bind, ZoneAction::remove, absent, Step::remove},
           Row{"no answer, no step", bind, ZoneAction::update, silent, Step::none},
           Row{"a person's business", by_hand, ZoneAction::create, absent, Step::none},
       }) {
    Bench bench(row.abilities);
    bench.window.add(task(9, row.action, "a.", 1), bench.now);
    bench.look(row.sight);
    EXPECT_EQ(bench.command(), row.step) << row.reason;
  }
}

TEST(Window, ATaskThatIsConfirmedIsDeletedAndHoldsUpNoPrefix) {
  Bench bench(bind);
  bench.window.add(task(9, ZoneAction::update, "a.", 3), bench.now);
  EXPECT_EQ(bench.window.visible_through(), 0);
  bench.look(serial(9));
  const auto update = bench.save();
  ASSERT_EQ(update.confirmed.size(), 1U);
  EXPECT_EQ(update.confirmed[0].seq, 9);
}

TEST(Window, ATaskTurnsIntoAnErrorAfterItsAttempts) {
  Bench bench(by_hand);
  bench.window.add(task(9, ZoneAction::update, "a.", 4), bench.now);
  bench.now += 5s;
  bench.look(serial(1));
  const auto update = bench.save();
  ASSERT_EQ(update.exceptions.size(), 1U);
  EXPECT_EQ(update.exceptions[0].task.attempts, 5);
  EXPECT_TRUE(update.exceptions[0].task.is_error);
}

TEST(Window, NewerWorkSupersedesATask) {
  Bench bench(bind);
  bench.window.add(task(9, ZoneAction::remove, "a.", 2), bench.now);
  bench.read({change(10, ZoneAction::create, "a.", 2)});
  EXPECT_EQ(bench.command(), Step::add);
  bench.window.add(task(9, ZoneAction::remove, "a.", 2), bench.now);
  bench.look(serial(10));
  const auto update = bench.save();
  ASSERT_EQ(update.confirmed.size(), 1U);
  EXPECT_EQ(update.confirmed[0].seq, 10) << "which deletes the older task";
  EXPECT_TRUE(update.exceptions.empty());
}

TEST(Window, ACommandThatTheNameserverRejectsIsAnExceptionWithItsWords) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::create, "a.")});
  EXPECT_EQ(bench.command(DriverErrc::rejected), Step::add);
  const auto update = bench.save();
  ASSERT_EQ(update.exceptions.size(), 1U);
  EXPECT_EQ(update.exceptions[0].task.reason, "rejected: words");
  EXPECT_EQ(update.visible_through, 1);
}

TEST(Window, AnUnreachableNameserverCostsNoAttempt) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::create, "a."), change(2, ZoneAction::update, "b.", 2)});
  EXPECT_EQ(bench.command(DriverErrc::unreachable), Step::add);
  bench.window.record_all("away");
  EXPECT_EQ(bench.window.size(), 0U);
  EXPECT_FALSE(bench.window.has_commands() && bench.command() != Step::none);
  const auto update = bench.save();
  ASSERT_EQ(update.exceptions.size(), 2U);
  for (const auto& write : update.exceptions) {
    EXPECT_EQ(write.task.attempts, 0);
    EXPECT_EQ(write.delay, 0ms) << "due as soon as it is back";
    EXPECT_EQ(write.task.reason, "away");
  }
}

TEST(Window, WhatWaitsForItsCommandTooLongDoesNotHoldUpThePrefix) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::create, "a.")});
  bench.now += 4s;
  bench.window.record_late(bench.now);
  EXPECT_EQ(bench.window.visible_through(), 0);
  bench.now += 1s;
  bench.window.record_late(bench.now);
  bench.window.record_late(bench.now);
  const auto update = bench.save();
  EXPECT_EQ(update.visible_through, 1);
  EXPECT_EQ(update.exceptions.size(), 1U);
  EXPECT_EQ(bench.command(), Step::add) << "it is still in hand";
  const auto outcomes = bench.look(serial(1));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].visible.size(), 1U) << "and measured";
  EXPECT_EQ(bench.save().confirmed.size(), 1U);
}

TEST(Window, AForcedTransferWaitsUntilEveryPrimaryHasTheVersion) {
  Bench bench(powerdns);
  bench.read({change(2, ZoneAction::update, "a.")});
  bench.look(serial(1));
  EXPECT_EQ(bench.command(), Step::none) << "a listed primary may be behind";
  bench.all_have = true;
  bench.window.look_at_waiting([](const auto&) { return true; }, bench.now);
  bench.look(serial(1));
  EXPECT_EQ(bench.command(), Step::force);
  bench.look(serial(1));
  EXPECT_EQ(bench.command(), Step::none) << "one at a time";
  bench.now += force_again_after;
  bench.look(serial(1));
  EXPECT_EQ(bench.command(), Step::force) << "unless it got lost";
  bench.now += 5ms;
  bench.look(serial(2));
  EXPECT_EQ(bench.window.visible_through(), 2);
}

TEST(Window, TheNextForcedTransferFollowsWhenTheLastHasArrived) {
  Bench bench(powerdns);
  bench.all_have = true;
  bench.read({change(2, ZoneAction::update, "a.")});
  bench.look(serial(1));
  EXPECT_EQ(bench.command(), Step::force);
  bench.read({change(3, ZoneAction::update, "a.")});
  bench.look(serial(1));
  EXPECT_EQ(bench.command(), Step::none) << "coalesced";
  bench.now += 5ms;
  bench.look(serial(2));
  EXPECT_EQ(bench.window.visible_through(), 2);
  EXPECT_EQ(bench.command(), Step::force);
}

TEST(Window, AZoneThatWentBackIsCountedAndRepaired) {
  Bench bench(powerdns);
  bench.all_have = true;
  bench.read({change(5, ZoneAction::update, "a.")});
  bench.look(serial(4));
  EXPECT_EQ(bench.command(), Step::force);
  const auto outcomes = bench.look(serial(1));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_TRUE(outcomes[0].went_back);
  EXPECT_EQ(bench.command(), Step::force) << "at once";
}

TEST(Window, ANameserverThatIsSlowIsReminded) {
  Bench asked(bind);
  asked.read({change(2, ZoneAction::update, "a.")});
  asked.look(serial(1));
  EXPECT_EQ(asked.command(), Step::none);
  asked.now += nudge_interval;
  asked.look(serial(1));
  EXPECT_EQ(asked.command(), Step::fetch);

  Bench notified(powerdns);
  notified.read({change(2, ZoneAction::update, "a.")});
  notified.look(serial(1));
  notified.now += nudge_interval;
  const auto outcomes = notified.look(serial(1));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_TRUE(outcomes[0].renotify.has_value());
}

TEST(Window, ADriverlessNameserverIsOnlyWatched) {
  Bench bench(by_hand);
  bench.read({change(1, ZoneAction::create, "a.", 1), change(2, ZoneAction::remove, "b.", 2)});
  EXPECT_FALSE(bench.window.has_commands());
  for (const auto& ticket : bench.window.take_looks(bench.now, 10)) {
    (void)bench.window.see(
        ticket, ticket.name == name("a.") ? serial(1) : absent, [](const auto&) { return false; }, bench.now);
  }
  EXPECT_EQ(bench.window.visible_through(), 2);
}

TEST(Window, ItsRoomIsBounded) {
  Bench bench(bind);
  std::vector<storage::ZoneChange> changes;
  for (std::size_t i = 1; i <= Window::items_max; ++i) {
    changes.push_back(change(static_cast<std::int64_t>(i), ZoneAction::update, "z" + std::to_string(i) + "."));
  }
  EXPECT_EQ(bench.window.room_for_tasks(), Window::tasks_max);
  bench.read(std::move(changes));
  EXPECT_EQ(bench.window.room_for_changes(), 0U);
  EXPECT_EQ(bench.window.room_for_tasks(), 0U);
}

TEST(Window, ANewPositionForgetsTheFeedAndKeepsTasks) {
  Bench bench(bind);
  bench.window.add(task(3, ZoneAction::update, "t.", 1), bench.now);
  bench.read({change(7, ZoneAction::update, "a.", 2)});
  bench.window.set_position(20);
  EXPECT_EQ(bench.window.visible_through(), 20);
  EXPECT_FALSE(bench.window.contains(name("a.")));
  EXPECT_TRUE(bench.window.contains(name("t.")));
}

TEST(Window, AtItsEndTasksAreHandedBackAndTheFeedIsNot) {
  Bench bench(bind);
  bench.window.add(task(3, ZoneAction::update, "t.", 2), bench.now);
  bench.read({change(7, ZoneAction::update, "a.", 2)});
  bench.window.hand_back();
  const auto update = bench.save();
  ASSERT_EQ(update.exceptions.size(), 1U);
  EXPECT_EQ(update.exceptions[0].task.name, name("t."));
  EXPECT_EQ(update.exceptions[0].task.attempts, 2);
  EXPECT_EQ(update.visible_through, 6);
}

/// A model nameserver, random work: at the end all is visible or an exception, and the prefix never passed a change
/// that was neither.

}  // namespace
}  // namespace minidns::pool::window_test
