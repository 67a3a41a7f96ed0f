// What became of each write: where it still is, what came over it, who was told.
#include <algorithm>

#include "mutants.h"
#include "world.h"

namespace sim {

// A creation is told from one that was sent only by the device that sent it: a backup or a copy of
// it cannot. And what goes to a record that was made again meanwhile joins that one.
bool World::is_back(const Purge& purge, const Hub& hub, Value number) const {
  const Write& write = writes_[number];
  const auto is_of = [&](Value value) {
    return std::any_of(purge.values.begin(), purge.values.end(), [&](const auto& each) {
      return each.first == value && each.second >= writes_[value].least();
    });
  };
  const bool made_again =
      std::any_of(hub.data.taken.begin(), hub.data.taken.end(), [&](const Taken& taken) {
        const Values& values = taken.change.values;
        return taken.change.record == write.record &&
               std::any_of(values.begin(), values.end(),
                           [&](Value value) { return value != 0 && !is_of(value); });
      });
  return !write.copied && !made_again && is_of(number);
}

// A value is under a stamp of its own, or of a whole row that it was part of.
bool World::is_stamp_of(Stamp stamp, Value number) const {
  if (stamp.time <= kRecords) return true;  // adopted
  const Write& write = writes_[number];
  if (stamp >= write.least()) return true;
  return std::any_of(writes_.begin() + 1, writes_.end(), [&](const Write& other) {
    return other.record == write.record && other.device != write.device &&
           other.fields == kAllFields &&
           std::find(other.stamps.begin(), other.stamps.end(), stamp) != other.stamps.end();
  });
}

// What its writer deleted before it was sent was never sent.
bool World::is_deleted_after(Value number, int f) const {
  for (Value later = number + 1; later < writes_.size(); ++later) {
    const Write& other = writes_[later];
    if (other.record != writes_[number].record || other.before[f] != number) continue;
    if (other.deletes || is_deleted_after(later, f)) return true;
  }
  return false;
}

// By a write that was taken, and neither lost since nor what came over it.
bool World::is_overwritten_for_good(Value number, int f) const {
  for (Value later = number + 1; later < writes_.size(); ++later) {
    const Write& other = writes_[later];
    if (other.record == writes_[number].record && other.before[f] == number &&
        other.fate == Fate::taken && has(other.fields, f) && !is_deleted_after(later, f) &&
        !is_undone(later, f))
      return true;
  }
  return false;
}

bool World::is_undone(Value number, int f) const {
  if (is_in_ledger(number)) return true;
  for (Value later = number + 1; later < writes_.size(); ++later) {
    const Write& other = writes_[later];
    if (other.record == writes_[number].record && other.before[f] == number &&
        has(other.fields, f) && is_undone(later, f))
      return true;
  }
  return false;
}

// By a write whose writer saw it.
bool World::is_overwritten(Value number, int f) const {
  for (Value later = number + 1; later < writes_.size(); ++later) {
    const Write& other = writes_[later];
    if (other.record != writes_[number].record || other.before[f] != number) continue;
    if (other.deletes || has(other.fields, f)) return true;
  }
  return false;
}

bool World::is_in_ledger(Value number) const {
  if (number < ledgered_.size() && ledgered_[number]) return true;
  const auto has_it = [number](const std::vector<Loss>& losses) {
    return std::any_of(losses.begin(), losses.end(), [number](const Loss& loss) {
      return std::find(loss.values.begin(), loss.values.end(), number) != loss.values.end();
    });
  };
  for (const Hub& hub : hubs_)
    if (has_it(hub.data.losses)) return true;
  return std::any_of(devices_.begin(), devices_.end(),
                     [&](const auto& device) { return has_it(device->disk.losses); });
}

// Before anything that destroys a ledger: until then it could be read.
void World::remember_ledgers() {
  ledgered_.resize(writes_.size());
  for (Value number = 1; number < writes_.size(); ++number)
    if (!ledgered_[number]) ledgered_[number] = is_in_ledger(number);
}

// A write is gone for good where no hub, row, log or ledger has it any more.
void World::drop_lost_copies() {
  for (Value number = 1; number < writes_.size(); ++number) {
    Write& write = writes_[number];
    if (write.fate != Fate::open && write.fate != Fate::taken) continue;
    if (!copy_exists(number)) write.fate = Fate::destroyed;
  }
}

bool World::copy_exists(Value number) const {
  const Write& write = writes_[number];
  // All of it: one value may have gone ahead of the others, with an earlier write's stamp.
  const auto holds = [&](const Values& values) {
    bool any = false;
    for (int f = 0; f < kFields; ++f) {
      if (!has(write.fields, f)) continue;
      any = any || values[f] == number;
      if (values[f] != number && !is_overwritten(number, f)) return false;
    }
    return any;
  };
  // Under its own stamp: an earlier one of its device's may have carried it first.
  const auto holds_own = [&](const HubRecord& held) {
    for (int f = 0; f < kFields; ++f)
      if (held.values[f] == number && held.columns.of(f) >= write.least()) return true;
    return false;
  };
  const auto is_it = [&write](Stamp stamp) {
    return std::find(write.stamps.begin(), write.stamps.end(), stamp) != write.stamps.end();
  };
  for (const Hub& hub : hubs_) {
    const HubRecord& held = hub.data.records[write.record];
    if (held.held && (write.deletes ? is_it(held.columns.reg) : holds_own(held))) return true;
  }
  for (const auto& each : devices_) {
    const Disk& disk = each->disk;
    for (const Entry& entry : disk.log)
      if (entry.write == number) return true;
    if (write.deletes) {
      for (const JournalEntry& entry : disk.journal)
        for (const Head& head : entry.heads)
          if (head.record == write.record && head.columns.deleted && is_it(head.columns.reg))
            return true;
      for (const Entry& entry : disk.log)
        if (entry.record == write.record && is_it(entry.columns.reg)) return true;
    } else if (write.reached &&
               (holds(disk.rows[write.record].values) || holds(disk.graves[write.record].values))) {
      return true;
    }
  }
  return false;
}

}  // namespace sim
