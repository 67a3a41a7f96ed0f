// How the host answers what the engine asks for.
#include "engine/host.h"

namespace fuzz {

using namespace tidemark;

void Host::answer(Asked asked) {
  if (asked.kind == kKind<LoadOutbox>) return load(asked.ticket);
  if (asked.kind == kKind<Send>) return reply_or_fail(asked.ticket);
  if (choice(in_, 8) == 0) return fail_store(asked.ticket);
  if (asked.kind == kKind<Restamp>) return restamp(asked.ticket);
  commit(asked.ticket);
}

void Host::load(Ticket ticket) {
  std::vector<PendingWrite> writes;
  std::vector<Cell> cells;
  loaded_.clear();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto& [first, count, is_pending] = entries_[i];
    if (!is_pending) continue;
    const auto record = static_cast<RecordIndex>(i % 8);
    writes.push_back({record, static_cast<std::uint32_t>(writes.size()), 2});
    for (const Field field : {kEveryField, kAlive}) cells.push_back(Cell::of(record, field, first));
    loaded_.push_back(i);
  }
  const bool is_lie = choice(in_, 16) == 0;
  if (is_lie) cells.push_back(cell(in_));
  const std::vector<std::uint32_t> bytes(8, choice(in_, 4));
  pending_ = count_pending();
  const OutboxView outbox{writes, cells, bytes, choice(in_, 4) == 0 ? word() : 0};
  const Errc code = engine_.handle_outbox(ticket, outbox, pending_, now_, word());
  const auto& selected = engine_.batch().selected;
  if (is_fresh_) require(code == Errc::ok || is_lie, "an outbox that was asked for is planned");
  if (code == Errc::ok)
    require(selected.empty() || selected.size() == writes.size(), "a flag for every write");
}

void Host::reply_or_fail(Ticket ticket) {
  if (choice(in_, 3) > 0) {
    const Node before = engine_.clock().node();
    engine_.handle_reply(ticket, reply(), spare());
    is_moving_ = is_moving_ || engine_.clock().node() != before;
    return;
  }
  const auto code = choice(in_, 2) == 0 ? choice(in_, 64) : word();
  engine_.handle_fault(ticket, static_cast<Errc>(code), any_ms(), now_, word());
}

Reply Host::reply() {
  const Batch& batch = engine_.batch();
  Reply reply;
  reply.settled = batch.records;
  if (choice(in_, 2) == 0) {
    reply.settled = choice(in_, 3);
    reply.kept = choice(in_, 3);
    reply.clock_refused = choice(in_, 3);
    reply.cloned = choice(in_, 8) == 0 ? 1 : 0;
  }
  acknowledged_ = reply.settled > 0;
  reply.more = choice(in_, 4) == 0;
  reply.reset = choice(in_, 8) == 0;
  if (!batch.cells.empty() && choice(in_, 4) != 0)
    reply.accepted = batch.cells.back().stamp();
  else
    reply.accepted = stamp(in_);
  reply.sent_at = choice(in_, 8) == 0 ? any_ms() : now_;
  reply.received_at = choice(in_, 8) == 0 ? any_ms() : now_;
  reply.server_at = choice(in_, 2) == 0 ? any_ms() : now_;
  return reply;
}

void Host::commit(Ticket ticket) {
  const auto& selected = engine_.batch().selected;
  if (std::exchange(acknowledged_, false) && selected.size() == loaded_.size())
    for (std::size_t i = 0; i < selected.size(); ++i)
      if (selected[i]) entries_[loaded_[i]].is_pending = false;
  pending_ = count_pending();
  engine_.handle_committed(ticket, pending_, word() % 3, now_, word());
}

void Host::fail_store(Ticket ticket) { engine_.handle_store_fault(ticket, now_, word()); }

// In one transaction: all entries have their new stamps, or none has.
void Host::restamp(Ticket ticket) {
  std::vector<Entry> after = entries_;
  if (!restamp_into(after)) return fail_store(ticket);
  entries_ = after;
  require_distinct();
  engine_.handle_restamped(ticket, now_, word());
}

bool Host::restamp_into(std::vector<Entry>& after) {
  const Entry* previous = nullptr;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const Entry& before = entries_[i];
    if (!before.is_pending) continue;
    const auto first = engine_.restamp(before.first, before.count, now_);
    if (!first) return false;
    after[i].first = *first;
    if (previous && previous->first.node == before.first.node)
      require(*first > after[static_cast<std::size_t>(previous - entries_.data())].first,
              "stamped again, the log keeps its order");
    previous = &before;
  }
  return true;
}

}  // namespace fuzz
