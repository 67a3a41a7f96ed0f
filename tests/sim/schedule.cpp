// Draws a schedule from a seed.
#include "schedule.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace sim {

const char* name_of(Act act) {
  static constexpr const char* kNames[] = {
      "deliver",    "write",       "transaction",   "pass",           "sync",    "crash",
      "boot",       "offline",     "online",        "pause",          "resume",  "clock",
      "backup_hub", "restore_hub", "backup_device", "restore_device", "clone",   "evict",
      "disk",       "token",       "schema",        "quota",          "account", "letters",
      "ages",       "ahead",       "exchange",      "silence",        "hold",    "late",
      "check"};
  static_assert(sizeof(kNames) / sizeof(*kNames) == kActs);
  return kNames[static_cast<int>(act)];
}

std::string describe(const Action& action) {
  return std::string(name_of(action.act)) + " device " + std::to_string(action.device);
}

namespace {

Profile draw_profile(Random& random) {
  Profile profile;
  const auto weigh = [&profile](Act act, std::uint32_t weight) {
    profile.weight[static_cast<int>(act)] = static_cast<std::uint16_t>(weight);
  };
  const auto maybe = [&](Act act, std::uint32_t weight, std::uint32_t in_thousand = 300) {
    if (random.chance(in_thousand)) weigh(act, weight);
  };
  profile.devices = static_cast<std::uint8_t>(2 + random.below(3));
  profile.live = random.chance(500);
  profile.long_times = random.chance(400);
  const auto one_of = [&random](std::initializer_list<std::uint16_t> choices) {
    return choices.begin()[random.below(static_cast<std::uint32_t>(choices.size()))];
  };
  profile.loss = one_of({0, 0, 50, 300});
  profile.doubles = one_of({0, 0, 100, 300});
  profile.hub_crash = one_of({0, 0, 50});
  profile.store_full = one_of({0, 0, 0, 30});
  profile.store_crash = one_of({0, 0, 20, 80});
  profile.poison = one_of({0, 0, 0, 40, 150});
  profile.page = 1 + random.below(6);
  profile.push = 1 + random.below(5);
  profile.writes_max = 5 + random.below(12);
  weigh(Act::deliver, 100);
  weigh(Act::pass, one_of({20, 40}));
  weigh(Act::write, one_of({8, 25, 60}));
  maybe(Act::transaction, one_of({5, 20}), 500);
  weigh(Act::sync, one_of({10, 30}));
  maybe(Act::crash, 4);
  weigh(Act::boot, 8);
  maybe(Act::offline, one_of({4, 12}));
  weigh(Act::online, 8);
  maybe(Act::pause, 3, 150);
  weigh(Act::resume, 5);
  maybe(Act::clock, one_of({2, 8}));
  if (random.chance(300)) {
    weigh(Act::backup_hub, 5);
    weigh(Act::restore_hub, one_of({1, 3}));
  }
  if (random.chance(250)) {
    weigh(Act::backup_device, 4);
    weigh(Act::restore_device, 2);
  }
  maybe(Act::clone, 2, 200);
  maybe(Act::evict, 1, 200);
  maybe(Act::disk, 3, 200);
  maybe(Act::token, 4, 200);
  maybe(Act::schema, 2, 150);
  maybe(Act::quota, 3, 150);
  if (profile.long_times && random.chance(300)) {
    // Ages, in which tombstones come and go.
    weigh(Act::pass, 60);
    weigh(Act::boot, 2);
    profile.deletes = 500;
    profile.loss = 300;
    if (random.chance(600)) {
      weigh(Act::backup_hub, 8);
      weigh(Act::restore_hub, 4);
      weigh(Act::offline, 12);
    }
  }
  profile.two_accounts = random.chance(120);
  if (profile.two_accounts) weigh(Act::account, 5);
  weigh(Act::letters, 3);
  return profile;
}

void weigh_for_peers(Profile& profile) {
  std::fill_n(profile.weight, kActs, std::uint16_t{0});
  constexpr std::pair<Act, std::uint16_t> kWeights[] = {
      {Act::write, 30},        {Act::sync, 40},          {Act::deliver, 60},
      {Act::pass, 10},         {Act::clock, 8},          {Act::crash, 6},
      {Act::backup_device, 4}, {Act::restore_device, 4}, {Act::evict, 3}};
  for (const auto& [act, weight] : kWeights) profile.weight[static_cast<int>(act)] = weight;
}

Act draw_act(const Profile& profile, std::uint32_t total, Random& random) {
  std::uint32_t at = random.below(total);
  int act = 0;
  while (at >= profile.weight[act]) at -= profile.weight[act++];
  return static_cast<Act>(act);
}

/// One history in so many goes after a script.
constexpr std::uint64_t kSceneEvery = 20;
/// And one in so many is of peers.
constexpr std::uint64_t kPeersEvery = 20;

}  // namespace

Schedule draw(std::uint64_t seed) {
  Random random(seed * 0x2545f4914f6cdd1dULL + 1);
  Schedule schedule;
  schedule.seed = seed;
  schedule.profile = draw_profile(random);
  if (seed % kSceneEvery == 0) {
    draw_scene(schedule, random);
    return schedule;
  }
  schedule.peers = seed % kPeersEvery == kPeersEvery / 2;
  if (schedule.peers) weigh_for_peers(schedule.profile);
  const Profile& profile = schedule.profile;
  const std::uint32_t total = std::accumulate(profile.weight, profile.weight + kActs, 0u);
  static constexpr int kChecks[] = {1, 2, 5};
  const int checks = kChecks[random.below(3)];
  schedule.actions.reserve(kSteps + checks);
  for (int i = 0; i < kSteps; ++i) {
    const Act act = draw_act(profile, total, random);
    const auto device = static_cast<std::uint8_t>(random.below(profile.devices));
    schedule.actions.push_back({act, device, random.word()});
    if ((i + 1) % (kSteps / checks) == 0)
      schedule.actions.push_back({Act::check, 0, random.word()});
  }
  return schedule;
}

}  // namespace sim
