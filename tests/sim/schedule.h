// A history before it happens: what a seed draws. Every action has its own random words, so that
// leaving one out changes nothing about the others.
#ifndef TIDEMARK_SIM_SCHEDULE_H
#define TIDEMARK_SIM_SCHEDULE_H

#include <cstdint>
#include <string>
#include <vector>

#include "model.h"
#include "random.h"

namespace sim {

enum class Act : std::uint8_t {
  deliver,      // one message of the network, or loses, doubles, garbles it
  write,        // one write of the app
  transaction,  // several, which belong together
  pass,         // time
  sync,         // the app, the network or a poke asks to sync
  crash,
  boot,
  offline,
  online,
  pause,
  resume,
  clock,  // a device's clock is set, or begins to gain or to lose
  backup_hub,
  restore_hub,
  backup_device,
  restore_device,
  clone,
  evict,
  disk,      // becomes full, or is freed
  token,     // expires, or is good again
  schema,    // the hub asks for a newer app, or the app is updated
  quota,     // the hub is full, or is not
  account,   // another user signs in, or signs back
  letters,   // the user deals with dead letters
  ages,      // weeks pass
  ahead,     // a device's clock is set 90 s ahead
  exchange,  // a device and the hub, undisturbed
  silence,   // what is on its way to a device is lost
  hold,      // from now on the network keeps a copy of what a device sends
  late,      // it delivers what it kept
  check,     // everything is mended; after quiet, the oracles look
};
inline constexpr int kActs = static_cast<int>(Act::check) + 1;
const char* name_of(Act act);

struct Action {
  Act act = Act::deliver;
  std::uint8_t device = 0;
  std::uint64_t seed = 0;
};

/// The mix of one seed: a swarm's member (Groce et al., "Swarm Testing", ISSTA 2012).
struct Profile {
  std::uint8_t devices = 2;
  bool two_accounts = false;
  bool live = false;        // news are poked
  bool long_times = false;  // days pass
  std::uint16_t loss = 0, doubles = 0, hub_crash = 0, store_crash = 0, store_full = 0;  // of 1000
  std::uint16_t poison = 0, deletes = 200;
  std::uint32_t page = 3, push = 3, writes_max = 8;
  /// In use; a divisor of kRecords.
  std::uint8_t records = kRecords;
  std::uint16_t weight[kActs] = {};
};

struct Schedule {
  std::uint64_t seed = 0;
  /// A history of peers (peers.h), without a hub.
  bool peers = false;
  Profile profile;
  std::vector<Action> actions;
};

inline constexpr int kSteps = 200;

Schedule draw(std::uint64_t seed);
/// A history after a script (scenes.cpp).
void draw_scene(Schedule& schedule, Random& random);
std::string describe(const Action& action);

}  // namespace sim

#endif  // TIDEMARK_SIM_SCHEDULE_H
