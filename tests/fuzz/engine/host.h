// A host of the engine's fuzz target: a log of writes, a clock, what the engine asked for, and the
// promises that are checked on the way. Copied, it is a clone: of the engine and of the store.
#ifndef TIDEMARK_TESTS_FUZZ_HOST_H
#define TIDEMARK_TESTS_FUZZ_HOST_H

#include <optional>
#include <vector>

#include "engine/hub.h"
#include "fuzz.h"
#include "tidemark/engine.h"

namespace fuzz {

using tidemark::Config;
using tidemark::Engine;
using tidemark::Errc;
using tidemark::Output;
using tidemark::Ticket;

/// The place of an output in Output.
template <typename T>
constexpr std::size_t kKind = Output(T{}).index();

/// An engine that is copied with its host.
struct Copied : Engine {
  using Engine::Engine;
  Copied(const Copied& other) : Engine(other.copy()) {}
};

class Host {
 public:
  explicit Host(World& world);

  void restore();
  void start();
  void close();
  void pause();
  void resume();
  void sync_now();
  void set_online(bool online);
  void set_live(bool connected) { engine_.handle_live(connected, now_); }
  void poke() { engine_.handle_poke(now_); }
  void pass_time() { now_ = any_ms(); }
  /// Another context of this device learned the clock.
  void hear_clock();
  /// Stamps that go into no log: of a write that the app then gave up.
  void reserve();
  void write();
  /// From here on another engine has this one's node, or the one that it is about to take.
  void note_copied();
  /// Takes outputs until there is nothing to do.
  void poll();
  /// Answers what is asked for, well or badly.
  void answer();
  /// Answers once more, or too late, what was asked for earlier: nothing changes.
  void answer_late();
  /// A request that was given up reaches the hub all the same.
  void deliver_late();
  /// What holds after every call.
  void check() const;
  /// Everything works again, and the clock is right: the engine gets through.
  void mend();

 private:
  struct Asked {
    Ticket ticket = 0;
    std::size_t kind = 0;
    bool operator==(const Asked&) const = default;
    /// Of the store's: nothing can end it early.
    [[nodiscard]] bool is_write() const {
      return kind == kKind<tidemark::Commit> || kind == kKind<tidemark::Restamp> ||
             kind == kKind<tidemark::StartOver>;
    }
  };

  Node spare() { return Node{++world_->nodes}; }
  std::uint32_t word() { return in().ConsumeIntegral<std::uint32_t>() >> choice(in(), 32); }
  /// A time, or a difference of times, mostly one that somebody could mean.
  std::int64_t any_ms();
  [[nodiscard]] std::int64_t after_now(std::int64_t ms) const;
  /// One time in `times`, and never once everything works.
  bool rarely(std::uint32_t times) { return !is_mended_ && choice(in(), times) == 0; }
  [[nodiscard]] Input& in() const { return world_->in; }
  [[nodiscard]] bool can_go_on() const;
  [[nodiscard]] bool can_run() const;
  [[nodiscard]] bool is_through() const;

  void note(const Output& output);
  void note_asked(Asked asked);
  void note_send(const tidemark::Send& send);
  void note_push(const tidemark::Send& send);
  [[nodiscard]] std::vector<Entry> chosen() const;

  std::optional<Stamp> stamps(std::uint32_t count);
  void end_late();
  void load(Ticket ticket);
  void store(Asked asked);
  void reply_or_fail(Ticket ticket);
  void fail(Ticket ticket);
  tidemark::Reply reply();
  void settle(tidemark::Reply& reply);
  void time(tidemark::Reply& reply);
  void commit(Ticket ticket, bool starts_over);
  void restamp(Ticket ticket);
  bool restamp_into(std::vector<Entry>& after);
  void fail_store(Ticket ticket);
  void require_distinct() const;
  [[nodiscard]] std::uint32_t count_pending() const;

  World* world_;
  Config config_;
  WallMs now_ = 1'700'000'000'000;
  Copied engine_;
  std::vector<Entry> entries_;
  /// By write of the view that was loaded last: its entry.
  std::vector<std::size_t> loaded_;
  /// What the store wants to see as the hub has it; what of it the last view said.
  std::uint32_t wanted_ = 0;
  std::uint32_t rereads_ = 0;

  // What the engine must know.
  bool closed_ = true, paused_ = false, online_ = true, live_ = false;
  Errc halted_ = Errc::ok;
  bool answered_ = false;
  /// The store is in the middle of a reading from the beginning.
  bool reading_ = false;
  tidemark::Status told_;

  // The exchange under way: what was sent, and what came of it.
  tidemark::Send sent_;
  Errc fault_ = Errc::ok;
  tidemark::Reply reply_;
  bool gives_up_ = false;
  /// What the engine pushed, the last one last; how many were planned since one was answered; the
  /// last node that a copy may have as well.
  std::vector<Push> pushes_;
  std::size_t unanswered_ = 0;
  Node copied_{0};

  std::optional<Asked> asked_;  // and not answered
  std::vector<Asked> ever_asked_;
  bool is_mended_ = false;
  /// No stamps are left to give: what is pending cannot move.
  bool out_of_time_ = false;
};

}  // namespace fuzz

#endif  // TIDEMARK_TESTS_FUZZ_HOST_H
