// The session: one exchange after another, as a state machine. It decides when and what to ask of
// the host (load, send, commit, restamp) and never holds rows, cursors or bodies. One request is
// under way at a time, named by its ticket.
//
//   idle -> loading -> sending -> committing -> (restamping) -> idle          a failure of any
//   leads to idle with a later due time
#ifndef TIDEMARK_CORE_SESSION_H
#define TIDEMARK_CORE_SESSION_H

#include <cstdint>
#include <optional>

#include "tidemark/config.h"
#include "tidemark/output.h"

namespace tidemark {

/// Ways out of a stall, before they are tried again from the first.
inline constexpr std::uint32_t kLadderRungs = 4;

class Session {
 public:
  explicit Session(const Config& config) noexcept : config_(config) {}

  [[nodiscard]] Status status() const noexcept;
  [[nodiscard]] bool is_current(Ticket ticket) const noexcept { return ticket == ticket_; }
  /// Whether the endpoint has answered since the start, so that its time is known.
  [[nodiscard]] bool has_answered() const noexcept { return has_answered_; }
  /// Records in the next push, at most: fewer while an endpoint refuses whole batches.
  [[nodiscard]] std::uint32_t records_max() const noexcept { return records_max_; }
  /// Whether the pending entries are about to be stamped again.
  [[nodiscard]] bool must_restamp() const noexcept { return must_restamp_; }
  /// Whether the next request may carry changes.
  [[nodiscard]] bool may_push() const noexcept {
    return has_answered_ && !reading_ && !handshake_ && !must_restamp_;
  }

  void start(WallMs now, bool reading) noexcept;
  void close() noexcept;
  void pause() noexcept;
  void resume(WallMs now) noexcept;
  void set_online(bool online, WallMs now) noexcept;
  void set_pending(std::uint32_t pending) noexcept { pending_ = pending; }
  /// Something may have changed, here (`after_ms` later it is sent) or at the hub.
  void nudge(WallMs now, std::int64_t after_ms) noexcept;
  /// The app asks: now, whatever the backoff or an earlier refusal of the token says.
  void insist(WallMs now) noexcept;
  void set_live(bool connected, WallMs now) noexcept;

  /// `random`: a uniform word, the turn of a push.
  void loaded(std::uint32_t batch_records, std::uint32_t rereads, std::uint32_t random) noexcept;
  /// Whether the pending entries are to be stamped again: when all is read, or before this reply is
  /// looked at.
  enum class Parts { no, when_read, at_once };
  void replied(const Reply& reply, Parts parts) noexcept;
  /// The node is another: it has taken no turn yet, but that of a push which is about to be sent.
  void forget_turns() noexcept {
    if (activity_ != Activity::sending) turn_ = 0;
    turns_before_ = {};
  }
  void failed(Errc code, std::int64_t retry_after_ms, WallMs now, std::uint32_t random) noexcept;
  void committed(std::uint32_t rereads, WallMs now, std::uint32_t random) noexcept;
  void restamped(WallMs now, std::uint32_t random) noexcept;
  void store_failed(WallMs now, std::uint32_t random) noexcept;

  [[nodiscard]] std::optional<Output> poll(WallMs now) noexcept;

 private:
  enum class Activity { idle, loading, sending, committing, restamping, starting_over };

  [[nodiscard]] bool can_run() const noexcept;
  [[nodiscard]] bool is_done() const noexcept;
  [[nodiscard]] bool is_stalled() const noexcept { return rung_ > 0; }
  [[nodiscard]] Send send() const noexcept;
  std::optional<Output> next_step(WallMs now) noexcept;
  std::optional<Output> watch(WallMs now) noexcept;
  std::optional<Output> climb(WallMs now) noexcept;
  void progressed(WallMs now) noexcept;
  void begin(Activity activity) noexcept;
  void take_turn(Turn turn) noexcept;
  void stop_activity() noexcept;
  void retry_later(Errc code, std::int64_t at_least_ms, WallMs now, std::uint32_t random) noexcept;
  bool refuse_part(Errc code, WallMs now) noexcept;

  Config config_;
  std::uint32_t records_max_ = config_.push_records_max;

  bool started_ = false;
  bool paused_ = false;
  bool online_ = true;
  /// Why the app is needed: unauthorized, schema_outdated, account_mismatch; or ok.
  Errc halted_ = Errc::ok;
  /// All is read again from the beginning, and that is not finished.
  bool reading_ = false;
  /// The next request only reads: the endpoint could not place our cursor.
  bool handshake_ = false;
  bool live_connected_ = false;
  bool has_answered_ = false;

  Activity activity_ = Activity::idle;
  Ticket ticket_ = 0;
  /// The step that `activity_` begins with has been handed out.
  bool asked_ = false;
  std::uint32_t batch_records_ = 0;
  std::uint32_t rereads_ = 0;
  /// Of the present push; and the last that was answered, then those that were not.
  Turn turn_ = 0;
  std::array<Turn, kTurnsMax> turns_before_{};
  bool refresh_token_ = false;
  /// Until it has succeeded, nothing else is done: what is pending must not be sent under its old
  /// stamps.
  bool must_restamp_ = false;
  /// Because the endpoint says that the clock is ahead.
  bool clock_refused_ = false;
  Errc refused_ = Errc::ok;
  bool give_up_ = false;
  /// Since a record was last refused, the endpoint took another: so it is the record that it cannot
  /// take.
  bool took_one_ = false;
  Reply reply_;

  /// When the next exchange is due; while one is under way, whether another was asked for
  /// meanwhile.
  WallMs due_ = 0;
  bool again_ = false;
  std::uint32_t attempt_ = 0;

  /// When nothing will have moved for too long, and how many ways out were tried.
  WallMs stalls_at_ = 0;
  std::uint32_t rung_ = 0;
  bool answered_since_ = false;

  std::uint32_t pending_ = 0;
  WallMs last_synced_at_ = 0;
  Errc error_ = Errc::ok;

  Status told_;
  bool live_told_ = false;
};

}  // namespace tidemark

#endif  // TIDEMARK_CORE_SESSION_H
