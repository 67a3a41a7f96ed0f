// What a host demands of all that the engine asks for and says.
#include <algorithm>
#include <type_traits>
#include <variant>

#include "engine/host.h"

namespace fuzz {
namespace {

using namespace tidemark;

constexpr int kOutputsMax = 16;
/// Later than that no clock shows: JavaScript's numbers count no further.
constexpr WallMs kNowMax = WallMs{1} << 53;

Phase phase_of(Errc halted) {
  if (halted == Errc::schema_outdated) return Phase::outdated;
  return halted == Errc::account_mismatch ? Phase::wrong_account : Phase::needs_auth;
}

}  // namespace

bool Host::can_go_on() const { return !closed_ && !paused_ && halted_ == Errc::ok; }
bool Host::can_run() const { return can_go_on() && online_; }

// Once everything works, time passes up to when the engine wants to be woken.
void Host::poll() {
  for (int i = 0;; ++i) {
    require(i < kOutputsMax, "poll comes to an end");
    const auto output = engine_.poll(now_);
    if (!output) break;
    if (const auto* wake = std::get_if<Wake>(&*output)) {
      require(wake->at > std::min(now_, kNowMax),
              "to wake at a time that has come would be to spin");
      if (is_mended_ && !asked_) now_ = wake->at;
      break;
    }
    note(*output);
  }
  require(engine_.status() == told_, "a status that changes is told");
  require(live_ == can_run(), "connected live while it can run, and only then");
}

void Host::note(const Output& output) {
  if (std::holds_alternative<StatusChanged>(output)) told_ = engine_.status();
  if (const auto* live = std::get_if<Live>(&output)) live_ = live->open;
  if (std::holds_alternative<Verify>(output)) {
    require(can_run(), "nothing is repaired by an engine at rest");
    wanted_ += 1 + choice(in(), 3);
  }
  std::visit(
      [&](const auto& step) {
        if constexpr (requires { step.ticket; }) note_asked({step.ticket, output.index()});
      },
      output);
  if (const auto* send = std::get_if<Send>(&output)) note_send(*send);
  if (const auto* commit = std::get_if<Commit>(&output)) {
    require(commit->refused == Errc::ok || commit->refused == fault_, "refused as the hub said");
    require(commit->refused == Errc::ok || engine_.batch().records == 1, "one is refused alone");
    gives_up_ = commit->give_up;
  }
}

void Host::note_asked(Asked asked) {
  // What is under way ends, also without a connection.
  const bool begins = asked.kind == kKind<LoadOutbox>;
  require(begins ? can_run() : can_go_on(), "nothing is asked for by an engine at rest");
  require(ever_asked_.empty() || asked.ticket > ever_asked_.back().ticket,
          "each request has a ticket of its own, and they go upward");
  ever_asked_.push_back(asked);
  asked_ = asked;
}

void Host::note_send(const Send& send) {
  const bool pushes = engine_.batch().records > 0;
  require(!pushes || (answered_ && !reading_), "nothing is pushed before all is read");
  require(pushes == (send.turn != 0), "a push has a turn, and nothing else has");
  require(!pushes || send.call == Call::full, "a push is a full exchange");
  require(pushes || rereads_ > 0 || send.call == Call::pull, "an exchange is full for a reason");
  require(send.whole || !reading_, "a reading from the beginning leaves nothing out");
  sent_ = send;
  fault_ = Errc::ok;
  if (pushes) note_push(send);
}

std::vector<Entry> Host::chosen() const {
  std::vector<Entry> chosen;
  const auto& selected = engine_.batch().selected;
  for (std::size_t i = 0; i < selected.size(); ++i)
    if (selected[i]) chosen.push_back(entries_[loaded_[i]]);
  return chosen;
}

void Host::note_push(const Send& send) {
  const Node node = engine_.clock().node();
  const auto is_it = [&](const Push& push) { return push.node == node && push.turn == send.turn; };
  if (pushes_.empty() || !is_it(pushes_.back()))
    pushes_.push_back({node, send.turn, send.turns_before, chosen()});
  require(node <= copied_ || unanswered_ > kTurnsMax || world_->hub.would_take(pushes_.back()),
          "only a copy is taken for a copy");
}

// Whatever it is, the engine asked for it earlier and goes on without it.
void Host::answer_late() {
  if (ever_asked_.empty()) return;
  const Asked late = ever_asked_[choice(in(), 256) % ever_asked_.size()];
  if (asked_ && late == *asked_) return;
  const Status before = engine_.status();
  const Clock clock = engine_.clock();
  const Stamp accepted = engine_.accepted();
  const std::size_t answer = choice(in(), 8);
  if (answer == 0)
    engine_.handle_store_fault(late.ticket, now_, word());
  else if (late.kind == kKind<LoadOutbox>)
    require(
        engine_.handle_outbox(late.ticket, {}, count_pending(), now_, word()) == Errc::wrong_state,
        "a late outbox plans nothing");
  else if (late.kind == kKind<Restamp>)
    engine_.handle_restamped(late.ticket, now_, word());
  else if (late.kind != kKind<Send>)
    engine_.handle_committed(late.ticket, count_pending(), word(), now_, word());
  else if (answer == 1)
    engine_.handle_fault(late.ticket, static_cast<Errc>(word()), any_ms(), now_, word());
  else
    engine_.handle_reply(late.ticket, {1, 1, 1, now_, 1, true, true, stamp(in()), 0, 0, now_},
                         spare());
  require(engine_.status() == before, "a late answer changes no status");
  require(engine_.clock().last() == clock.last() && engine_.clock().node() == clock.node() &&
              engine_.clock().offset_ms() == clock.offset_ms() && engine_.accepted() == accepted,
          "a late answer moves no clock");
}

void Host::check() const {
  const Status status = engine_.status();
  require(status.phase <= Phase::stalled, "a phase is one of the list");
  require(status.pending == count_pending(), "what is pending is what the host said");
  require(closed_ == (status.phase == Phase::closed), "what is closed says so");
  if (closed_) return;
  require(paused_ == (status.phase == Phase::paused), "what is paused says so");
  if (paused_ || halted_ == Errc::ok) return;
  require(status.phase == phase_of(halted_), "what waits for the app says so, and for what");
}

}  // namespace fuzz
