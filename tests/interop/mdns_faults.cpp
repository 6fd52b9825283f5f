// A database that goes away and comes back, and a program that is asked to end.

#include "tests/harness/process.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/mdns_world.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <memory>

namespace minidns::mdns::test {
namespace {

using harness::eventually;
using namespace std::chrono_literals;

class MdnsFaults : public testing::Test {
 protected:
  ~MdnsFaults() override {
    if (HasFailure() && server_) std::cerr << server_->log();
  }
  std::string dig(const std::vector<std::string>& question) const { return world_.dig(question, key_); }
  bool serves(const WrittenZone& zone) const { return world_.serves(zone, key_); }

  World world_{"faults"};
  harness::KeySpec key_ = world_.add_key("pool.key.", "hmac-sha256", "POOL", world_.pool().uuid());
  std::unique_ptr<harness::Program> server_;
};

TEST_F(MdnsFaults, WhatWasServedIsServedOnWithoutTheDatabase) {
  auto warm = world_.create_zone("warm.example.", {{"a.warm.example.", "A", {"192.0.2.1"}}});
  const auto cold = world_.create_zone("cold.example.", {});
  server_ = world_.start_mdns("127.0.0.1");
  ASSERT_NE(dig({warm.name, "AXFR"}).find("XFR size"), std::string::npos);
  world_.postgres().kill();
  ASSERT_TRUE(eventually([&] { return server_->readiness().find("database=down") != std::string::npos; }));
  EXPECT_TRUE(server_->ready()) << "there is something to serve";
  EXPECT_NE(dig({warm.name, "AXFR"}).find("XFR size"), std::string::npos);
  EXPECT_TRUE(serves(warm));
  EXPECT_NE(dig({"a.warm.example.", "A"}).find("192.0.2.1"), std::string::npos);
  EXPECT_TRUE(serves(cold)) << "the index is in memory";
  EXPECT_EQ(dig({cold.name, "AXFR"}).find("XFR size"), std::string::npos);
  EXPECT_EQ(dig({"+tcp", cold.name, "IXFR=0"}).find("status: "), std::string::npos) << "no error code for an IXFR";

  world_.postgres().start();
  ASSERT_TRUE(eventually([&] { return server_->readiness().find("database=up") != std::string::npos; }));
  EXPECT_NE(dig({cold.name, "AXFR"}).find("XFR size"), std::string::npos);
  world_.change_zone(warm, {{"b.warm.example.", "A", {"192.0.2.2"}}});
  EXPECT_TRUE(serves(warm));
}

TEST_F(MdnsFaults, ChangesMadeWithoutAHintOrWhileTheSessionWasLostArrive) {
  auto zone = world_.create_zone("missed.example.", {});
  server_ = world_.start_mdns("127.0.0.1");
  world_.change_zone(zone, {{"a.missed.example.", "A", {"192.0.2.1"}}}, false);
  EXPECT_TRUE(serves(zone)) << "by the feed";
  (void)world_.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'mdns-%'");
  world_.change_zone(zone, {{"b.missed.example.", "A", {"192.0.2.1"}}});
  EXPECT_TRUE(serves(zone));
}

TEST_F(MdnsFaults, ItStartsWithoutADatabaseAndServesWhenThereIsOne) {
  const auto zone = world_.create_zone("late.example.", {});
  world_.postgres().stop();
  server_ = world_.make_mdns("127.0.0.1");
  server_->launch();
  ASSERT_TRUE(eventually([&] { return server_->log().find("database away") != std::string::npos; }));
  EXPECT_TRUE(server_->running());
  EXPECT_FALSE(server_->ready());
  world_.postgres().start();
  EXPECT_TRUE(eventually([&] { return server_->ready(); }));
  EXPECT_TRUE(serves(zone));
}

TEST_F(MdnsFaults, ADatabaseOfAnotherSchemaIsRefusedAtStart) {
  (void)world_.postgres().create_empty_database("strange");
  server_ = world_.make_mdns("127.0.0.1", "");
  (void)world_.sql(
      "alter table rrsets rename to other_rrsets; do $$ declare t text; begin"
      " select c.relname into t from pg_class c where c.relkind = 'r' and c.relname like '%migration%';"
      " execute format('delete from %I', t); end $$");
  server_->launch();
  const auto status = server_->process().wait(20s);
  ASSERT_TRUE(status) << "ends by itself";
  EXPECT_EQ(*status, 1);
  EXPECT_NE(server_->log().find("database not usable"), std::string::npos);
  server_.reset();
}

TEST_F(MdnsFaults, ATransferUnderWayEndsBeforeTheProgramDoes) {
  auto zone = world_.create_zone("ending.example.", {});
  world_.fill_zone(zone, 200'000);
  server_ = world_.start_mdns("127.0.0.1");
  ASSERT_TRUE(serves(zone));
  const std::string script =
      "import sys, dns.query, dns.tsigkeyring, dns.zone, dns.message, dns.rdatatype, socket, struct, os, signal\n"
      "port, name, secret, algorithm, pid = sys.argv[1:6]\n"
      "q = dns.message.make_query('ending.example.', 'AXFR')\n"
      "q.use_tsig(dns.tsigkeyring.from_text({name: (algorithm, secret)}), name)\n"
      "w = q.to_wire()\n"
      "s = socket.create_connection(('127.0.0.1', int(port)))\n"
      "s.sendall(struct.pack('!H', len(w)) + w)\n"
      "got = s.recv(10)\n"
      "os.kill(int(pid), signal.SIGTERM)\n"
      "total = len(got)\n"
      "while True:\n"
      "  b = s.recv(65536)\n"
      "  if not b: break\n"
      "  total += len(b)\n"
      "print(total)\n";
  const auto result = harness::run({"/usr/bin/python3", "-c", script, std::to_string(world_.port()), key_.name,
                                    key_.secret, key_.algorithm, std::to_string(server_->pid())});
  EXPECT_GT(std::stol("0" + result.out), 4'000'000) << result.err;
  EXPECT_EQ(server_->process().wait(20s), 0);
  EXPECT_NE(server_->log().find("zone=ending.example. serial=2 kind=axfr"), std::string::npos);
}

}  // namespace
}  // namespace minidns::mdns::test
