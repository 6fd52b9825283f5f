// `minidns sync` drives nameservers that are built from nothing, without a pool manager. Whether they have everything
// is judged by their own lists and by another resolver.
#include "tests/e2e/sync_fixture.hpp"

#include <boost/json/parse.hpp>

#include <csignal>
#include <thread>

namespace minidns::e2e {
namespace {

using harness::BindServer;
using harness::KnotServer;
using harness::NsdServer;
using harness::PowerdnsServer;
using harness::Process;

constexpr const char* all_served = "301 of 301 zones served at their newest version";
constexpr auto long_wait = std::chrono::seconds(120);

class SyncDrive : public Sync {};

TEST_F(SyncDrive, AnEmptyBindGetsAllZones) {
  const BindServer bind({platform_->transfer_key()});
  const auto id = describe_bind("bind", bind);
  const auto result = platform_->minidns({"sync", "bind"});
  EXPECT_EQ(result.status, 0) << said(result);
  EXPECT_NE(result.out.find(all_served), std::string::npos) << said(result);
  EXPECT_EQ(not_served(bind, wanted()), "");
  EXPECT_EQ(bind.rndc({"zonestatus", "z7.sync.example."}).status, 0);
  forget(id);
}

TEST_F(SyncDrive, AnEmptyPowerdnsGetsAllZones) {
  const PowerdnsServer powerdns;
  const auto id = describe_powerdns("powerdns", powerdns);
  const auto result = platform_->minidns({"sync", "powerdns"});
  EXPECT_EQ(result.status, 0) << said(result);
  EXPECT_EQ(not_served(powerdns, wanted()), "") << said(result);
  EXPECT_NE(powerdns.pdnsutil({"list-all-zones", "secondary"}).out.find("z7.sync.example"), std::string::npos);
  forget(id);
}

TEST_F(SyncDrive, AnEmptyKnotGetsAllZones) {
  const KnotServer knot({});
  const auto id = describe_knot("knot", knot);
  const auto result = platform_->minidns({"sync", id});
  EXPECT_EQ(result.status, 0) << said(result);
  EXPECT_EQ(not_served(knot, wanted()), "") << said(result);
  EXPECT_NE(knot.knotc({"conf-read", "zone"}).out.find("z7.sync.example."), std::string::npos);
  forget(id);
}

TEST_F(SyncDrive, AnEmptyNsdGetsAllZones) {
  NsdServer nsd({platform_->transfer_key()}, "127.0.0.1", NsdServer::Control::tls);
  const auto id = describe_nsd("nsd", nsd);
  const auto result = platform_->minidns({"sync", "nsd"});
  EXPECT_EQ(result.status, 0) << said(result);
  EXPECT_EQ(not_served(nsd, wanted()), "") << said(result);
  EXPECT_EQ(nsd.nsd_control({"zonestatus", "z7.sync.example."}).status, 0);
  forget(id);
}

TEST_F(SyncDrive, ARehearsalTouchesNothing) {
  const KnotServer knot({});
  const auto id = describe_knot("knot", knot);
  const auto before = knot.knotc({"conf-read"}).out;
  const auto result = platform_->minidns({"sync", "knot", "--dry-run"});
  EXPECT_EQ(result.status, 1) << said(result);
  EXPECT_NE(result.out.find("add 301 zones, remove 0"), std::string::npos) << said(result);
  EXPECT_EQ(knot.knotc({"conf-read"}).out, before);
  EXPECT_EQ(platform_->minidns({"sync", "knot"}).status, 0);
  const auto again = platform_->minidns({"sync", "knot", "--dry-run"});
  EXPECT_EQ(again.status, 0) << said(again);
  EXPECT_NE(again.out.find("add 0 zones, remove 0"), std::string::npos) << said(again);
  forget(id);
}

TEST_F(SyncDrive, WhatWasInterruptedGoesOn) {
  const BindServer bind({platform_->transfer_key()});
  const auto id = describe_bind("bind", bind);
  const auto log = platform_->folder() + "/interrupted.log";
  Process sync(platform_->minidns_command({"sync", "bind"}), {.log_file = log});
  harness::SoaAsker asker(bind.address(), bind.port());
  ASSERT_TRUE(eventually([&] {
    const auto answer = asker.ask("records.sync.example.");  // the first of the list
    return answer && answer->serial;
  }));
  sync.signal(SIGINT);
  const auto status = sync.wait(long_wait);
  ASSERT_TRUE(status);
  // On a fast machine it may have been done.
  EXPECT_TRUE(*status == 130 || *status == 0) << harness::read_file(log);
  if (*status == 130) {
    EXPECT_NE(harness::read_file(log).find("interrupted"), std::string::npos) << harness::read_file(log);
  }
  const auto result = platform_->minidns({"sync", "bind"});
  EXPECT_EQ(result.status, 0) << said(result);
  EXPECT_NE(result.out.find(all_served), std::string::npos) << said(result);
  EXPECT_EQ(not_served(bind, wanted()), "");
  forget(id);
}

TEST_F(SyncDrive, ZonesThatComeAndGoMeanwhileAreIncluded) {
  const BindServer bind({platform_->transfer_key()});
  const auto id = describe_bind("bind", bind);
  auto rest = platform_->rest("tenant");
  std::vector<std::string> passing;
  for (int n = 0; n < 30; ++n) {
    passing.push_back(create_zone(rest, "passing" + std::to_string(n) + ".sync.example."));
  }
  const auto log = platform_->folder() + "/meanwhile.log";
  Process sync(platform_->minidns_command({"sync", "bind"}), {.log_file = log});
  harness::SoaAsker asker(bind.address(), bind.port());
  ASSERT_TRUE(eventually([&] {
    const auto answer = asker.ask("passing0.sync.example.");
    return answer && answer->serial;
  }));
  for (const auto& zone : passing) EXPECT_EQ(rest.del("/v2/zones/" + zone).status, 202);
  std::vector<std::string> coming;
  for (int n = 0; n < 30; ++n) coming.push_back(create_zone(rest, "coming" + std::to_string(n) + ".sync.example."));
  ASSERT_EQ(sync.wait(long_wait), 0) << harness::read_file(log);
  // What was committed after its last comparison is the next run's.
  const auto result = platform_->minidns({"sync", "bind"});
  EXPECT_EQ(result.status, 0) << said(result);
  EXPECT_EQ(not_served(bind, wanted()), "");
  for (int n = 0; n < 30; ++n) {
    EXPECT_TRUE(is_gone(bind, "passing" + std::to_string(n) + ".sync.example.")) << harness::read_file(log);
  }
  for (const auto& zone : coming) EXPECT_EQ(rest.del("/v2/zones/" + zone).status, 202);
  EXPECT_EQ(platform_->minidns({"sync", "bind"}).status, 0);
  EXPECT_TRUE(is_gone(bind, "coming0.sync.example."));
  forget(id);
}

TEST_F(SyncDrive, UnknownZonesAreToldAndStay) {
  KnotServer knot({});
  const auto id = describe_knot("knot", knot);
  knot.add_zone("stranger.example.", {{"127.0.0.1", platform_->mdns_port(), ""}});
  const auto result = platform_->minidns({"sync", "knot", "--report", platform_->folder() + "/report"});
  EXPECT_EQ(result.status, 0) << said(result);
  EXPECT_NE(result.out.find("unknown stranger.example."), std::string::npos) << said(result);
  EXPECT_NE(harness::read_file(platform_->folder() + "/report").find("unknown\tstranger.example."), std::string::npos);
  EXPECT_NE(knot.knotc({"conf-read", "zone"}).out.find("stranger.example."), std::string::npos);
  forget(id);
}

TEST_F(SyncDrive, ItSaysWhatTheNameserverLacks) {
  const BindServer bind({});  // without the key
  const auto id = describe_bind("bind", bind);
  const auto result = platform_->minidns({"sync", "bind"});
  EXPECT_EQ(result.status, 1) << said(result);
  EXPECT_NE(result.out.find("named.conf has no key transfer.test."), std::string::npos) << said(result);
  const auto absent = platform_->minidns({"sync", "nobody"});
  EXPECT_EQ(absent.status, 1);
  EXPECT_NE(absent.err.find("no such nameserver: nobody; there are bind"), std::string::npos) << said(absent);
  forget(id);
}

TEST_F(SyncDrive, ItEndsWhenTheTimeIsOver) {
  const KnotServer knot({});
  const auto id = describe_knot("knot", knot);
  platform_->mdns(1).stop();
  platform_->mdns(2).stop();
  const auto result =
      platform_->minidns({"sync", "knot", "--timeout", "8s", "--report", platform_->folder() + "/late"});
  platform_->mdns(1).start();
  platform_->mdns(2).start();
  EXPECT_EQ(result.status, 1) << said(result);
  EXPECT_NE(result.out.find("301 missing"), std::string::npos) << said(result);
  EXPECT_NE(result.out.find("the time is over"), std::string::npos) << said(result);
  EXPECT_NE(result.out.find("nothing arrives"), std::string::npos) << said(result);
  EXPECT_NE(harness::read_file(platform_->folder() + "/late").find("missing\tz7.sync.example."), std::string::npos);
  // Knot would try again much later by itself.
  const auto again = platform_->minidns({"sync", "knot"});
  EXPECT_EQ(again.status, 0) << said(again);
  EXPECT_EQ(not_served(knot, wanted()), "");
  forget(id);
}

TEST_F(SyncDrive, ANameserverIsPutInServiceOnRequest) {
  const KnotServer knot({});
  const auto id = describe_knot("knot", knot);
  const auto log = platform_->folder() + "/in-service.log";
  Process sync(platform_->minidns_command({"sync", "knot", "--in-service"}), {.log_file = log});
  ASSERT_TRUE(
      eventually([&] { return harness::read_file(log).find("is not in service yet") != std::string::npos; }, long_wait))
      << harness::read_file(log);
  // It says what stands in the way: there is no pool manager yet.
  EXPECT_NE(harness::read_file(log).find("no pool manager works for it"), std::string::npos) << harness::read_file(log);
  EXPECT_EQ(platform_->postgres().sql("minidns", "select enters_service from nameservers where name = 'knot'"), "t");
  auto admin = platform_->rest("operator", "admin");
  ASSERT_EQ(admin.patch("/v2/nameservers/" + id, json::object{{"state", "in_service"}}).status, 200);
  EXPECT_EQ(sync.wait(long_wait), 0) << harness::read_file(log);
  EXPECT_NE(harness::read_file(log).find("knot is in service"), std::string::npos) << harness::read_file(log);
  forget(id);
}

TEST_F(SyncDrive, StatusAndWhyTellHowItStands) {
  const KnotServer knot({});
  const auto id = describe_knot("knot", knot);
  const auto status = platform_->minidns({"status"});
  EXPECT_EQ(status.status, 0) << said(status);
  EXPECT_NE(status.out.find("bootstrapping"), std::string::npos) << said(status);
  const auto stale = platform_->minidns({"why", "z7.sync.example"});
  EXPECT_EQ(stale.status, 1) << said(stale);
  EXPECT_NE(stale.out.find("NOT RIGHT, answers now: refused"), std::string::npos) << said(stale);
  EXPECT_EQ(platform_->minidns({"sync", "knot"}).status, 0);
  const auto right = platform_->minidns({"why", "z7.sync.example.", "knot", "--json"});
  EXPECT_EQ(right.status, 0) << said(right);
  const auto body = json::parse(right.out);
  EXPECT_EQ(body.at("nameservers").as_array().at(0).at("answer").at("serial"), body.at("serial"));
  const auto list = json::parse(platform_->minidns({"status", "knot", "--json"}).out);
  EXPECT_EQ(list.at("nameservers").as_array().at(0).at("state").as_string(), "bootstrapping");
  EXPECT_EQ(platform_->minidns({"why", "nosuch.example."}).status, 1);
  forget(id);
}

}  // namespace
}  // namespace minidns::e2e
