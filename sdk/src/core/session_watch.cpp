// The session's watchdog: what says that nothing moves, and what is tried then.
#include <algorithm>

#include "session.h"

namespace tidemark {

void Session::progressed(WallMs now) noexcept {
  stalls_at_ = now + config_.stall_ms;
  rung_ = 0;
  answered_since_ = false;
}

bool Session::is_done() const noexcept {
  return pending_ == 0 && !reading_ && error_ == Errc::ok && activity_ == Activity::idle;
}

// The watchdog: whatever the reason, a session that has something to do and gets nowhere says so
// and tries another way.
std::optional<Output> Session::watch(WallMs now) noexcept {
  if (is_done() || !can_run()) {
    stalls_at_ = now + config_.stall_ms;
    rung_ = 0;
    return std::nullopt;
  }
  // Not later than that: the clock may have been set back.
  stalls_at_ = std::min(stalls_at_, now + config_.stall_ms);
  return now < stalls_at_ ? std::nullopt : climb(now);
}

// The ladder: what hangs is given up. Where the endpoint answers and yet nothing moves: retry at
// once, a new handshake with a new token, repair by digests, reading everything again. An endpoint
// that is down gets no more requests by it than the backoff allows.
std::optional<Output> Session::climb(WallMs now) noexcept {
  const bool is_writing = activity_ == Activity::committing || activity_ == Activity::restamping ||
                          activity_ == Activity::starting_over;
  ++rung_;
  stalls_at_ = now + config_.stall_ms;
  if (error_ == Errc::ok) error_ = Errc::stalled;
  // The store is not asked twice at a time: it has no late replies.
  if (is_writing) return std::nullopt;
  if (activity_ != Activity::idle) {
    stop_activity();
    due_ = now;
  }
  if (!answered_since_) return std::nullopt;
  due_ = now;
  const std::uint32_t way = (rung_ - 1) % kLadderRungs + 1;
  if (way == 2) handshake_ = refresh_token_ = true;
  if (way == 3) return Verify{};
  if (way == 4 && !reading_) {
    begin(Activity::starting_over);
  }
  return std::nullopt;
}

}  // namespace tidemark
