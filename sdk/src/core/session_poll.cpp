// What a session says of itself, and what it asks of the host next.
#include <algorithm>

#include "session.h"

namespace tidemark {
namespace {

Phase phase_of(Errc halted) noexcept {
  if (halted == Errc::schema_outdated) return Phase::outdated;
  return halted == Errc::account_mismatch ? Phase::wrong_account : Phase::needs_auth;
}

}  // namespace

Status Session::status() const noexcept {
  Status status{Phase::idle, pending_, last_synced_at_, error_, online_};
  if (!started_)
    status.phase = Phase::closed;
  else if (paused_)
    status.phase = Phase::paused;
  else if (halted_ != Errc::ok)
    status.phase = phase_of(halted_);
  else if (is_stalled() && online_)
    status.phase = Phase::stalled;
  else if (activity_ != Activity::idle)
    status.phase = Phase::syncing;
  else if (!online_)
    status.phase = Phase::offline;
  else if (attempt_ > 0)
    status.phase = Phase::waiting;
  return status;
}

bool Session::can_run() const noexcept {
  return started_ && !paused_ && online_ && halted_ == Errc::ok;
}

std::optional<Output> Session::poll(WallMs now) noexcept {
  if (const bool open = can_run(); open != live_told_) {
    live_told_ = open;
    return Live{open};
  }
  if (auto step = watch(now)) return step;
  if (auto step = next_step(now)) return step;
  if (const Status current = status(); current != told_) {
    told_ = current;
    return StatusChanged{};
  }
  if (!can_run()) return std::nullopt;
  if (is_done()) return Wake{due_};
  return Wake{activity_ == Activity::idle ? std::min(due_, stalls_at_) : stalls_at_};
}

Send Session::send() const noexcept {
  Send send{ticket_, batch_records_ > 0 || rereads_ > 0 ? Call::full : Call::pull, refresh_token_,
            config_.pull_records_max};
  send.turn = batch_records_ > 0 ? turn_ : 0;
  send.turns_before = turns_before_;
  send.whole = reading_;
  return send;
}

std::optional<Output> Session::next_step(WallMs now) noexcept {
  if (activity_ == Activity::idle) {
    if (!can_run() || now < due_) return std::nullopt;
    begin(must_restamp_ && !reply_.more ? Activity::restamping : Activity::loading);
  }
  if (asked_) return std::nullopt;
  asked_ = true;
  switch (activity_) {
    case Activity::loading:
      return LoadOutbox{ticket_, config_.outbox_writes_max};
    case Activity::sending:
      return send();
    case Activity::committing:
      return Commit{ticket_, refused_, give_up_};
    case Activity::restamping:
      return Restamp{ticket_, clock_refused_};
    case Activity::starting_over:
      return StartOver{ticket_};
    case Activity::idle:
      break;
  }
  return std::nullopt;
}

}  // namespace tidemark
