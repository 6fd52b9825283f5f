#include "mdns/notify/coordinator.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

namespace minidns::mdns {
namespace asio = boost::asio;

namespace {

/// A request that everybody hears changes hands after this time.
constexpr std::chrono::seconds owner_period{30};

/// The first version that we see of a zone is taken for a new zone's: its version is small then.
constexpr std::int64_t new_zone_version_max = 3;

}  // namespace

struct NotifyCoordinator::State : std::enable_shared_from_this<NotifyCoordinator::State> {
  State(asio::io_context& io, const InstanceId& s, const Election::Limits& limits, NotifySender& out,
        const ZoneIndex& zones, const Clock& c)
      : self(s),
        sender(out),
        index(zones),
        clock(c),
        strand(asio::make_strand(io)),
        timer(strand),
        election(s, limits) {}

  void take_turn(const Election::Turn& turn);
  void arm();
  void tick();

  const InstanceId self;
  NotifySender& sender;
  const ZoneIndex& index;
  const Clock& clock;
  asio::strand<asio::io_context::executor_type> strand;
  asio::steady_timer timer;  // on the strand

  std::mutex mutex;  // guards what follows
  Election election;
  std::set<InstanceId> live;
  Announcements announcements;
  std::optional<SteadyTime> armed_for;
  bool woken = false;
  std::condition_variable announced;
};

NotifyCoordinator::NotifyCoordinator(asio::io_context& io, const InstanceId& self, const Election::Limits& limits,
                                     NotifySender& sender, const ZoneIndex& index, const Clock& clock)
    : state_(std::make_shared<State>(io, self, limits, sender, index, clock)) {}

NotifyCoordinator::~NotifyCoordinator() = default;

/// With the mutex held.
void NotifyCoordinator::State::take_turn(const Election::Turn& turn) {
  const ZonePointer zone = index.find(turn.zone);
  if (!zone) {
    return;  // deleted meanwhile
  }
  sender.notify({zone, true, zone->version.value() <= new_zone_version_max});
  if (announcements.notified.size() < announcements_max) {
    announcements.notified.push_back({self, turn.zone, turn.version});
    announced.notify_one();
  }
}

/// With the mutex held: lets `tick` run when the election has something to do.
void NotifyCoordinator::State::arm() {
  const auto next = election.next_deadline();
  if (!next || (armed_for && *armed_for <= *next)) {
    return;
  }
  armed_for = next;
  asio::post(strand, [state = shared_from_this(), at = *next] {
    state->timer.expires_at(at);
    state->timer.async_wait([state](const boost::system::error_code& error) {
      if (!error) {
        state->tick();
      }
    });
  });
}

void NotifyCoordinator::State::tick() {
  const std::lock_guard lock(mutex);
  armed_for.reset();
  for (const Election::Turn& turn : election.tick(clock.steady())) {
    take_turn(turn);
  }
  arm();
}

void NotifyCoordinator::ready(const ZonePointer& zone) {
  const std::lock_guard lock(state_->mutex);
  if (state_->announcements.have.size() < announcements_max) {
    state_->announcements.have.push_back({state_->self, zone->id, zone->version});
    state_->announced.notify_one();
  }
  if (const auto turn = state_->election.have(zone->id, zone->version, state_->clock.steady())) {
    state_->take_turn(*turn);
  }
  state_->arm();
}

void NotifyCoordinator::heard_have(const std::vector<storage::VersionAnnouncement>& announcements) {
  const std::lock_guard lock(state_->mutex);
  for (const auto& heard : announcements) {
    const auto turn = state_->election.heard_have(heard.instance, heard.zone, heard.version, state_->clock.steady());
    if (turn) {
      state_->take_turn(*turn);
    }
  }
  state_->arm();
}

void NotifyCoordinator::heard_notified(const std::vector<storage::VersionAnnouncement>& announcements) {
  const std::lock_guard lock(state_->mutex);
  for (const auto& heard : announcements) {
    if (heard.instance != state_->self) {
      state_->election.heard_notified(heard.zone, heard.version, state_->clock.steady());
    }
  }
  state_->arm();
}

void NotifyCoordinator::set_live(const std::vector<storage::LiveInstance>& live) {
  std::set<InstanceId> ready;
  for (const auto& instance : live) {
    if (instance.ready) {
      ready.insert(instance.id);
    }
  }
  const std::lock_guard lock(state_->mutex);
  state_->live = ready;
  state_->election.set_live(std::move(ready));
}

bool NotifyCoordinator::is_ours(const ZoneId& zone) const {
  const std::lock_guard lock(state_->mutex);
  const auto period =
      std::chrono::duration_cast<std::chrono::seconds>(state_->clock.wall().time_since_epoch()) / owner_period;
  const auto salt = static_cast<std::uint64_t>(period);
  const std::uint64_t ours = rendezvous_weight(state_->self, zone, salt);
  for (const InstanceId& instance : state_->live) {
    if (rendezvous_weight(instance, zone, salt) > ours) {
      return false;
    }
  }
  return true;
}

NotifyCoordinator::Announcements NotifyCoordinator::take_announcements(std::chrono::milliseconds timeout) {
  std::unique_lock lock(state_->mutex);
  auto& waiting = state_->announcements;
  state_->announced.wait_for(lock, timeout,
                             [&] { return state_->woken || !waiting.have.empty() || !waiting.notified.empty(); });
  return std::exchange(waiting, {});
}

void NotifyCoordinator::wake() {
  const std::lock_guard lock(state_->mutex);
  state_->woken = true;
  state_->announced.notify_all();
}

}  // namespace minidns::mdns
