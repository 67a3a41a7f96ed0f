// The lead: how a connection begins, ends, and begins anew: for another user, or because another
// program took over. js/src/client.ts has the same for TypeScript.
#include <utility>

#include "connection.h"
#include "ledger.h"

namespace tidemark {

// Stamps are given under this engine's node from now on; sends nothing.
Outcome<Done> Client::Connection::open() {
  Lock lock(mutex_);
  if (auto led = take_lead(lock); !led) return led;
  if (options_.first_login == FirstLogin::merge) return begin(lock);
  auto counted = count(lock);
  published_ = make_status();
  return counted;
}

Outcome<Done> Client::Connection::take_lead(Lock& lock) {
  const auto state = pump_.lead(lock);
  if (!state) return state.error();
  pending_ = state->pending;
  led_ = true;
  return Done{};
}

Outcome<Done> Client::Connection::count(Lock& lock) {
  lock.unlock();
  const auto counts = client::counts_of(ports_);
  lock.lock();
  if (!counts) return counts.error();
  dead_letters_ = counts->dead_letters;
  losses_ = counts->losses;
  return Done{};
}

// Makes the choice of the first login, or leaves it to the app.
Outcome<Done> Client::Connection::choose(Lock& lock) {
  meeting_ = std::nullopt;
  if (options_.first_login == FirstLogin::merge) return Done{};
  const client::Aborted aborted = pump_.aborted();
  lock.unlock();
  const auto meeting = client::meeting_of(ports_, aborted);
  lock.lock();
  if (!meeting) return meeting.error();
  if (options_.first_login == FirstLogin::ask) meeting_ = *meeting;
  if (!*meeting || meeting_) return Done{};
  lock.unlock();
  auto kept = ports_.with_store([](Store& store) { return store.keep_remote(); });
  lock.lock();
  return kept;
}

Outcome<Done> Client::Connection::begin(Lock& lock) {
  if (auto chosen = choose(lock); !chosen) return chosen;
  if (auto counted = count(lock); !counted) return counted;
  lock.unlock();
  const auto state = ports_.with_store([](Store& store) { return store.load(); });
  lock.lock();
  if (!state) return state.error();
  if (closed_) return Error{Errc::closed, {}};
  pump_.begin(*state);
  begun_ = true;
  lead_error_ = std::nullopt;
  if (!online_) pump_.engine().handle_online(false, options_.host->now());
  if (paused_ || meeting_) pump_.engine().pause();
  settle();
  publish();
  return Done{};
}

bool Client::Connection::lead_step(Lock& lock) {
  if (paused_ || !online_) {
    waiters_.fail({paused_ ? Errc::paused : Errc::offline, {}});
    return false;
  }
  if (!lead_retry_.is_due(options_.host->now())) return false;
  lead_retry_.over();
  auto done = led_ ? Outcome<Done>(Done{}) : take_lead(lock);
  if (done) done = begin(lock);
  if (done || closed_) return true;
  waiters_.fail(done.error());
  lead_later(done.error());
  return true;
}

// The first time it is taken back at once: the other one may have been a single command. Later
// soon where the app waits for a sync, and else later each time.
void Client::Connection::led_away() {
  unlead();
  const WallMs now = options_.host->now();
  if (lead_retry_.is_first(now))
    lead_retry_.soon(now);
  else if (waiters_.are_there())
    lead_retry_.shortly(now, options_.host->random64());
  else
    lead_later({Errc::unavailable, "another program syncs this database"});
}

void Client::Connection::lead_later(const Error& error) {
  lead_retry_.later(options_.host->now(), options_.host->random64());
  lead_error_ = error;
  publish();
}

void Client::Connection::unlead() {
  pending_ = pump_.engine().status().pending;
  pump_.end();
  led_ = begun_ = false;
  if (verify_) verify_->restart();
}

Outcome<Done> Client::Connection::switch_account(bool discard) {
  return exclusively([&](Lock& lock) {
    unlead();
    lock.unlock();
    auto cleared = ports_.with_store([&](Store& store) { return store.clear(discard); });
    lock.lock();
    // Whatever became of it: what cannot begin now is begun by the next step.
    lead_retry_.over();
    if (options_.first_login == FirstLogin::merge && take_lead(lock)) (void)begin(lock);
    return cleared;
  });
}

Outcome<Done> Client::Connection::adopt(FirstLogin choice) {
  if (choice == FirstLogin::ask) return Error{Errc::bad_input, "merge, or keep_remote"};
  return exclusively([&](Lock& lock) -> Outcome<Done> {
    if (!meeting_) return Done{};
    if (choice == FirstLogin::keep_remote) {
      lock.unlock();
      auto kept = ports_.with_store([](Store& store) { return store.keep_remote(); });
      lock.lock();
      if (!kept) return kept;
      // Everything is read from the beginning.
      unlead();
      if (auto led = take_lead(lock); !led) return led;
    }
    meeting_ = std::nullopt;
    options_.first_login = FirstLogin::merge;
    if (choice == FirstLogin::keep_remote) return begin(lock);
    if (!paused_) pump_.engine().resume(options_.host->now());
    return Done{};
  });
}

}  // namespace tidemark
