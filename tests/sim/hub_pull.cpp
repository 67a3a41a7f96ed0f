// Pull, and what the hub keeps: pages, epochs, the fence.
#include <algorithm>

#include "hub.h"
#include "mutants.h"

namespace sim {

using tidemark::Errc;

void Hub::create(std::uint32_t hub_id, std::uint32_t epoch, WallMs now) {
  id = hub_id;
  data = {};
  data.epochs.push_back({epoch, 0, 0, {}, now});
}

void Hub::restored(HubData backup, std::uint32_t epoch, WallMs now) {
  data = std::move(backup);
  if (is(Mutant::no_epoch)) return;
  const Epoch& old = data.epochs.back();
  data.epochs.push_back({epoch, old.id, data.seq, {}, now});
}

Errc Hub::check(const Request& request) const {
  if (!request.token_ok) return Errc::unauthorized;
  if (request.hub != 0 && request.hub != id && !is(Mutant::account_ignored))
    return Errc::account_mismatch;
  if (request.schema < schema_min) return Errc::schema_outdated;
  const bool pushes = request.call == tidemark::Call::full;
  if (!pushes) return Errc::ok;
  if (quota && !request.changes.empty()) return Errc::unavailable;
  if (!can_read(request.cursor) && !is(Mutant::stale_push)) return Errc::reset_required;
  return Errc::ok;
}

Reply Hub::answer(const Request& request, WallMs now) {
  Reply reply;
  reply.server_at = now;
  reply.hub = id;
  reply.error = check(request);
  if (reply.error != Errc::ok) return reply;
  if (request.call == tidemark::Call::full && !request.changes.empty()) push(request, now, reply);
  for (const Record record : request.rereads) reply.records.push_back(change_of(record, 0));
  const Cursor known = request.known;
  if (!can_read(request.cursor))
    reset(request.cursor, now, reply);
  else if (known.epoch != 0 && (known.epoch != epoch() || known.seq > data.seq))
    reset(known, now, reply);
  else
    pull(request, now, reply);
  return reply;
}

bool Hub::can_read(Cursor cursor) const {
  if (cursor.epoch == 0 || is(Mutant::no_epoch)) return true;
  if (cursor.epoch != epoch() || cursor.seq > data.seq) return false;
  // A reading from the beginning goes on although it is behind the fence, which has not moved.
  const bool begun_since = cursor.from != cursor.seq && cursor.fence == data.fence;
  return cursor.seq >= data.fence || begun_since || is(Mutant::no_fence);
}

void Hub::reset(Cursor cursor, WallMs now, Reply& reply) {
  if (cursor.epoch == epoch() && cursor.seq > data.seq)
    data.epochs.push_back({cursor.epoch * 31 + 7, cursor.epoch, safe(now), {}, now});
  reply.reset = reply.more = true;
  reply.safe = safe(now);
  reply.seq = data.seq;
  reply.known = {epoch(), cursor.seq};
  if (cursor.epoch == epoch()) return;  // behind the fence: nothing to offer
  std::optional<std::uint32_t> least;
  for (std::size_t i = data.epochs.size(); i-- > 0;) {
    const Epoch& each = data.epochs[i];
    if (each.id == cursor.epoch) {
      reply.offer = least;
      reply.known.seq = std::min(cursor.seq, least.value_or(0));
      return;
    }
    least = std::min(least.value_or(~0u), each.restored_seq);
  }
  reply.offer = 0;
  reply.known.seq = 0;
  reply.adopt = true;
}

Stamp Hub::purged_after(std::uint32_t epoch_id, bool all) const {
  Stamp greatest;
  for (std::size_t i = data.epochs.size(); i-- > 0;) {
    if (!all && data.epochs[i].id == epoch_id) break;
    greatest = std::max(greatest, data.epochs[i].purged);
  }
  return greatest;
}

bool Hub::leaves_out(const Request& request, const HubRecord& record) const {
  if (request.whole || request.node == Node{0}) return false;
  if (record.by_node != request.node) return false;
  // A full's page follows its own push.
  const tidemark::Turn turn = request.turn != 0 ? request.turn : request.turns_before[0];
  for (const auto& each : data.turns)
    if (each.node == request.node) return each.turn == turn || is(Mutant::no_turns);
  return true;
}

void Hub::pull(const Request& request, WallMs now, Reply& reply) {
  const std::uint32_t after = request.cursor.seq;
  const std::uint32_t from = is(Mutant::retire_on_cursor) ? after : request.cursor.from;
  thread_local std::vector<std::pair<std::uint32_t, Record>> order;
  order.clear();
  for (Record r = 0; r < kRecords; ++r)
    if (const HubRecord& each = data.records[r]; each.held && each.seq > after) {
      if (is(Mutant::tombstones_hidden) && each.columns.deleted) continue;
      order.emplace_back(each.seq, r);
    }
  std::sort(order.begin(), order.end());
  std::uint32_t last = after;
  for (const auto& [seq, record] : order) {
    const bool full = reply.page.size() >= request.limit;
    if (full && (seq != last || is(Mutant::split_seq))) {
      reply.more = true;
      break;
    }
    last = seq;
    if (!leaves_out(request, data.records[record])) reply.page.push_back(change_of(record, from));
  }
  if (!reply.more) last = data.seq;
  reply.cursor = {epoch(), last, reply.more ? from : last, data.fence};
  reply.seq = last;
  reply.safe = safe(now);
}

Change Hub::change_of(Record record, std::uint32_t after) const {
  const HubRecord& held = data.records[record];
  Change change;
  change.record = record;
  if (!held.held) {
    change.absent = true;
    return change;
  }
  const Columns& columns = held.columns;
  if (columns.deleted) {
    change.columns.reg = columns.reg;
    change.columns.deleted = true;
    return change;
  }
  change.values = held.values;
  if (columns.has_base() && held.whole_seq > after) {
    change.columns = columns;
    stamp_register(change.columns);
    return change;
  }
  change.columns.reg = columns.reg;
  for (int f = 0; f < kFields; ++f)
    if (columns.field[f] != kNoStamp && held.field_seq[f] > after)
      change.columns.field[f] = columns.field[f];
    else
      change.values[f] = 0;
  stamp_register(change.columns);
  return change;
}

std::uint32_t Hub::safe(WallMs now) const {
  std::uint32_t seq = 0;
  for (const auto& mark : data.marks)
    if (mark.at <= now - (is(Mutant::safe_too_soon) ? kBackupMs / 10 : kBackupMs)) seq = mark.seq;
  return seq;
}

void Hub::maintain(WallMs now) {
  Epoch& present = data.epochs.back();
  const bool heals = data.epochs.size() > 1 && now - present.began < kBackupMs;
  if (heals && !is(Mutant::purge_while_healing)) return;
  std::uint32_t limit = 0;
  for (const auto& mark : data.marks)
    if (mark.at <= now - kTombstoneMs) limit = mark.seq;
  if (is(Mutant::purge_before_backup))
    limit = data.seq;
  else
    limit = std::min(limit, safe(now));
  for (HubRecord& record : data.records) {
    if (!record.held || !record.columns.deleted || record.seq > limit) continue;
    present.purged = std::max(present.purged, record.columns.reg);
    data.fence = std::max(data.fence, record.seq);
    const auto gone = static_cast<Record>(&record - data.records.data());
    std::vector<std::pair<Value, Stamp>> values;
    for (const Taken& each : data.taken)
      for (int f = 0; each.change.record == gone && f < kFields; ++f)
        values.emplace_back(each.change.values[f], each.change.columns.of(f));
    std::erase_if(data.taken, [gone](const Taken& each) { return each.change.record == gone; });
    const bool early = heals || record.seq > safe(now);
    purges.push_back({present.id, gone, record.columns.reg, early, std::move(values)});
    record = {};
  }
}

}  // namespace sim
