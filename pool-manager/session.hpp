#pragma once

#include "base/task_group.hpp"
#include "pool-manager/catch_up.hpp"
#include "pool-manager/circuit.hpp"
#include "pool-manager/drivers/call_queue.hpp"
#include "pool-manager/held_lease.hpp"
#include "pool-manager/nameserver_access.hpp"
#include "pool-manager/pool_metrics.hpp"
#include "pool-manager/proof/prober.hpp"
#include "pool-manager/sweep.hpp"
#include "pool-manager/wakeup.hpp"
#include "pool-manager/window.hpp"
#include "pool-manager/work_context.hpp"
#include "storage/nameserver_work.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace minidns::pool {

/// The work for one nameserver under one lease and one set of settings. Loops around a Window, all on one strand:
///
///     feed ──changes──▶        ┌──▶ looks: questions to the nameserver
///     tasks ──due ones──▶ Window ──▶ commands: its control channel, one batch at a time
///     sweep ──findings──▶ tasks └──▶ save: progress and exceptions
///     entry: into service, for one that is bootstrapping, once it has caught up
///     prober ─findings──▶ tasks
///     circuit: open while the nameserver is away; then nothing but trials is sent
///
/// Loops are written so that no `continue` follows a `co_await` and none stands in a condition: of `co_await …;
/// continue;` in two branches gcc 12 (-O2) made code that read a wrong `this`.
///
/// The loops are in session.cpp (life, save, circuit), session_intake.cpp (feed, tasks), session_output.cpp (looks,
/// commands) and session_service.cpp (entry); those of the prober in proof/.
class Session {
 public:
  enum class End { stopped, settings_changed, lease_lost };

  /// `lease`, `context` and `metrics` must outlive this; `executor` is a strand. `reconfigure`: the zones that the
  /// nameserver has may be configured with other primaries or another key.
  Session(const WorkContext& context, const HeldLease& lease, NameserverMetrics& metrics,
          const boost::asio::any_io_executor& executor, storage::NameserverSettings settings, NameserverAccess access,
          bool reconfigure);

  /// Works until `stop`, a change of the settings, or the loss of the lease; everything that it started has ended then.
  [[nodiscard]] boost::asio::awaitable<End> run();

  // On the strand:
  void stop() { end(End::stopped); }
  /// The feed has more, or may have.
  void wake_feed() { feed_wakeup_.notify(); }
  /// An mdns has told which versions it can transfer.
  void wake_reports();

 private:
  enum class Loop { feed, tasks, sweep, looks, commands, save, circuit, entry, serials, contents };

  [[nodiscard]] boost::asio::awaitable<void> run_once(Loop loop);

  // Life.
  void start_loops();
  void start(Loop loop);
  void start_looks(std::vector<Window::Ticket> tickets);
  [[nodiscard]] boost::asio::awaitable<void> keep_running(Loop loop);
  [[nodiscard]] boost::asio::awaitable<void> look_and_leave(std::vector<Window::Ticket> tickets);
  void left();
  [[nodiscard]] boost::asio::awaitable<void> wait_for_loops();
  void end(End reason);
  void wake_all();
  [[nodiscard]] bool may_act() const;
  void loop_failed(const std::string& reason) const;

  // Save, circuit.
  [[nodiscard]] boost::asio::awaitable<void> save_progress();
  [[nodiscard]] boost::asio::awaitable<void> save_or_end();
  [[nodiscard]] boost::asio::awaitable<bool> save_once();
  [[nodiscard]] boost::asio::awaitable<void> watch_circuit();
  [[nodiscard]] boost::asio::awaitable<bool> try_nameserver();
  void set_unreachable(const std::string& reason);
  void set_reachable();
  void publish() const;
  [[nodiscard]] bool hear(bool answered);
  [[nodiscard]] ProofScope proof_scope();

