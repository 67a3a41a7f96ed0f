// Engine: the sync engine of one device, without hands. It reads no clock and calls nobody: the
// host passes what happened and what time it is, and asks with poll() what to do next, until
// nothing is left. Four kinds of names: getters; commands of the app; handle_* for what arrived;
// poll.
#ifndef TIDEMARK_ENGINE_H
#define TIDEMARK_ENGINE_H

#include <cstdint>
#include <memory>
#include <optional>

#include "tidemark/config.h"
#include "tidemark/output.h"
#include "tidemark/result.h"
#include "tidemark/stamp.h"

namespace tidemark {

/// Not thread-safe: one engine, one thread at a time. All times are the host's wall clock,
/// uncorrected.
class Engine {
 public:
  /// `node`: 64 random bits, fresh at every start of an engine.
  Engine(const Config& config, Node node);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  /// What a snapshot of a running machine makes of an engine: for tests of what happens then.
  [[nodiscard]] Engine copy() const;

  // Getters.
  [[nodiscard]] Status status() const noexcept;
  [[nodiscard]] const Clock& clock() const noexcept;
  /// The greatest stamp that the hub is known to have accepted: what restore() wants back at the
  /// next start.
  [[nodiscard]] Stamp accepted() const noexcept;
  /// What the last Send carries; valid until the next handle_outbox.
  [[nodiscard]] const Batch& batch() const noexcept;

  // Commands.
  /// What the store had saved: the greatest stamp known to be accepted by the hub, the greatest in
  /// the log, and the offset. Before the first reserve().
  void restore(Stamp accepted, Stamp newest, std::int64_t offset_ms) noexcept;
  /// The first of `count` consecutive stamps for writes made now. Errors as Clock::reserve.
  [[nodiscard]] Result<Stamp> reserve(std::uint32_t count, WallMs now) noexcept;
  /// While Restamp is under way: the new first stamp of a log entry of `count` writes, from its old
  /// one. Entries come in the log's order.
  [[nodiscard]] Result<Stamp> restamp(Stamp first, std::uint32_t count, WallMs now) noexcept;
  /// Begins to sync, and ends it for good. Stamps are given in any state. `reading`: the store is
  /// not at the end of a reading from the beginning: nothing is pushed until it is.
  void start(std::uint32_t pending, WallMs now, bool reading = false) noexcept;
  void close() noexcept;
  void pause() noexcept;
  void resume(WallMs now) noexcept;
  /// Syncs as soon as possible, whatever was scheduled; also after the app has a new token.
  void sync_now(WallMs now) noexcept;

  // What arrived. Answers name the ticket of the request; those to an earlier one change nothing
  // but `pending`.
  void handle_online(bool online, WallMs now) noexcept;
  void handle_live(bool connected, WallMs now) noexcept;
  /// `count` records were written on this device.
  void handle_write(std::uint32_t count, WallMs now) noexcept;
  /// The hub may have news.
  void handle_poke(WallMs now) noexcept;
  /// Another context of this device learned the clock: `restart`: ours ran ahead, so go on under
  /// `spare` from `ground`, the greatest stamp that was accepted or is pending there.
  void handle_clock(std::int64_t offset_ms, Stamp ground, bool restart, Node spare) noexcept;
  /// Plans the next batch. Errc::wrong_state: not the current ticket, nothing was planned.
  /// Errc::bad_input: the view contradicts itself; the session then waits as after a failure of the
  /// store.
  Errc handle_outbox(Ticket ticket, const OutboxView& outbox, std::uint32_t pending, WallMs now,
                     std::uint32_t random);
  /// `spare`: 64 random bits, in case the hub says that our clock is ahead.
  void handle_reply(Ticket ticket, const Reply& reply, Node spare) noexcept;
  /// The request failed with `code`. `retry_after_ms`: what the endpoint asked for, or 0. `random`:
  /// a uniform word, for jitter.
  void handle_fault(Ticket ticket, Errc code, std::int64_t retry_after_ms, WallMs now,
                    std::uint32_t random) noexcept;
  /// `rereads`: records that the store now wants to see as the hub has them.
  void handle_committed(Ticket ticket, std::uint32_t pending, std::uint32_t rereads, WallMs now,
                        std::uint32_t random) noexcept;
  void handle_restamped(Ticket ticket, WallMs now, std::uint32_t random) noexcept;
  void handle_store_fault(Ticket ticket, WallMs now, std::uint32_t random) noexcept;

  /// What to do next. A Wake is the last: then, as where there is nothing, rest until the next call
  /// of another kind, or until the time that it names.
  [[nodiscard]] std::optional<Output> poll(WallMs now) noexcept;

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark

#endif  // TIDEMARK_ENGINE_H
