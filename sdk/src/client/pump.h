// The pump: asks the engine what to do next, does it, and tells it how it went. It waits and
// forwards; all policy is in the core. js/src/pump.ts has the same for TypeScript.
#ifndef TIDEMARK_CLIENT_PUMP_H
#define TIDEMARK_CLIENT_PUMP_H

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "creations.h"
#include "exchange.h"
#include "ports.h"
#include "tidemark/engine.h"
#include "tidemark/port/host.h"
#include "tidemark/report.h"
#include "waiting.h"
#include "wanted.h"

namespace tidemark::client {

/// Of the connection's mutex. A function that takes one may let go of it, and has it at its end.
using Lock = std::unique_lock<std::mutex>;

/// Whom a pump tells, with the lock held.
class PumpListener {
 public:
  virtual ~PumpListener() = default;
  virtual void on_status() = 0;
  /// An exchange ended, well or not.
  virtual void on_exchange(const SyncLogEntry& entry) = 0;
  virtual void on_event(Event event) = 0;
  /// Nothing else helped: compare this replica with the hub's.
  virtual void on_verify() = 0;
};

/// What a pump works with, and whom it tells.
struct PumpContext {
  Ports& ports;
  Host& host;
  PumpListener& listener;
  std::int64_t schema = 1;
};

/// All with the lock held.
class Pump {
 public:
  Pump(const PumpContext& context, const Config& config);

  /// After a command of the engine's: step() until it is false.
  [[nodiscard]] Engine& engine() noexcept { return engine_; }
  [[nodiscard]] const Engine& engine() const noexcept { return engine_; }
  [[nodiscard]] const Exchanges& exchanges() const noexcept { return exchanges_; }
  [[nodiscard]] const Place& place() const noexcept { return place_; }
  /// Another took the lead: what is brought is not stored any more.
  [[nodiscard]] bool is_led_away() const noexcept { return led_away_; }

  /// Takes the lead, as this engine: from now on the store stamps under its node.
  [[nodiscard]] Outcome<LoadedState> lead(Lock& lock);
  /// Begins to sync with the store as it is.
  void begin(const LoadedState& state);
  void end();

  /// Does the next thing. False: there is none until wake_at().
  bool step(Lock& lock);
  /// None: nothing is timed.
  [[nodiscard]] std::optional<WallMs> wake_at() const noexcept { return wake_at_; }
  /// Tells the engine what was written since the last look. False: nothing.
  bool look(Lock& lock);
  /// Drops the request under way; the engine was told to ignore its answer.
  void abort();
  /// The same, and goes on with the next as if nothing had been under way.
  void give_up();
  /// Reads records again, with an exchange as it comes. What is here and unknown to the hub is
  /// offered to it as a new write.
  [[nodiscard]] std::shared_ptr<Question> read_again(std::span<const RecordKey> records);
  [[nodiscard]] const Aborted& aborted() const noexcept { return aborted_; }

 private:
  void perform(Lock& lock, const LoadOutbox& step);
  void perform(Lock& lock, const Send& step);
  void perform(Lock& lock, const Commit& step);
  void perform(Lock& lock, const Restamp& step);
  void perform(Lock& lock, const StartOver& step);
  void perform(Lock& lock, const Verify& step);
  void perform(Lock& lock, const StatusChanged& step);
  void perform(Lock& lock, const Live& step);
  void perform(Lock& lock, const Wake& step);

  void plan(const LoadOutbox& step, Outbox outbox);
  bool announce(Lock& lock, Ticket ticket);
  void observe_log(Lock& lock);
  void failed_call(const Send& step, const Error& fault, bool aborted);
  void failed(Ticket ticket, Error error);
  [[nodiscard]] Outcome<CommitResult> put(Lock& lock, StoreCommit& commit);
  void told(const CommitResult& stored);
  void ended(Errc fault, std::optional<std::uint32_t> pending);
  void observe(const std::optional<Stamp>& newest);
  [[nodiscard]] Stamping stamping() const;
  [[nodiscard]] WallMs now() { return context_.host.now(); }
  [[nodiscard]] std::uint32_t random32();
  [[nodiscard]] Node spare() { return Node{context_.host.random64()}; }

  PumpContext context_;
  Engine engine_;
  Place place_;
  std::string device_;
  std::vector<std::string> tables_;
  std::int64_t term_ = 0;
  /// The last log entry that the engine's count of pending writes has.
  std::int64_t counted_ = 0;
  Wanted wanted_;
  Creations creations_;
  Exchange exchange_;
  Exchanges exchanges_;
  Aborted aborted_ = not_aborted();
  std::optional<WallMs> wake_at_;
  bool answered_ = false;
  bool led_away_ = false;
};

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_PUMP_H
