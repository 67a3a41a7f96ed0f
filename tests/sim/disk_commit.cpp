// One exchange, stored in one transaction: acknowledgements, the page, the journal, the cursor.
#include <algorithm>

#include "disk.h"
#include "mutants.h"

namespace sim {

void Disk::commit(const CommitInput& input) {
  acknowledge(input);
  accepted = input.accepted;
  offset_ms = input.offset_ms;
  if (input.reply != nullptr) {
    if (hub == 0) hub = input.reply->hub;
    page(input);
  }
  for (Record r = 0; r < kRecords; ++r)
    if (graves[r].shown && !has_pending(r)) graves[r] = {};
}

void Disk::acknowledge(const CommitInput& input) {
  if (input.batch == nullptr) return;
  const Batch& batch = *input.batch;
  for (const auto& [i, result] : input.settled) {
    if (is(Mutant::dirty_flag)) {
      // By record instead of by entry: what was written meanwhile counts as sent.
      std::vector<std::uint32_t> ids;
      for (const Entry& entry : log)
        if (entry.record == batch.changes[i].record) ids.push_back(entry.id);
      settle(batch.changes[i], ids, result);
    } else {
      settle(batch.changes[i], batch.entries[i], result);
    }
  }
  std::erase_if(log, [&](const Entry& entry) {
    return std::find(batch.vanished.begin(), batch.vanished.end(), entry.id) !=
           batch.vanished.end();
  });
}

void Disk::settle(const Change& change, const std::vector<std::uint32_t>& ids,
                  const Result& result) {
  const auto covered = [&](const Entry& entry) {
    return std::find(ids.begin(), ids.end(), entry.id) != ids.end();
  };
  switch (result.outcome) {
    case Outcome::clock:
    case Outcome::clone:
      return;
    case Outcome::need_full:
      for (Entry& entry : log)
        if (covered(entry) && !entry.columns.deleted) {
          const Stamp at = entry.columns.reg;
          entry.columns = {at, {}, at, false};
          entry.create = false;
        }
      return;
    case Outcome::kept: {
      // Behind all that is in the log now.
      std::vector<Entry> later;
      for (const Entry& entry : log)
        if (covered(entry)) later.push_back(entry);
      std::erase_if(log, covered);
      for (Entry& entry : later) {
        entry.id = next_entry++;
        log.push_back(entry);
      }
      return;
    }
    case Outcome::rejected: {
      DeadLetter letter{change.record, change.columns, change.values, result.code, {}};
      for (const Entry& entry : log)
        if (covered(entry) && entry.write != 0) letter.writes.push_back(entry.write);
      if (!is(Mutant::no_dead_letters)) dead.push_back(letter);
      if (!change.columns.deleted) doubt(change.record);
      if (change.columns.deleted && !is(Mutant::refused_delete_hidden)) rereads.set(change.record);
      break;
    }
    case Outcome::applied:
    case Outcome::merged:
      break;
  }
  std::erase_if(log, covered);
  if (result.outcome == Outcome::applied || result.outcome == Outcome::merged) show(change);
}

// What was decided by stamps that have changed since, or by what the hub has forgotten since, is
// not what the hub has now.
void Disk::show(const Change& change) {
  Row& row = rows[change.record];
  if (row.shown != change.columns.deleted) return;
  if (!row.shown) rereads.set(change.record);
  if (!row.shown || has_pending(change.record)) return;
  for (int f = 0; f < kFields; ++f) {
    if (row.values[f] == 0) continue;
    Loss loss{change.record, change.columns.reg, {}, true};
    loss.values[f] = row.values[f];
    add_loss(loss);
  }
  row = {};
}

void Disk::page(const CommitInput& input) {
  const Reply& reply = *input.reply;
  JournalEntry entry{std::max(reply.seq, reply.push_seq), false, {}};
  if (input.batch != nullptr)
    for (const auto& [i, result] : input.settled)
      if (result.outcome == Outcome::applied || result.outcome == Outcome::merged)
        if (!is(Mutant::acks_not_journaled))
          entry.heads.push_back(
              {input.batch->changes[i].record, input.batch->changes[i].columns, false});
  // A cursor that moved meanwhile: the page answers an old question.
  const bool stale = input.after != cursor;
  if (!stale) {
    for (const Change& change : reply.records) {
      rereads.reset(change.record);
      take(change);
      if (!change.absent) entry.heads.push_back({change.record, change.columns, false});
    }
    if (reply.reset) {
      reset(reply);
    } else {
      for (const Change& change : reply.page) {
        take(change);
        marks.set(change.record);
        if (!is(Mutant::pages_not_journaled))
          entry.heads.push_back({change.record, change.columns, false});
      }
      cursor = reply.cursor;
      if (!reply.more && sweeping) sweep();
    }
  }
  if (!entry.heads.empty() && entry.seq > reply.safe) journal.push_back(std::move(entry));
  std::erase_if(journal, [&](const JournalEntry& each) {
    return each.seq <= reply.safe || is(Mutant::no_journal);
  });
}

void Disk::take(const Change& change) {
  if (has_pending(change.record) && !is(Mutant::overwrite_on_pull)) {
    if (!change.absent) take_pending(change, pending_columns(change.record));
  } else {
    take_clean(change);
  }
}

void Disk::take_clean(const Change& change) {
  Row& row = rows[change.record];
  if (change.absent || change.columns.deleted) {
    row = {};
    return;
  }
  if (!change.is_patch()) {
    row = {true, change.values};
    return;
  }
  if (!row.shown) {
    if (is(Mutant::zombie_patch)) row = {true, change.values};
    rereads.set(change.record);
    return;
  }
  for (int f = 0; f < kFields; ++f)
    if (has(change.columns.own_fields(), f)) row.values[f] = change.values[f];
}

namespace {

// Whether joining `write` to a state that is at least `state` would change nothing.
// A tie of different values is a copy's doing, and not settled by that.
bool covers(const Change& change, const Columns& write, const Values& values) {
  const Columns& state = change.columns;
  if (state.reg < write.reg || (state.reg == write.reg && state.deleted != write.deleted))
    return false;
  const Fields written = write.deleted ? 0 : write.written();
  for (int f = 0; f < kFields; ++f)
    if (has(written, f) && (!has(state.written(), f) || state.of(f) < write.of(f) ||
                            (state.of(f) == write.of(f) && change.values[f] != values[f])))
      return false;
  return true;
}

}  // namespace

void Disk::take_pending(const Change& change, const Columns& local) {
  // Decided by stamps that may change before they are sent: what comes of it is read again.
  if (!is(Mutant::contest_not_reread)) rereads.set(change.record);
  const JoinResult joined = join(local, change.columns);
  Row& here = rows[change.record];
  const Row row = here.shown ? here : graves[change.record];
  lose(change, local, joined, row);
  // What the hub holds, or something later, is sent: nobody may stamp it again.
  drop_covered(change, row.values);
  if (local.deleted && change.is_patch()) return;
  const bool remote_deleted = change.columns.deleted;
  const Side side = joined.sides.reg;
  const bool deleted = side == Side::tie      ? local.deleted || remote_deleted
                       : side == Side::remote ? remote_deleted
                                              : local.deleted;
  if (deleted) {
    if (local.deleted) return;
    if (here.shown && !is(Mutant::no_graves)) graves[change.record] = here;
    here = {};
    return;
  }
  if (remote_deleted) return;
  const Fields said = change.columns.written();
  Row merged{true, row.values};
  for (int f = 0; f < kFields; ++f) {
    const Value theirs = has(said, f) ? change.values[f] : 0;
    const Side winner = joined.sides.of(f);
    if (winner == Side::remote || (winner == Side::tie && theirs > row.values[f]) ||
        (is(Mutant::remote_wins) && has(said, f)))
      merged.values[f] = theirs;
  }
  here = merged;
}

void Disk::drop_covered(const Change& change, const Values& values) {
  const auto is_covered = [&](const Entry& entry) {
    return entry.record == change.record && covers(change, entry.columns, values);
  };
  // What was written before an own delete is gone with it.
  std::uint32_t gone = 0;
  for (const Entry& entry : log)
    if (is_covered(entry) && entry.columns.deleted && !entry.is_offer()) gone = entry.order;
  std::erase_if(log, [&](const Entry& entry) {
    return is_covered(entry) || (entry.record == change.record && entry.order < gone);
  });
}

void Disk::lose(const Change& change, const Columns& local, const JoinResult& joined,
                const Row& row) {
  if (is(Mutant::no_device_ledger)) return;
  const Fields mine = local.deleted ? 0 : local.written();
  const Fields theirs = change.columns.deleted ? 0 : change.columns.written();
  const bool remote_deletes = change.columns.deleted && joined.sides.reg == Side::remote;
  // A pending delete may be stamped again, and then win after all.
  const bool local_deletes =
      local.deleted && (joined.sides.reg != Side::remote || change.is_patch());
  for (int f = 0; f < kFields; ++f) {
    const Side side = joined.sides.of(f);
    const bool remote_wins =
        side == Side::remote || (side == Side::tie && change.values[f] > row.values[f]);
    const bool differs = row.values[f] != change.values[f];
    if (has(mine, f) && row.values[f] != 0 &&
        (remote_deletes || (has(theirs, f) && remote_wins && differs))) {
      Loss loss{change.record, local.of(f), {}, remote_deletes};
      loss.values[f] = row.values[f];
      add_loss(loss);
    }
    if (has(theirs, f) && change.values[f] != 0 &&
        (local_deletes || (has(mine, f) && !remote_wins && differs))) {
      Loss loss{change.record, change.columns.of(f), {}, local_deletes};
      loss.values[f] = change.values[f];
      add_loss(loss);
    }
  }
}

void Disk::add_loss(const Loss& loss) {
  for (const Loss& each : losses)
    if (each.record == loss.record && each.stamp == loss.stamp && each.values == loss.values)
      return;
  losses.push_back(loss);
}

}  // namespace sim
