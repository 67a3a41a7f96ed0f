// Quiet: everything that was broken is mended, and time passes until nothing is left to do.
#include <algorithm>

#include "mutants.h"
#include "world.h"

namespace sim {

namespace {

/// Rounds of quiet, at most: far more than any history needs.
constexpr int kRoundsMax = 600;
/// Messages of one round, at most, likewise.
constexpr int kDeliveriesMax = 5'000;

}  // namespace

void World::check() {
  quiet_ = true;
  mend();
  bool settled = settle();
  // What the hub refused is the user's to decide, and the oracles' only after that.
  for (int round = 0; settled && round < 3; ++round) {
    bool letters = false;
    for (int i = 0; i < static_cast<int>(devices_.size()); ++i)
      if (!device(i).disk.dead.empty()) {
        letters = true;
        look_at_letters(i);
        deal_with_letters(i, true);
      }
    if (!letters) break;
    settled = settle();
  }
  if (failure.empty() && !settled) {
    std::string why = "does not come to rest:";
    for (int i = 0; i < static_cast<int>(devices_.size()); ++i) {
      const auto status = device(i).status();
      why += " [" + std::to_string(i) + ": phase " +
             std::to_string(static_cast<int>(status.phase)) + " pending " +
             std::to_string(device(i).disk.pending()) + " error " +
             std::string(tidemark::name_of(status.error)) + "]";
    }
    fail(why);
  }
  if (failure.empty()) look();
  quiet_ = false;
}

void World::mend() {
  for (Hub& hub : hubs_) {
    hub.quota = false;
    hub.schema_min = 1;
  }
  for (int i = 0; i < static_cast<int>(devices_.size()); ++i) {
    DeviceState& state = states_[i];
    Device& it = device(i);
    state.full = false;
    state.drift_ppm = 0;
    if (it.disk.hub != 0) state.account = static_cast<int>(it.disk.hub) - 100;
    it.config.token_ok = true;
    it.config.can_refresh = true;
    if (!it.alive) boot(i);
    it.set_online(true);
    it.resume();
    it.pump();
  }
}

bool World::settle() {
  for (int round = 0; round < kRoundsMax; ++round) {
    for (int n = 0; !network_.empty() && failure.empty(); ++n) {
      if (n == kDeliveriesMax) return false;
      deliver(0);
    }
    if (!failure.empty()) return true;
    if (is_settled()) return true;
    // An answer of before may have stopped a device once more.
    for (const auto& each : devices_) {
      const auto phase = each->status().phase;
      if (phase == tidemark::Phase::needs_auth || phase == tidemark::Phase::outdated ||
          phase == tidemark::Phase::wrong_account)
        each->resume();
    }
    // To the next time at which anyone wants to do something.
    std::int64_t least = kDayMs;
    for (int i = 0; i < static_cast<int>(devices_.size()); ++i) {
      const Device& it = device(i);
      for (const WallMs at : {it.wake(), it.deadline()})
        if (at != 0) least = std::min(least, std::max<std::int64_t>(at - wall(i), 1));
    }
    pass(least);
  }
  return false;
}

bool World::is_settled() const {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const Disk& disk = devices_[i]->disk;
    const Hub& hub = hubs_[states_[i].account];
    if (disk.pending() > 0 || disk.rereads.any() || disk.sweeping) return false;
    if (disk.cursor.epoch != hub.epoch() || disk.cursor.seq != hub.data.seq) return false;
    if (devices_[i]->status().phase != tidemark::Phase::idle) return false;
  }
  return true;
}

}  // namespace sim