  // Intake.
  [[nodiscard]] boost::asio::awaitable<void> read_feed();
  [[nodiscard]] boost::asio::awaitable<void> read_page();
  [[nodiscard]] boost::asio::awaitable<void> check_settings();
  [[nodiscard]] bool must_compare_all(const storage::FeedPage& page) const;
  void take_page(const storage::FeedPage& page);
  [[nodiscard]] boost::asio::awaitable<void> work_on_tasks();
  [[nodiscard]] boost::asio::awaitable<bool> take_tasks();
  [[nodiscard]] boost::asio::awaitable<void> count_tasks();
  [[nodiscard]] boost::asio::awaitable<void> mark_overdue_tasks();
  [[nodiscard]] storage::ContentMark content_mark() const;
  [[nodiscard]] Bytes upstream_mark() const;
  [[nodiscard]] boost::asio::awaitable<void> want_retransfer(bool content_is_known);
  [[nodiscard]] boost::asio::awaitable<void> compare_lists();
  [[nodiscard]] boost::asio::awaitable<bool> sweep_once();

  // Service.
  [[nodiscard]] boost::asio::awaitable<void> begin_bootstrapping();
  void take_state(const storage::DutyState& state);
  void has_compared(std::int64_t head);
  [[nodiscard]] boost::asio::awaitable<void> watch_entry();
  [[nodiscard]] boost::asio::awaitable<void> try_to_enter(std::int64_t through);
  void take_entry(storage::Entry entry);

  // Output.
  [[nodiscard]] boost::asio::awaitable<void> look_at_zones();
  [[nodiscard]] boost::asio::awaitable<void> look(const std::vector<Window::Ticket>& tickets);
  void take_sight(const Window::Ticket& ticket, const SoaAnswer& answer, std::vector<ZoneId>& renotify);
  [[nodiscard]] boost::asio::awaitable<void> send_renotify(std::vector<ZoneId> zones);
  [[nodiscard]] boost::asio::awaitable<void> give_commands();
  [[nodiscard]] boost::asio::awaitable<void> give_in_turn();
  [[nodiscard]] boost::asio::awaitable<void> give_batch();
  [[nodiscard]] boost::asio::awaitable<void> give(Step step, std::vector<Window::Ticket> tickets);
  [[nodiscard]] boost::asio::awaitable<void> ensure_key();
  [[nodiscard]] boost::asio::awaitable<std::vector<Window::Ticket>> without_living(std::vector<Window::Ticket> tickets);
  [[nodiscard]] boost::asio::awaitable<ZoneResults> command(Step step, std::vector<dns::Name> zones);
  [[nodiscard]] boost::asio::awaitable<ZoneResults> command_each(Step step, std::vector<dns::Name> zones);

  const WorkContext& context_;
  const HeldLease& lease_;
  NameserverMetrics& metrics_;
  const boost::asio::any_io_executor executor_;
  const storage::NameserverSettings settings_;
  NameserverAccess access_;
  const Window::AllHave all_have_;

  Window window_;
  Circuit circuit_;
  CallQueue commands_turn_;  ///< one batch of commands at a time, so that none overtakes another of the same zone
  bool key_is_there_ = false;
  std::optional<std::int64_t> epoch_;  ///< of the database, when the feed was read last
  std::int64_t feed_head_ = 0;
  bool compare_all_ = false;  ///< the feed doesn't tell enough: not read until a sweep has set a new position
  bool sweep_wanted_ = true;
  bool sweep_at_once_ = false;  ///< however short ago the last one was
  bool more_tasks_ = false;     ///< are due than there was room for
  SweepState sweep_state_;
  storage::DutyState duty_;
  CatchUp catch_up_;
  std::int64_t tasks_kept_ = 0;
  Prober prober_;

  std::optional<End> end_;
  std::size_t running_ = 0;       ///< loops and batches of questions
  std::size_t look_batches_ = 0;  ///< of these, the batches
  Wakeup ended_, feed_wakeup_, tasks_wakeup_, sweep_wakeup_, looks_wakeup_, commands_wakeup_, save_wakeup_,
      circuit_wakeup_, entry_wakeup_;
  TaskGroup group_;  ///< last: what it cancels uses the rest
};

}  // namespace minidns::pool
