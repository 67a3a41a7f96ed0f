// What befalls a device or the hub.
#include <algorithm>

#include "mutants.h"
#include "world.h"

namespace sim {

bool World::store_fails(int i) {
  return !quiet_ && (states_[i].full || random_.chance(profile_.store_full));
}

bool World::crashes(int) { return !quiet_ && random_.chance(profile_.store_crash); }

void World::set_clock(int i) {
  static constexpr std::int64_t kLeaps[] = {-1'000,     1'000,       90'000,       -90'000,
                                            86'400'000, -86'400'000, 365 * kDayMs, -365 * kDayMs};
  // A quartz of its worst day, and a virtual machine that is starved.
  static constexpr std::int64_t kDriftsPpm[] = {100, -100, 10'000, -10'000};
  if (random_.chance(200)) {
    states_[i].drift_ppm = random_.chance(200) ? 0 : kDriftsPpm[random_.below(4)];
    return;
  }
  states_[i].skew_ms = random_.chance(300) ? 0 : states_[i].skew_ms + kLeaps[random_.below(8)];
  // A clock may show years ago, but not a time before 1970.
  states_[i].skew_ms = std::max(states_[i].skew_ms, -20 * 365 * kDayMs);
}

void World::restore_hub() {
  remember_ledgers();
  std::erase_if(backups_, [this](const Backup& each) { return each.at < now_ - kBackupMs; });
  if (backups_.empty()) return;
  const Backup& backup = backups_[random_.below(static_cast<std::uint32_t>(backups_.size()))];
  in_doubt_ |= refused_;
  copied_ = true;
  hubs_[0].restored(backup.data, 1001 + ++epochs_ * 7919, now_);
  drop_lost_copies();
}

void World::restore_device(int i) {
  remember_ledgers();
  DeviceState& state = states_[i];
  // An older one may hold creations that were sent since, deleted and purged: protocol.md says so.
  if (!state.backup || now_ - state.backup_at > kBackupMs) return;
  // What was never of any account is whoever's signs in first: not what is asked here.
  if (profile_.two_accounts && state.backup->hub == 0) return;
  device(i).disk = *state.backup;
  mark_copied(device(i).disk);
  copied_ = true;
  state.read_to = {};
  boot(i);
  drop_lost_copies();
}

void World::mark_copied(const Disk& disk) {
  for (const Entry& entry : disk.log)
    if (!entry.columns.deleted) writes_[entry.write].copied = true;
}

// A running machine is copied: two engines go on from one memory.
void World::clone(int i) {
  if (devices_.size() >= 5 || !device(i).alive) return;
  const auto copy = static_cast<int>(devices_.size());
  copied_ = true;
  states_.push_back(states_[i]);
  states_.back().backup.reset();
  devices_.push_back(std::make_unique<Device>(copy, *this, DeviceConfig{}, random_.word()));
  device(copy).clone_from(device(i));
  mark_copied(device(copy).disk);
  device(copy).pump();
}

// The browser takes the whole storage.
void World::evict(int i) {
  remember_ledgers();
  device(i).disk = {};
  states_[i].read_to = {};
  boot(i);
  drop_lost_copies();
}

void World::switch_account(int i) {
  remember_ledgers();
  if (device(i).disk.hub == 0) return;
  DeviceState& state = states_[i];
  Device& it = device(i);
  const int home = static_cast<int>(it.disk.hub) - 100;
  if (state.account == home) {
    state.account = 1 - home;
    return;
  }
  // Not told otherwise, the store keeps what the other user left, and the app signs in as before.
  const bool left = it.disk.pending() > 0 || !it.disk.dead.empty();
  if (random_.chance(500) || !it.disk.clear(false)) {
    state.account = home;
  } else {
    if (left) fail("what was pending is dropped, and nobody said so");
    state.read_to = {};
    boot(i);
    drop_lost_copies();
  }
  if (it.alive) it.resume();
}

void World::deal_with_letters(int i, bool all) {
  Device& it = device(i);
  if (!it.alive) return;
  while (!it.disk.dead.empty()) {
    const DeadLetter letter = it.disk.dead.back();
    // A delete of what nobody has seen is refused (reread_pending).
    const bool unread = letter.columns.deleted && it.disk.rereads[letter.record];
    const bool again = random_.chance(500) && !unread;
    for (const Value number : letter.writes) writes_[number].fate = Fate::discarded;
    it.disk.discard(it.disk.dead.size() - 1);
    if (again) retry(i, letter);
    if (!all) break;
  }
  it.sync_now();
}

// As the app's own write: a new stamp, a new number.
void World::retry(int i, const DeadLetter& letter) {
  Device& it = device(i);
  const auto stamp = it.reserve();
  if (!stamp || states_[i].full) return;
  const Row row = it.disk.rows[letter.record];
  const auto number = static_cast<Value>(writes_.size());
  Write write;
  write.device = i;
  write.record = letter.record;
  write.before = row.values;
  write.stamps.push_back(*stamp);
  write.deletes = letter.columns.deleted;
  write.fields = write.deletes ? 0 : kAllFields;
  write.account = static_cast<int>(it.disk.hub) - 100;
  Entry entry;
  entry.transaction = it.disk.next_transaction++;
  entry.record = letter.record;
  entry.write = number;
  entry.columns.reg = *stamp;
  entry.columns.deleted = write.deletes;
  if (!write.deletes) {
    entry.columns.base = *stamp;
    entry.create = !row.shown;
  }
  writes_.push_back(write);
  const Row next = write.deletes ? Row{} : Row{true, {number, number, number}};
  it.disk.write(entry, next);
  it.disk.rereads.reset(letter.record);
  it.wrote(1);
}

}  // namespace sim
