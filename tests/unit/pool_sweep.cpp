#include "pool-manager/sweep.hpp"

#include <gtest/gtest.h>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;

TEST(Sweep, ComesAgainLaterTheLongerItTakes) {
  struct Row {
    const char* reason;
    std::chrono::milliseconds interval;
    int share_percent;
    std::chrono::milliseconds took;
    std::chrono::milliseconds pause;
  };
  for (const Row& row : {
           Row{"a short one comes at the interval", 60s, 10, 1s, 60s},
           Row{"as long as the share permits", 60s, 10, 6s, 60s},
           Row{"a longer one comes later", 60s, 10, 6001ms, 60010ms},
           Row{"a tenth of the time", 60s, 10, 30s, 300s},
           Row{"ten intervals at most", 60s, 10, 3h, 600s},
           Row{"all of the time: one after the other", 10s, 100, 30s, 30s},
           Row{"the least share", 60s, 1, 1s, 100s},
       }) {
    WorkSettings settings;
    settings.sweep_interval = row.interval;
    settings.sweep_share_percent = row.share_percent;
    EXPECT_EQ(sweep_pause(settings, row.took), row.pause) << row.reason;
  }
}

}  // namespace
}  // namespace minidns::pool
