// Nameservers that were put back to an old backup, are ahead of the database, or were edited by hand.

#include "tests/e2e/nameserver_faults.hpp"
#include "tests/harness/temp_dir.hpp"

#include <filesystem>

namespace minidns::e2e {
namespace {

using harness::run;
using harness::TempDir;

class EditedNameservers : public NameserverFaults {
 protected:
  static void SetUpTestSuite() {
    start(short_times());
    add_knot_and_nsd();
  }
  template <class Action>
  static void on_all(Action action) {
    action(platform().bind());
    action(platform().powerdns());
    action(knot());
    action(nsd());
  }
  static void expect_all_right() {
    on_all([](auto& server) { EXPECT_TRUE(equals_database(server)); });
    for (const char* name : {"bind", "powerdns", "knot", "nsd"}) EXPECT_TRUE(has_no_tasks(name)) << name;
  }
  static void copy(const std::string& from, const std::string& to) {
    const auto result = run({"cp", "-a", from + "/.", to});
    ASSERT_EQ(result.status, 0) << result.err;
  }
  template <class Server>
  static void put_back(Server& server, const std::string& backup) {
    for (const auto& entry : std::filesystem::directory_iterator(server.folder())) {
      std::filesystem::remove_all(entry);
    }
    copy(backup, server.folder());
  }
  static std::uint32_t serial_at_powerdns(const std::string& zone) {
    harness::SoaAsker asker(platform().powerdns().address(), platform().powerdns().port());
    const auto answer = asker.ask(zone);
    return answer && answer->serial ? *answer->serial : 0;
  }
  /// Edits the SOA record on the PowerDNS itself.
  static void set_serial_at_powerdns(const std::string& zone, std::uint32_t from, std::uint32_t to) {
    const auto result =
        run({"sqlite3", "-cmd", ".timeout 10000", platform().powerdns().folder() + "/db.sqlite",
             "update records set content = replace(content, ' " + std::to_string(from) + " ', ' " + std::to_string(to) +
                 " ') where type = 'SOA' and name = '" + zone.substr(0, zone.size() - 1) + "'"});
    ASSERT_EQ(result.status, 0) << result.err;
    ASSERT_TRUE(serves(platform().powerdns(), zone, to, std::chrono::milliseconds(0)) ||
                serial_at_powerdns(zone) != from);
  }
};

TEST_F(EditedNameservers, PutBackToAnOldBackupAreBroughtUpToDate) {
  const auto changed = make("changed.backup.example.");
  const auto deleted = make("deleted.backup.example.");
  auto again = make("again.backup.example.");
  add(again, "old.again.backup.example.");
  expect_all_right();
  const TempDir bind("backup"), powerdns("backup"), knot_backup("backup"), nsd_backup("backup");
  on_all([](auto& server) { server.stop(); });
  copy(platform().bind().folder(), bind.path().string());
  copy(platform().powerdns().folder(), powerdns.path().string());
  copy(knot().folder(), knot_backup.path().string());
  copy(nsd().folder(), nsd_backup.path().string());
  on_all([](auto& server) { server.start(); });

  for (const char* label : {"a", "b", "c"}) add(changed, std::string(label) + ".changed.backup.example.");
  remove(deleted);
  remove(again);
  again = make("again.backup.example.");
  add(again, "new.again.backup.example.");
  const auto made = make("made.backup.example.");
  expect_all_right();

  on_all([](auto& server) { server.stop(); });
  put_back(platform().bind(), bind.path().string());
  put_back(platform().powerdns(), powerdns.path().string());
  put_back(knot(), knot_backup.path().string());
  put_back(nsd(), nsd_backup.path().string());
  on_all([](auto& server) { server.start(); });
  expect_all_right();
  on_all([](auto& server) {
    EXPECT_EQ(dig(server, "c.changed.backup.example.", "A").size(), 1U);
    EXPECT_EQ(dig(server, "new.again.backup.example.", "A").size(), 1U);
    EXPECT_TRUE(dig(server, "old.again.backup.example.", "A").empty());
  });
  for (const auto& id : {changed, again, made}) EXPECT_TRUE(has_status(id, "ACTIVE"));
}

TEST_F(EditedNameservers, ANewerSerialThanTheDatabasesIsPassed) {
  const std::string zone = "ahead.edited.example.";
  const auto id = make(zone);
  ASSERT_TRUE(has_status(id, "ACTIVE"));
  const auto before = serial_of(rest(), id);
  const auto raised = before + 1000;
  set_serial_at_powerdns(zone, before, raised);
  // Nobody changes the zone: central makes a version above it, with the database's content.
  EXPECT_TRUE(eventually([&] { return serial_of(rest(), id) - raised - 1 < 0x7ffffffeU; }, long_wait));
  on_all([&](auto& server) { EXPECT_TRUE(serves_now(server, zone, id)); });
  EXPECT_TRUE(has_status(id, "ACTIVE"));
  add(id, "www." + zone);
  on_all([&](auto& server) {
    EXPECT_TRUE(serves_now(server, zone, id));
    EXPECT_EQ(dig(server, "www." + zone, "A").size(), 1U);
  });
  expect_all_right();
}

TEST_F(EditedNameservers, AnOlderSerialIsRepaired) {
  const std::string zone = "behind.edited.example.";
  const auto id = make(zone);
  add(id, "www." + zone);
  ASSERT_TRUE(has_status(id, "ACTIVE"));
  const auto serial = serial_of(rest(), id);
  set_serial_at_powerdns(zone, serial, serial - 1000);
  EXPECT_TRUE(serves_now(platform().powerdns(), zone, id));
  EXPECT_EQ(serial_of(rest(), id), serial) << "which takes no new version";
  expect_all_right();
}

TEST_F(EditedNameservers, ZonesThatWereMadeOrRemovedByHandAreUndone) {
  std::vector<std::string> ids;
  for (const std::string name : {"one", "two"}) ids.push_back(make(name + ".byhand.example."));
  expect_all_right();
  on_all([](auto& server) { server.remove_zone("one.byhand.example."); });
  expect_all_right();
  const auto& key = platform().transfer_key().name;
  const std::vector<harness::Primary> primaries{{"127.0.0.1", platform().mdns_port(), key}};
  platform().bind().add_zone("stray.byhand.example.", primaries);
  platform().powerdns().add_zone("stray.byhand.example.", primaries);
  ASSERT_EQ(nsd().nsd_control({"addzone", "stray.byhand.example.", nsd().add_pattern(primaries)}).status, 0);
  expect_all_right();
  for (const auto& id : ids) EXPECT_TRUE(has_status(id, "ACTIVE"));
}

/// The zone's serial tells nothing of it; the next change does.
TEST_F(EditedNameservers, PrimariesThatWereChangedByHandArePutRightAtTheNextChange) {
  const std::string zone = "primaries.edited.example.";
  const auto id = make(zone);
  expect_all_right();
  const auto nowhere = "127.0.0.9 port 9";
  const auto modified = platform().bind().rndc(
      {"modzone", zone, "{ type secondary; file \"" + zone + "zone\"; primaries { " + nowhere + "; }; };"});
  ASSERT_EQ(modified.status, 0) << modified.err;
  const auto url = platform().powerdns().api_url() + "/api/v1/servers/localhost/zones/" + zone;
  const auto put = run({"curl", "-sf", "-X", "PUT", "-H", "X-API-Key: " + platform().powerdns().api_key(), "-d",
                        R"({"kind": "Slave", "masters": ["127.0.0.9:9"]})", url});
  ASSERT_EQ(put.status, 0) << put.out << put.err;
  knot().configure(
      {{"remote[nowhere]"}, {"remote[nowhere].address", "127.0.0.9@9"}, {"zone[" + zone + "].master", "nowhere"}});

  add(id, "www." + zone);
  on_all([&](auto& server) {
    EXPECT_TRUE(serves_now(server, zone, id));
    EXPECT_EQ(dig(server, "www." + zone, "A").size(), 1U);
  });
  const auto shown = platform().bind().rndc({"showzone", zone}).out;
  EXPECT_EQ(shown.find("127.0.0.9"), std::string::npos) << shown;
  const auto masters = run({"curl", "-sf", "-H", "X-API-Key: " + platform().powerdns().api_key(), url}).out;
  EXPECT_EQ(masters.find("127.0.0.9"), std::string::npos) << masters;
  EXPECT_TRUE(has_status(id, "ACTIVE"));
  expect_all_right();
}

}  // namespace
}  // namespace minidns::e2e
