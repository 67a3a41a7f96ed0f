// How a host answers what the engine asks for: well, unless rarely.
#include <algorithm>
#include <utility>

#include "engine/host.h"

namespace fuzz {

using namespace tidemark;

void Host::answer() {
  const auto asked = std::exchange(asked_, std::nullopt);
  if (!asked) return;
  if (asked->kind == kKind<LoadOutbox>) return load(asked->ticket);
  if (asked->kind == kKind<Send>) return reply_or_fail(asked->ticket);
  store(*asked);
}

void Host::store(Asked asked) {
  if (rarely(8)) return fail_store(asked.ticket);
  if (asked.kind == kKind<Restamp>) return restamp(asked.ticket);
  commit(asked.ticket, asked.kind == kKind<StartOver>);
}

void Host::load(Ticket ticket) {
  if (rarely(16)) return fail_store(ticket);
  std::vector<PendingWrite> writes;
  std::vector<Cell> cells;
  loaded_.clear();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].is_pending) continue;
    const auto record = static_cast<RecordIndex>(entries_[i].id % 8);
    writes.push_back({record, static_cast<std::uint32_t>(writes.size()), 2});
    for (const Field field : {kEveryField, kAlive})
      cells.push_back(Cell::of(record, field, entries_[i].first));
    loaded_.push_back(i);
  }
  const bool is_lie = rarely(16);
  if (is_lie) cells.push_back(cell(in()));
  const std::vector<std::uint32_t> bytes(8, is_mended_ ? 1 : choice(in(), 4));
  rereads_ = rarely(16) ? word() : wanted_;
  // No two alike, so that no push passes for another.
  const std::uint32_t random = (is_mended_ ? 0 : word()) << 16 | ++world_->turns;
  const Errc code = engine_.handle_outbox(ticket, {writes, cells, bytes, rereads_}, count_pending(),
                                          now_, random);
  require(code == Errc::ok || (is_lie && code == Errc::bad_input), "an outbox is planned");
  // Its turn counts, though it may never be sent.
  if (code == Errc::ok && engine_.batch().records > 0) ++unanswered_;
  const auto& selected = engine_.batch().selected;
  require(code != Errc::ok || selected.empty() || selected.size() == writes.size(),
          "a flag for every write");
}

void Host::reply_or_fail(Ticket ticket) {
  if (rarely(3)) return fail(ticket);
  reply_ = reply();
  if (sent_.turn != 0 && reply_.cloned == 0) unanswered_ = 0;
  answered_ = true;
  engine_.handle_reply(ticket, reply_, spare());
}

// The hub may have got the request all the same.
void Host::fail(Ticket ticket) {
  if (sent_.turn != 0 && choice(in(), 2) == 0) world_->hub.take(pushes_.back());
  fault_ = static_cast<Errc>(choice(in(), 4) == 0 ? word() : choice(in(), 72));
  const bool is_token = fault_ == Errc::unauthorized && sent_.refresh_token;
  if (is_token || fault_ == Errc::schema_outdated || fault_ == Errc::account_mismatch)
    halted_ = fault_;
  engine_.handle_fault(ticket, fault_, any_ms(), now_, word());
}

Reply Host::reply() {
  Reply reply;
  time(reply);
  if (sent_.turn != 0) settle(reply);
  reply.more = rarely(4);
  reply.reset = rarely(8);
  if (rarely(4)) reply.accepted = stamp(in());
  return reply;
}

void Host::settle(Reply& reply) {
  const Batch& batch = engine_.batch();
  if (rarely(8) || !world_->hub.take(pushes_.back())) {
    reply.cloned = batch.records;
    return;
  }
  const auto greatest = std::ranges::max(batch.cells, {}, &Cell::stamp).stamp();
  if (is_ahead(greatest, reply.server_at, config_.drift_ms_max) || rarely(8)) {
    reply.clock_refused = batch.records;
    return;
  }
  reply.settled = batch.records;
  reply.accepted = greatest;
  if (!rarely(4)) return;
  reply.settled = choice(in(), 3);
  reply.kept = choice(in(), 3);
  reply.clock_refused = choice(in(), 3);
  reply.fine_until = any_ms();
}

void Host::time(Reply& reply) {
  reply.sent_at = rarely(8) ? any_ms() : now_;
  reply.received_at = rarely(8) ? any_ms() : now_;
  reply.server_at = rarely(2) ? any_ms() : now_;
}

// What the hub took, and what it refuses alone, leaves the outbox.
void Host::commit(Ticket ticket, bool starts_over) {
  if (starts_over) {
    reading_ = true;
  } else if (fault_ == Errc::ok) {
    reading_ = reply_.reset || (reading_ && reply_.more);
    wanted_ = rarely(4) ? word() : 0;
  }
  const bool is_settled = fault_ == Errc::ok ? reply_.settled > 0 : gives_up_;
  const auto& selected = engine_.batch().selected;
  for (std::size_t i = 0; !starts_over && is_settled && i < selected.size(); ++i)
    if (selected[i]) entries_[loaded_[i]].is_pending = false;
  engine_.handle_committed(ticket, count_pending(), wanted_, now_, is_mended_ ? 0 : word());
}

void Host::fail_store(Ticket ticket) { engine_.handle_store_fault(ticket, now_, word()); }

// In one transaction: all entries have their new stamps, or none has.
void Host::restamp(Ticket ticket) {
  std::vector<Entry> after = entries_;
  if (!restamp_into(after)) {
    out_of_time_ = true;
    return engine_.handle_store_fault(ticket, now_, 0);
  }
  entries_ = after;
  require_distinct();
  engine_.handle_restamped(ticket, now_, is_mended_ ? 0 : word());
}

bool Host::restamp_into(std::vector<Entry>& after) {
  const Entry* previous = nullptr;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const Entry& before = entries_[i];
    if (!before.is_pending) continue;
    const auto first = engine_.restamp(before.first, before.count, now_);
    if (!first) return false;
    after[i].first = *first;
    if (previous && previous->first.node == first->node)
      require(*first > previous->first, "stamped again, the log keeps its order");
    previous = &after[i];
  }
  return true;
}

}  // namespace fuzz
