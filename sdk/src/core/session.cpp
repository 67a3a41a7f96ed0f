// The transitions of the session, in the order in which an exchange goes through them.
#include "session.h"

#include <algorithm>
#include <utility>

#include "backoff.h"

namespace tidemark {
namespace {

// Only the app can go on from these.
bool halts(Errc code) noexcept {
  return code == Errc::unauthorized || code == Errc::schema_outdated ||
         code == Errc::account_mismatch;
}

}  // namespace

void Session::start(WallMs now, bool reading) noexcept {
  stop_activity();
  // What an earlier connection of the same engine ended in says nothing about this one.
  paused_ = live_connected_ = live_told_ = handshake_ = false;
  halted_ = Errc::ok;
  reading_ = reading;
  progressed(now);
  online_ = true;
  attempt_ = 0;
  error_ = Errc::ok;
  records_max_ = config_.push_records_max;
  told_ = {};
  started_ = true;
  due_ = now;
}

void Session::close() noexcept {
  started_ = false;
  stop_activity();
}

void Session::pause() noexcept {
  paused_ = true;
  rung_ = 0;
  // The store ends all the same what it is at, and may then be at the beginning.
  const bool resets = activity_ == Activity::committing && reply_.reset;
  if (resets || activity_ == Activity::starting_over) reading_ = true;
  stop_activity();
}

void Session::resume(WallMs now) noexcept {
  paused_ = false;
  insist(now);
}

void Session::set_online(bool online, WallMs now) noexcept {
  const bool returned = online && !online_;
  online_ = online;
  if (!returned) return;
  attempt_ = 0;
  due_ = now;
  progressed(now);
}

void Session::nudge(WallMs now, std::int64_t after_ms) noexcept {
  if (activity_ != Activity::idle) again_ = true;
  // A timed retry stays as it is: a busy writer must not hammer an endpoint that is down.
  else if (attempt_ == 0)
    due_ = std::min(due_, now + after_ms);
}

void Session::insist(WallMs now) noexcept {
  if (halted_ != Errc::ok) progressed(now);
  halted_ = Errc::ok;
  if (activity_ == Activity::idle)
    due_ = now;
  else
    again_ = true;
}

void Session::set_live(bool connected, WallMs now) noexcept {
  live_connected_ = connected;
  if (!connected) nudge(now, config_.poll_ms);
}

void Session::stop_activity() noexcept {
  activity_ = Activity::idle;
  asked_ = false;
  again_ = false;
  refresh_token_ = false;
  refused_ = Errc::ok;
  ++ticket_;  // whatever is still under way will be ignored
}

void Session::loaded(std::uint32_t batch_records, std::uint32_t rereads,
                     std::uint32_t random) noexcept {
  batch_records_ = batch_records;
  rereads_ = may_push() ? rereads : 0;
  if (batch_records > 0) take_turn(std::max<Turn>(random, 1));
  begin(Activity::sending);
}

// A push that was not answered may have arrived all the same, and be the hub's last.
void Session::take_turn(Turn turn) noexcept {
  if (turn_ != 0) {
    auto free = std::find(turns_before_.begin() + 1, turns_before_.end(), Turn{0});
    if (free == turns_before_.end()) {
      std::shift_left(turns_before_.begin() + 1, turns_before_.end(), 1);
      --free;
    }
    *free = turn_;
  }
  turn_ = turn;
}

void Session::replied(const Reply& reply, Parts parts) noexcept {
  reply_ = reply;
  if (reply.settled > 0) took_one_ = true;
  if (batch_records_ > 0 && reply.cloned == 0) turns_before_ = {std::exchange(turn_, 0)};
  must_restamp_ = must_restamp_ || parts != Parts::no;
  if (reply.clock_refused > 0) clock_refused_ = true;
  has_answered_ = answered_since_ = true;
  if (parts != Parts::at_once) return begin(Activity::committing);
  // The page is read again: under stamps that are wrong, what is pending would lose to it.
  reply_.more = false;
  begin(Activity::restamping);
}

void Session::committed(std::uint32_t rereads, WallMs now, std::uint32_t random) noexcept {
  if (activity_ == Activity::starting_over) {
    reading_ = true;
    stop_activity();
    due_ = now;
    return;
  }
  if (refused_ == Errc::ok) {
    handshake_ = false;
    reading_ = reply_.reset || (reading_ && reply_.more);
  }
  if (must_restamp_) {
    // First all is read: what the hub shows to hold already is not stamped again.
    if (!reply_.more) return begin(Activity::restamping);
    stop_activity();
    due_ = now;
    return;
  }
  const bool again = again_;
  const Errc refused = refused_;
  const bool isolated = refused != Errc::ok;
  const bool progress = reply_.settled > 0 || reply_.more || isolated || batch_records_ == 0;
  const bool is_read = !isolated && !reply_.more;
  if (reply_.settled > 0 || give_up_ || (is_read && pending_ == 0)) progressed(now);
  stop_activity();
  if (!progress && reply_.kept > 0) return retry_later(Errc::unavailable, 0, now, random);
  if (isolated && !give_up_) return retry_later(refused, 0, now, random);
  if (!isolated) records_max_ = config_.push_records_max;
  attempt_ = 0;
  error_ = Errc::ok;
  // Those that were just asked for and are still wanted wait for the next exchange.
  const bool rereads_now = rereads > 0 && rereads_ == 0;
  if (again || reply_.more || pending_ > 0 || rereads_now) {
    due_ = now;
    return;
  }
  last_synced_at_ = now;
  due_ = now + (live_connected_ ? config_.poll_live_ms : config_.poll_ms);
}

void Session::restamped(WallMs now, std::uint32_t random) noexcept {
  const bool refused = std::exchange(clock_refused_, false);
  const bool refused_again = refused && error_ == Errc::clock_ahead;
  stop_activity();
  must_restamp_ = false;
  if (refused) error_ = Errc::clock_ahead;
  if (refused_again) return retry_later(Errc::clock_ahead, 0, now, random);
  due_ = now;
}

void Session::store_failed(WallMs now, std::uint32_t random) noexcept {
  stop_activity();
  retry_later(Errc::store_failed, 0, now, random);
}

void Session::failed(Errc code, std::int64_t retry_after_ms, WallMs now,
                     std::uint32_t random) noexcept {
  if (code == Errc::unauthorized && !refresh_token_) {
    refresh_token_ = true;  // the same request once more, under a new ticket
    asked_ = false;
    ++ticket_;
    return;
  }
  if (refuse_part(code, now)) return;
  stop_activity();
  if (code == Errc::reset_required) handshake_ = true;
  if (halts(code)) {
    halted_ = error_ = code;
    return;
  }
  // What no retry can mend may be mended at the endpoint: asked again, but seldom.
  const std::int64_t at_least = is_retryable(code) ? retry_after_ms : config_.backoff_ms_max;
  retry_later(code, at_least, now, random);
}

// An endpoint that refuses a whole batch is asked with half of it, down to the one record that it
// cannot take: only that one is given up, so that it blocks no other. Only after the endpoint has
// shown that it speaks this protocol.
bool Session::refuse_part(Errc code, WallMs now) noexcept {
  if (code != Errc::bad_request && code != Errc::too_large) return false;
  if (batch_records_ == 0 || !has_answered_) return false;
  if (batch_records_ > 1) {
    records_max_ = batch_records_ / 2;
    stop_activity();
    due_ = now;
    return true;
  }
  error_ = code;
  refused_ = code;
  give_up_ = std::exchange(took_one_, false);
  reply_ = {};
  begin(Activity::committing);
  return true;
}

void Session::retry_later(Errc code, std::int64_t at_least_ms, WallMs now,
                          std::uint32_t random) noexcept {
  error_ = code;
  ++attempt_;
  const std::int64_t wait =
      backoff_ms(attempt_, config_.backoff_ms_base, config_.backoff_ms_max, random);
  due_ = now + std::max(wait, at_least_ms);
}

// Each step has its own ticket: an answer counts once.
void Session::begin(Activity activity) noexcept {
  ++ticket_;
  activity_ = activity;
  asked_ = false;
}

}  // namespace tidemark
