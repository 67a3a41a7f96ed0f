// The actions of users, and time.
#include "world.h"

#include <algorithm>

#include "mutants.h"

namespace sim {

using tidemark::Errc;

namespace {

constexpr std::uint32_t kAccounts = 2;

}  // namespace

World::World(const Schedule& schedule, bool trace)
    : schedule_(schedule), profile_(schedule.profile), tracing_(trace), random_(schedule.seed) {
  writes_.resize(1);  // 0: no write
  for (std::uint32_t i = 0; i < kAccounts; ++i) {
    hubs_[i].create(100 + i, 1000 * (i + 1), now_);
    hubs_[i].verdict = [this](const Change& change) {
      Result result;
      for (const Value value : change.values)
        if (value != 0 && writes_[value].poison) {
          const bool for_good = value % 2 != 0;
          if (for_good || !quiet_)
            result = {for_good ? Outcome::rejected : Outcome::kept, Errc::too_large};
        }
      // Never otherwise: a copy that is delivered late would be taken where its first was refused.
      if (change.columns.deleted && change.columns.reg.time % 29 == 0 && profile_.poison != 0)
        result = {Outcome::rejected, Errc::too_large};
      return result;
    };
  }
  DeviceConfig config;
  config.engine.push_records_max = profile_.push;
  config.engine.outbox_writes_max = profile_.writes_max;
  config.engine.pull_records_max = profile_.page;
  states_.resize(profile_.devices);
  for (int i = 0; i < profile_.devices; ++i) {
    if (random_.chance(300))
      states_[i].skew_ms = static_cast<std::int64_t>(random_.below(7'200'000)) - 3'600'000;
    devices_.push_back(std::make_unique<Device>(i, *this, config, random_.word()));
    device(i).boot();
    device(i).pump();
  }
}

void World::run() {
  for (const Action& action : schedule_.actions) {
    if (!failure.empty()) return;
    act(action);
  }
}

void World::act(const Action& action) {
  random_ = Random(action.seed);
  ++steps;
  hash(static_cast<std::uint64_t>(action.act) << 8 | action.device);
  note("%10.3f s  %s", static_cast<double>(now_ - kBegin) / 1000, describe(action).c_str());
  const int i = action.device;
  if (i >= static_cast<int>(devices_.size())) return;
  Device& it = device(i);
  switch (action.act) {
    case Act::deliver:
      if (!network_.empty()) deliver(random_.below(static_cast<std::uint32_t>(network_.size())));
      break;
    case Act::write:
      write(i, false);
      break;
    case Act::transaction:
      write(i, true);
      break;
    case Act::pass: {
      static constexpr std::int64_t kTimes[] = {3, 200, 5'000, 40'000, 400'000, 7'200'000};
      std::int64_t ms = kTimes[random_.below(6)];
      if (profile_.long_times && random_.chance(150)) ms = kDayMs * (1 + random_.below(60));
      pass(ms + random_.below(static_cast<std::uint32_t>(ms / 2 + 1)));
      break;
    }
    case Act::sync:
      if (it.alive) random_.chance(500) ? it.sync_now() : it.poke();
      break;
    case Act::crash:
      it.crash();
      break;
    case Act::boot:
      if (!it.alive || random_.chance(100)) boot(i);
      break;
    case Act::offline:
      if (it.alive) it.set_online(false);
      break;
    case Act::online:
      if (it.alive) it.set_online(true);
      break;
    case Act::pause:
      if (it.alive) it.pause();
      break;
    case Act::resume:
      if (it.alive) it.resume();
      break;
    case Act::clock:
      set_clock(i);
      break;
    case Act::backup_hub:
      backups_.push_back({now_, hubs_[0].data});
      break;
    case Act::restore_hub:
      restore_hub();
      break;
    case Act::backup_device:
      states_[i].backup = it.disk;
      states_[i].backup_at = now_;
      break;
    case Act::restore_device:
      restore_device(i);
      break;
    case Act::clone:
      clone(i);
      break;
    case Act::evict:
      evict(i);
      break;
    case Act::disk:
      states_[i].full = !states_[i].full;
      break;
    case Act::token:
      it.config.token_ok = random_.chance(200);
      it.config.can_refresh = random_.chance(600);
      break;
    case Act::schema:
      if (random_.chance(400)) hubs_[states_[i].account].schema_min = 2;
      if (random_.chance(400)) it.config.schema = 2;
      break;
    case Act::quota:
      hub_of(i).quota = random_.chance(500);
      break;
    case Act::account:
      switch_account(i);
      break;
    case Act::letters:
      deal_with_letters(i, false);
      break;
    case Act::ages:
      pass(kDayMs * (20 + random_.below(20)));
      break;
    case Act::ahead:
      states_[i].skew_ms += 90'000;
      break;
    case Act::exchange:
      exchange(i);
      break;
    case Act::silence:
      std::erase_if(network_,
                    [i](const Message& each) { return each.is_reply && each.device == i; });
      break;
    case Act::hold:
      held_device_ = i;
      break;
    case Act::late:
      network_.insert(network_.end(), held_.begin(), held_.end());
      held_.clear();
      held_device_ = -1;
      break;
    case Act::check:
      check();
      break;
  }
  if (it.alive) it.pump();
}

void World::write(int i, bool many) {
  Device& it = device(i);
  if (!it.alive || states_[i].full) return;  // the app's write fails, loudly
  const std::uint32_t transaction = it.disk.next_transaction++;
  const std::uint32_t count = many ? 2 + random_.below(3) : 1;
  for (std::uint32_t n = 0; n < count; ++n) write_one(i, transaction);
  it.wrote(count);
}

void World::write_one(int i, std::uint32_t transaction) {
  Device& it = device(i);
  const auto record =
      static_cast<Record>(random_.below(profile_.records) * (kRecords / profile_.records));
  Row row = it.disk.rows[record];
  const auto stamp = it.reserve();
  if (!stamp) return;
  const auto number = static_cast<Value>(writes_.size());
  Write write;
  write.device = i;
  write.record = record;
  write.before = row.values;
  write.stamps.push_back(*stamp);
  write.poison = random_.chance(profile_.poison);
  write.transaction = transaction;
  if (it.disk.hub != 0) write.account = static_cast<int>(it.disk.hub) - 100;
  Entry entry;
  entry.transaction = transaction;
  entry.record = record;
  entry.write = number;
  entry.columns.reg = *stamp;
  if (row.shown && random_.chance(profile_.deletes)) {
    write.deletes = true;
    entry.columns.deleted = true;
    row = {};
  } else if (row.shown && is_field_table(record)) {
    write.fields = static_cast<Fields>(1 + random_.below(kAllFields));
    for (int f = 0; f < kFields; ++f)
      if (has(write.fields, f)) {
        row.values[f] = number;
        entry.columns.field[f] = *stamp;
      }
  } else {
    write.fields = kAllFields;
    entry.create = !row.shown;
    entry.columns.base = *stamp;
    row = {true, {number, number, number}};
  }
  for (const Value value : write.before)
    if (value != 0 && !writes_[value].stamps.empty() &&
        write.stamps[0] <= writes_[value].stamps[0] && writes_[value].stamps.size() == 1 &&
        writes_[value].fate == Fate::taken)
      fail("causality: a write is not after what its writer saw");
  note("  write %u: device %d record %d %s fields %d at %s", number, i, record,
       write.deletes  ? "delete"
       : entry.create ? "create"
                      : "edit",
       write.fields, stamp->text().c_str());
  writes_.push_back(write);
  it.disk.write(entry, row);
  hash(number);
}

void World::pass(std::int64_t ms) {
  advance(ms);
  pump_due();
}

void World::advance(std::int64_t ms) {
  now_ += ms;
  for (DeviceState& state : states_) {
    state.drifted += ms * state.drift_ppm;
    state.skew_ms += state.drifted / 1'000'000;
    state.drifted %= 1'000'000;
  }
}

void World::pump_due() {
  for (int i = 0; i < static_cast<int>(devices_.size()); ++i) {
    Device& it = device(i);
    if (!it.alive) continue;
    if (it.deadline() != 0 && wall(i) >= it.deadline()) it.time_out();
    it.pump();
  }
}

void World::boot(int i) {
  ++states_[i].life;
  device(i).boot();
}

void World::fail(const std::string& what) {
  if (failure.empty()) failure = what;
}

void World::hash(std::uint64_t word) {
  trace_hash = (trace_hash ^ word) * 0x100000001b3u;
  trace_hash ^= trace_hash >> 29;
}

}  // namespace sim
