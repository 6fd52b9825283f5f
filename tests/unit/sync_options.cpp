#include "pool-manager/sync/command_line.hpp"
#include "pool-manager/sync/options.hpp"

#include <gtest/gtest.h>

namespace minidns::pool::sync {
namespace {

using namespace std::chrono_literals;

template <class Options>
Options parsed(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--config", "pool-manager.yaml"});
  const auto invocation = std::get<Invocation>(parse_arguments(arguments));
  EXPECT_EQ(invocation.config, "pool-manager.yaml");
  return std::get<Options>(invocation.command);
}

std::string refusal(const std::vector<std::string>& arguments) {
  try {
    (void)parse_arguments(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Arguments, DriveByDefault) {
  const auto options = parsed<DriveOptions>({"sync", "ns1", "--timeout=90s", "--in-service", "--report", "out"});
  EXPECT_EQ(options.nameserver, "ns1");
  EXPECT_EQ(options.timeout, 90s);
  EXPECT_TRUE(options.in_service);
  EXPECT_FALSE(options.dry_run);
  EXPECT_EQ(options.report, "out");
}

TEST(Arguments, PrintAConfiguration) {
  const auto options = parsed<PrintOptions>({"sync", "ns1", "--print", "bind-nzf", "--output", "dir", "--with-keys"});
  EXPECT_EQ(options.kind, ConfigurationKind::bind_nzf);
  EXPECT_EQ(options.folder, "dir");
  EXPECT_TRUE(options.with_keys);
  EXPECT_EQ(parsed<PrintOptions>({"sync", "ns1", "--print", "auto"}).kind, std::nullopt);
}

TEST(Arguments, SeedZoneFiles) {
  const auto options = parsed<SeedOptions>({"sync", "ns1", "--seed", "dir", "--jobs", "4", "--seed-format", "text"});
  EXPECT_EQ(options.folder, "dir");
  EXPECT_EQ(options.jobs, 4U);
  EXPECT_EQ(options.format, SeedFormat::text);
}

TEST(Arguments, StatusAndWhy) {
  EXPECT_EQ(parsed<StatusOptions>({"status"}).nameserver, std::nullopt);
  EXPECT_TRUE(parsed<StatusOptions>({"status", "ns1", "--json"}).json);
  const auto why = parsed<WhyOptions>({"why", "Example.org", "ns1"});
  EXPECT_EQ(why.zone, dns::Name::from_text("example.org.").value()) << "with or without a dot at the end";
  EXPECT_EQ(why.nameserver, "ns1");
}

TEST(Arguments, HelpAndVersionNeedNothingElse) {
  EXPECT_TRUE(std::holds_alternative<HelpWanted>(parse_arguments({"sync", "--help"})));
  EXPECT_TRUE(std::holds_alternative<VersionWanted>(parse_arguments({"--version"})));
}

TEST(Arguments, ErrorsNameTheArgumentAndTheReason) {
  const struct {
    std::vector<std::string> arguments;
    std::string reason;
  } rows[] = {
      {{}, "missing command"},
      {{"snyc"}, "no such command: snyc"},
      {{"sync"}, "missing argument NAMESERVER"},
      {{"sync", "ns1"}, "--config is required"},
      {{"sync", "ns1", "--config"}, "--config needs a value"},
      {{"sync", "ns1", "--dry-run=yes"}, "--dry-run has no value"},
      {{"sync", "ns1", "--dry-run", "--dry-run"}, "--dry-run is given twice"},
      {{"sync", "ns1", "extra", "--config", "c"}, "unexpected argument extra"},
      {{"sync", "ns1", "--colour", "red", "--config", "c"}, "unknown option --colour"},
      {{"sync", "ns1", "--timeout", "soon"}, "--timeout soon: not a time from 1s to 30d"},
      {{"sync", "ns1", "--timeout", "10ms"}, "--timeout 10ms: not a time from 1s to 30d"},
      {{"sync", "ns1", "--jobs", "4"}, "--jobs is for --seed"},
      {{"sync", "ns1", "--with-keys"}, "--with-keys is for --print"},
      {{"sync", "ns1", "--seed", "d", "--jobs", "65"}, "--jobs 65: not a number from 1 to 64"},
      {{"sync", "ns1", "--seed", "d", "--seed-format", "map"}, "--seed-format map: neither text nor raw"},
      {{"sync", "ns1", "--print", "nsd", "--dry-run"}, "--dry-run makes no sense with --print"},
      {{"why"}, "missing argument ZONE"},
      {{"why", "a..b"}, "ZONE a..b.:"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(refusal(row.arguments).substr(0, row.reason.size()), row.reason);
  }
  EXPECT_NE(refusal({"sync", "ns1", "--print", "tinydns"}).find("not one of auto, bind, bind-nzf"), std::string::npos);
}

}  // namespace
}  // namespace minidns::pool::sync
