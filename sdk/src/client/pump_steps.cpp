// The steps of an exchange, each between two looks at the engine.
#include <algorithm>
#include <utility>

#include "pump.h"
#include "requests.h"

namespace tidemark::client {

void Pump::perform(Lock& lock, const LoadOutbox& step) {
  ++exchanges_.begun;
  // The engine says so once it is asked again, and that is after the request.
  context_.listener.on_status();
  lock.unlock();
  auto outbox =
      context_.ports.with_store([&](Store& store) { return store.read_outbox(step.writes_max); });
  lock.lock();
  if (!outbox) return failed(step.ticket, outbox.error());
  plan(step, *std::move(outbox));
}

void Pump::plan(const LoadOutbox& step, Outbox outbox) {
  if (outbox.refused > 0) context_.listener.on_event(event::Refused{outbox.refused});
  wanted_.add_to(outbox);
  creations_.restore(outbox.writes);
  counted_ = std::max(counted_, outbox.counted);
  const NumberedOutbox numbered(outbox);
  const Errc code =
      engine_.handle_outbox(step.ticket, numbered.view(), outbox.pending, now(), random32());
  // Paused meanwhile: another exchange may be under way by now.
  if (code == Errc::wrong_state) return;
  if (code != Errc::ok)
    return failed(step.ticket,
                  {Errc::engine_failed, "the outbox was answered " + std::string(name_of(code))});
  exchange_ = Exchange(place_);
  exchange_.batch = numbered.changes(engine_.batch());
  exchange_.rereads = std::move(outbox.rereads);
}

void Pump::perform(Lock& lock, const Send& step) {
  const Aborted aborted = aborted_;
  if (step.call == Call::full && !announce(lock, step.ticket)) return;
  if (*aborted) return;
  exchange_.sent_at = now();
  const Asker asker{device_, engine_.clock().node(), context_.schema, tables_};
  CallOptions options;
  options.refresh_token = step.refresh_token;
  options.traffic = &exchange_.traffic;
  lock.unlock();
  const auto server_at = context_.ports.call(
      options, aborted, [&](Transport& transport, const CallOptions& completed) {
        return call_hub(transport, exchange_, step, asker, completed);
      });
  lock.lock();
  if (!server_at) return failed_call(step, server_at.error(), *aborted);
  exchanges_.last_error = std::nullopt;
  if (!std::exchange(answered_, true)) observe_log(lock);
  engine_.handle_reply(step.ticket, exchange_.summary(now(), *server_at), spare());
}

// A creation says so once: the answer to it may be lost.
bool Pump::announce(Lock& lock, Ticket ticket) {
  const auto writes = exchange_.batch.all_writes();
  creations_.sending(writes);
  if (writes.empty()) return true;
  lock.unlock();
  auto done = context_.ports.with_store([&](Store& store) { return store.sending(writes); });
  lock.lock();
  if (!done) failed(ticket, done.error());
  return done.ok();
}

// What is pending may be moved by what the first answer says of the time: as far as it was stamped
// before it.
void Pump::observe_log(Lock& lock) {
  lock.unlock();
  const auto state = context_.ports.with_store([](Store& store) { return store.load(); });
  lock.lock();
  if (state) observe(state->newest);
}

void Pump::failed_call(const Send& step, const Error& fault, bool aborted) {
  exchanges_.last_error = fault;
  if (!aborted) ended(fault.code, std::nullopt);
  creations_.failed(exchange_.batch.all_writes(), fault.code);
  engine_.handle_fault(step.ticket, fault.code, fault.retry_after_ms, now(), random32());
  if (fault.code == Errc::account_mismatch) context_.listener.on_event(event::WrongAccount{});
}

void Pump::failed(Ticket ticket, Error error) {
  exchanges_.ended = exchanges_.begun;
  exchanges_.last_error = std::move(error);
  engine_.handle_store_fault(ticket, now(), random32());
}

void Pump::perform(Lock& lock, const Commit& step) {
  StoreCommit brought = exchange_.commit(step.refused, step.give_up);
  const std::vector<Change> answers = brought.records;
  // What is here and not the hub's is offered to it, and not removed.
  const auto unknown = wanted_.unknown_of(answers);
  std::erase_if(brought.records, [&](const Change& each) {
    const RecordKey& record = each;
    return std::find(unknown.begin(), unknown.end(), record) != unknown.end();
  });
  const auto stored = put(lock, brought);
  if (!stored) return failed(step.ticket, stored.error());
  if (!unknown.empty()) {
    lock.unlock();
    const auto offered =
        context_.ports.with_store([&](Store& store) { return store.write_again(unknown); });
    lock.lock();
    if (!offered) return failed(step.ticket, offered.error());
  }
  if (!place_.hub) place_.hub = brought.hub;
  wanted_.answered(answers);
  if (step.refused == Errc::ok) ended(Errc::ok, stored->pending);
  engine_.handle_committed(step.ticket, stored->pending, stored->rereads + wanted_.count(), now(),
                           random32());
  // Not where this page led to: there is more to read than it said.
  if (brought.page && stored->cursor != brought.page->cursor) engine_.handle_poke(now());
}

void Pump::perform(Lock& lock, const StartOver& step) {
  StoreCommit commit;
  commit.reset = {std::nullopt, false, place_.cursor, std::nullopt};
  const auto stored = put(lock, commit);
  if (!stored) return failed(step.ticket, stored.error());
  engine_.handle_committed(step.ticket, stored->pending, stored->rereads, now(), random32());
}

Outcome<CommitResult> Pump::put(Lock& lock, StoreCommit& commit) {
  if (engine_.accepted() != Stamp{}) commit.clock = engine_.accepted();
  commit.offset_ms = engine_.clock().offset_ms();
  const std::int64_t term = term_;
  lock.unlock();
  auto stored = context_.ports.with_store([&](Store& store) { return store.commit(commit, term); });
  lock.lock();
  if (stored)
    told(*stored);
  else if (stored.error().code == Errc::closed)
    led_away_ = true;
  return stored;
}

void Pump::told(const CommitResult& stored) {
  place_.cursor = stored.cursor;
  place_.known = stored.known;
  tables_ = stored.tables;
  counted_ = std::max(counted_, stored.counted);
  if (stored.losses > 0) context_.listener.on_event(event::Lost{stored.losses});
  if (stored.refused > 0) context_.listener.on_event(event::Refused{stored.refused});
}

void Pump::ended(Errc fault, std::optional<std::uint32_t> pending) {
  exchanges_.ended = exchanges_.begun;
  const Moved moved = exchange_.moved();
  if (moved.cloned > 0) context_.listener.on_event(event::Cloned{moved.cloned});
  if (moved.sent > 0 && exchange_.batch.split) context_.listener.on_event(event::Split{moved.sent});
  const std::uint32_t left = pending.value_or(engine_.status().pending);
  context_.listener.on_exchange(exchange_.entry(now(), fault, left));
}

void Pump::perform(Lock& lock, const Restamp& step) {
  const Stamping how = stamping();
  std::mutex& mutex = *lock.mutex();
  lock.unlock();
  const auto again = [&](Stamp first, std::uint32_t count) {
    const std::scoped_lock held(mutex);
    return engine_.restamp(first, count, now());
  };
  auto done = context_.ports.with_store([&](Store& store) { return store.restamp(again, how); });
  lock.lock();
  if (!done) return failed(step.ticket, done.error());
  engine_.handle_restamped(step.ticket, now(), random32());
}

}  // namespace tidemark::client
