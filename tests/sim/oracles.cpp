// What must be true whatever happened. Most is asked at quiet, some at every commit.
#include <algorithm>

#include "mutants.h"
#include "world.h"

namespace sim {

namespace {

// A record as a naive model has it: for each field the greatest (stamp, value) of all that the hub
// took, in no order. It shares nothing with the merge.
struct Naive {
  std::array<std::pair<Stamp, Value>, kFields> fields{};
  std::pair<Stamp, bool> deleted{};
  void take(const Change& change) {
    const Columns& columns = change.columns;
    for (int f = 0; f < kFields; ++f) {
      const Stamp at = columns.field[f] != kNoStamp ? columns.field[f] : columns.base;
      if (at != kNoStamp) fields[f] = std::max(fields[f], {at, change.values[f]});
    }
    deleted = std::max(deleted, {columns.reg, columns.deleted});
  }
};

}  // namespace

void World::restamped(int i, Value number, Stamp stamp, bool refused) {
  Write& write = writes_[number];
  if (refused && stamp != write.stamps.back()) write.refused.push_back(write.stamps.back());
  ++counts.restamps;
  if (write.device == i || device(i).alive) write.stamps.push_back(stamp);
}

void World::settled(int at, const Batch& batch, const std::vector<Settled>& settled,
                    std::uint32_t hub) {
  // There was nothing left of these: their writer deleted the record since.
  for (const Entry& entry : device(at).disk.log)
    if (std::find(batch.vanished.begin(), batch.vanished.end(), entry.id) != batch.vanished.end())
      if (entry.write != 0) check_vanished(entry.write);
  for (const auto& [i, result] : settled) {
    if (result.outcome == Outcome::rejected) ++counts.letters;
    if (result.outcome == Outcome::kept)
      for (const Entry& entry : device(at).disk.log)
        if (entry.record == batch.changes[i].record && entry.write != 0)
          writes_[entry.write].put_off = true;
    const bool taken = result.outcome == Outcome::applied || result.outcome == Outcome::merged;
    if (!taken && result.outcome != Outcome::rejected) continue;
    // A dead letter shows all that was refused with it.
    if (result.outcome == Outcome::rejected) {
      ledgered_.resize(writes_.size());
      for (const Value value : batch.changes[i].values) ledgered_[value] = true;
      // With the row as it was; what else was known of it is in doubt from here on.
      for (const Value value : device(at).disk.rows[batch.changes[i].record].values)
        ledgered_[value] = true;
      (copied_ ? in_doubt_ : refused_).set(batch.changes[i].record);
    }
    if (result.code == tidemark::Errc::purged) check_purged(at, batch.changes[i]);
    const auto& ids = batch.entries[i];
    for (const Entry& entry : device(at).disk.log) {
      const bool covered = std::find(ids.begin(), ids.end(), entry.id) != ids.end();
      if (!covered || entry.write == 0) continue;
      Write& write = writes_[entry.write];
      if (write.account == -1 && hub != 0) write.account = static_cast<int>(hub) - 100;
      if (write.fate == Fate::open || write.fate == Fate::taken)
        write.fate = taken ? Fate::taken : Fate::dead;
    }
  }
}

void World::check_vanished(Value number) {
  Write& write = writes_[number];
  write.fate = Fate::taken;
  const bool deleted = std::any_of(writes_.begin() + number + 1, writes_.end(), [&](auto& each) {
    return each.record == write.record && each.deletes;
  });
  if (!deleted) fail("a pending write is dropped whose record nobody deleted");
}

// Who is refused because of a purge may have been purged.
void World::check_purged(int at, const Change& change) {
  const Hub& hub = hub_of(at);
  if (change.create) return fail("a new record is refused as one that was purged");
  if (change.offer.epoch == 0) return;
  const auto& epochs = hub.data.epochs;
  const auto own = std::find_if(epochs.begin(), epochs.end(),
                                [&](const Epoch& each) { return each.id == change.offer.epoch; });
  const bool purged_since =
      std::any_of(hub.purges.begin(), hub.purges.end(), [&](const auto& purge) {
        return own == epochs.end() || std::any_of(own + 1, epochs.end(), [&](const Epoch& each) {
                 return each.id == purge.epoch;
               });
      });
  if (!purged_since) fail("an offer is refused although nothing was purged since");
}

// A transaction is sent whole.
void World::check_batch(int i, const Batch& batch) {
  if (batch.changes.empty()) return;
  const Disk& disk = device(i).disk;
  std::vector<std::uint32_t> covered = batch.vanished;
  for (const auto& ids : batch.entries) covered.insert(covered.end(), ids.begin(), ids.end());
  const auto is_covered = [&covered](const Entry& entry) {
    return std::find(covered.begin(), covered.end(), entry.id) != covered.end();
  };
  for (const Entry& one : disk.log) {
    if (!is_covered(one) || one.write == 0) continue;
    const Write& write = writes_[one.write];
    // Of one that was partly refused, the rest goes on alone.
    const bool whole = std::none_of(writes_.begin(), writes_.end(), [&](const Write& other) {
      return other.device == write.device && other.transaction == write.transaction &&
             (other.fate != Fate::open || other.put_off);
    });
    for (const Entry& other : disk.log)
      if (whole && other.transaction == one.transaction && !is_covered(other))
        return fail("half a transaction is sent");
  }
}

// The ladder's third rung: what the digests show to differ is read again.
void World::verify(int i) {
  Disk& disk = device(i).disk;
  const Hub& hub = hub_of(i);
  for (Record r = 0; r < kRecords; ++r) {
    const HubRecord& held = hub.data.records[r];
    const bool shown = held.held && !held.columns.deleted;
    const Row& row = disk.rows[r];
    const bool differs = row.shown != shown || (shown && row.values != held.values);
    if (differs && !disk.has_pending(r)) disk.rereads.set(r);
  }
}

void World::committed(int i) {
  const Disk& disk = device(i).disk;
  if (tracing_) tell(i);
  Cursor& read_to = states_[i].read_to;
  if (disk.cursor.epoch == read_to.epoch && disk.cursor.epoch != 0 &&
      disk.cursor.seq < read_to.seq && !disk.sweeping)
    fail("a cursor went back");
  if (!disk.sweeping) read_to = disk.cursor;
  if (disk.journal.size() > 400) fail("the journal grows without bound");
  // What its user wrote last is what a device shows, unless it lost and that is said.
  for (const Entry& entry : disk.log) {
    if (entry.write == 0 || entry.columns.deleted) continue;
    const Row& row = disk.rows[entry.record];
    for (int f = 0; f < kFields; ++f) {
      if (!has(writes_[entry.write].fields, f) || row.values[f] == entry.write || !row.shown)
        continue;
      if (!is_overwritten(entry.write, f) && !is_in_ledger(entry.write))
        return fail("write " + std::to_string(entry.write) +
                    " is pending, not shown and not in the ledger");
    }
  }
}

void World::look() {
  for (int i = 0; i < 2; ++i) look_at_hub(i);
  for (int i = 0; i < static_cast<int>(devices_.size()); ++i) look_at_device(i);
  look_at_writes();
  for (const Hub& hub : hubs_) {
    counts.losses += static_cast<std::uint32_t>(hub.data.losses.size());
    for (const Epoch& epoch : hub.data.epochs) counts.purges += epoch.purged != kNoStamp;
  }
}

void World::look_at_hub(int number) {
  const Hub& hub = hubs_[number];
  std::array<Naive, kRecords> naive{};
  for (const Taken& taken : hub.data.taken) naive[taken.change.record].take(taken.change);
  for (Record r = 0; r < kRecords; ++r) {
    const HubRecord& held = hub.data.records[r];
    const Naive& model = naive[r];
    if (!held.held) continue;
    if (held.columns.deleted != model.deleted.second || held.columns.reg != model.deleted.first)
      return fail("the hub's record " + std::to_string(r) + " is not the reference model's");
    for (int f = 0; f < kFields; ++f) {
      if (held.values[f] != model.fields[f].second)
        return fail("a value of the hub's record " + std::to_string(r) +
                    " is not the reference model's");
      const Value value = held.values[f];
      if (value == 0 || held.columns.deleted) continue;
      const Write& write = writes_[value];
      if (write.account != -1 && write.account != number)
        return fail("a row of one user is at another's hub");
      for (const Purge& purge : hub.purges)
        if (purge.early)
          return fail("a tombstone was purged that a device or a backup may still bring back");
        else if (purge.record == r && purge.epoch == hub.epoch() && held.columns.reg <= purge.reg &&
                 is_back(purge, hub, value))
          return fail("record " + std::to_string(r) + " was purged, and is back");
      if (!copied_ && is_overwritten_for_good(value, f))
        return fail("value " + std::to_string(value) + " of record " + std::to_string(r) +
                    " is back, although it was overwritten");
      const auto& refused = write.refused;
      if (!copied_ &&
          std::find(refused.begin(), refused.end(), held.columns.of(f)) != refused.end())
        return fail("a value is under a stamp that was refused, and given up");
      if (!is_stamp_of(held.columns.of(f), value))
        return fail("value " + std::to_string(value) + " of record " + std::to_string(r) +
                    " is under a stamp that is not its own");
    }
  }
}

// A refused delete is undone where it was made.
void World::look_at_letters(int i) {
  const Disk& disk = device(i).disk;
  for (const DeadLetter& letter : disk.dead) {
    const HubRecord& held = hub_of(i).data.records[letter.record];
    const bool shown = held.held && !held.columns.deleted;
    if (letter.columns.deleted && shown && !disk.rows[letter.record].shown)
      fail("the row of a refused delete stays hidden");
  }
}

void World::look_at_device(int i) {
  const Disk& disk = device(i).disk;
  for (const Row& row : disk.rows)
    for (const Value value : row.values) hash(value << 1 | row.shown);
  const Hub& hub = hubs_[states_[i].account];
  for (Record r = 0; r < kRecords; ++r) {
    const HubRecord& held = hub.data.records[r];
    const bool shown = held.held && !held.columns.deleted;
    const std::string where = "record " + std::to_string(r) + " of device " + std::to_string(i);
    if (disk.rows[r].shown != shown)
      return fail(where + (shown ? " is missing" : " is there, at the hub it is not"));
    if (shown && disk.rows[r].values != held.values) return fail(where + " differs from the hub's");
  }
}

void World::look_at_writes() {
  for (Value number = 1; number < writes_.size() && failure.empty(); ++number) {
    const Write& write = writes_[number];
    if (write.fate == Fate::destroyed || write.fate == Fate::dead || write.fate == Fate::discarded)
      continue;
    look_at_write(number, write);
  }
}

// An acknowledged write is there, or something later is; and if that did not know of it, the ledger
// has it.
void World::look_at_write(Value number, const Write& write) {
  const std::string name = "write " + std::to_string(number) + " of device " +
                           std::to_string(write.device) + " to record " +
                           std::to_string(write.record);
  // Whose disk is gone, nobody was told; what reached the hub counts all the same.
  for (const auto& each : devices_)
    for (const Entry& entry : each->disk.log)
      if (entry.write == number) return fail(name + " is still in an outbox");
  const Stamp least = write.least();
  // Nobody was told whose hub took it where the disk is gone.
  if (write.account == -1) return;
  const int account = write.account;
  const HubRecord& held = hubs_[account].data.records[write.record];
  if (in_doubt_[write.record]) return;
  const bool purged = !held.held;
  // Then a creation of long ago may stand where the record was.
  const auto& purges = hubs_[account].purges;
  const bool was_purged = std::any_of(purges.begin(), purges.end(), [&](const Purge& purge) {
    return purge.record == write.record && purge.reg >= least;
  });
  if (write.deletes) {
    // What its writer did to the record since stands for it.
    const bool followed = std::any_of(writes_.begin() + number + 1, writes_.end(), [&](auto& each) {
      return each.record == write.record && each.device == write.device && each.fate == Fate::taken;
    });
    if (held.held && !held.columns.deleted && held.columns.reg < least && !was_purged && !followed)
      fail(name + ", a delete, is undone");
    return;
  }
  for (int f = 0; f < kFields; ++f) {
    if (!has(write.fields, f)) continue;
    if (held.held && held.values[f] == number && !held.columns.deleted) continue;
    if (is_overwritten(number, f)) continue;
    if (held.held && held.columns.of(f) < least && held.columns.reg < least && !was_purged)
      return fail(name + " is lost");
    if (!is_in_ledger(number))
      return fail(name + (purged ? " is gone" : " lost and is in no ledger"));
  }
}

}  // namespace sim
