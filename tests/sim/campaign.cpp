// Runs histories and says what came of them.
#include "campaign.h"

#include <chrono>
#include <cstdio>
#include <string>

#include "mutants.h"
#include "peers.h"
#include "world.h"

namespace sim {

namespace {

struct Outcomes {
  std::string failure;
  std::uint64_t hash = 0;
  std::uint32_t steps = 0, resets = 0, restamps = 0, purges = 0, letters = 0, losses = 0;
};

Outcomes run(const Schedule& schedule, bool trace = false) {
  if (schedule.peers) {
    Peers peers(schedule, trace);
    peers.run();
    Outcomes outcome;
    outcome.failure = peers.failure;
    outcome.hash = peers.trace_hash;
    outcome.steps = peers.steps;
    return outcome;
  }
  World world(schedule, trace);
  world.run();
  return {world.failure,         world.trace_hash,    world.steps,          world.counts.resets,
          world.counts.restamps, world.counts.purges, world.counts.letters, world.counts.losses};
}

/// Seeds of which a run is repeated although nothing was wrong: one in so many.
/// Not a multiple of what schedule.cpp counts by.
constexpr std::uint64_t kRepeatEvery = 97;
/// Seeds that a mutant has to be noticed within.
constexpr std::uint64_t kMutantSeeds = 100'000;

}  // namespace

namespace {

// What went wrong, without which record or write it was.
std::string kind_of(const std::string& failure) {
  std::string kind;
  for (const char each : failure)
    if (each < '0' || each > '9') kind += each;
  return kind;
}

}  // namespace

int run_seeds(std::uint64_t from, std::uint64_t seeds, bool hashes) {
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t failed = 0, all = 0, repeated = 0;
  Outcomes sum;
  for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
    const Schedule schedule = draw(seed);
    const Outcomes outcome = run(schedule);
    all = all * 31 + outcome.hash;
    sum.resets += outcome.resets;
    sum.restamps += outcome.restamps;
    sum.purges += outcome.purges;
    sum.letters += outcome.letters;
    sum.losses += outcome.losses;
    sum.steps += outcome.steps;
    const bool again = !outcome.failure.empty() || seed % kRepeatEvery == 0;
    if (again) {
      ++repeated;
      if (run(schedule).hash != outcome.hash) {
        std::printf("seed %llu is not deterministic\n", static_cast<unsigned long long>(seed));
        ++failed;
      }
    }
    if (outcome.failure.empty()) continue;
    ++failed;
    if (failed <= 20)
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
                  outcome.failure.c_str());
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("steps=%u resets=%u restamped=%u purges=%u letters=%u losses=%u repeated=%llu\n",
              sum.steps, sum.resets, sum.restamps, sum.purges, sum.letters, sum.losses,
              static_cast<unsigned long long>(repeated));
  if (hashes) std::printf("hash=%016llx\n", static_cast<unsigned long long>(all));
  std::printf(
      "histories=%llu per_minute=%.0f failed=%llu\n", static_cast<unsigned long long>(seeds),
      static_cast<double>(seeds) / took.count() * 60, static_cast<unsigned long long>(failed));
  return failed == 0 ? 0 : 1;
}

int run_mutants(std::uint64_t from, std::uint64_t seeds) {
  if (seeds == 0) seeds = kMutantSeeds;
  int killed = 0, survived = 0;
  std::printf("limit=%llu seeds each\n", static_cast<unsigned long long>(seeds));
  std::printf("%-26s %-6s %-8s %-8s %s\n", "mutant", "place", "hazards", "seeds", "noticed by");
  for (const MutantInfo& mutant : kMutants) {
    std::string how;
    std::uint64_t seed = from;
    for (; seed < from + seeds && how.empty(); ++seed) {
      const Schedule schedule = draw(seed);
      active_mutant = mutant.id;
      const std::string failure = run(schedule).failure;
      active_mutant = Mutant::none;
      // Counts only where the engine as it is passes the same seed.
      if (!failure.empty() && run(schedule).failure.empty()) how = failure;
    }
    how.empty() ? ++survived : ++killed;
    std::printf("%-26s %-6s %-8s %-8llu %s\n", std::string(mutant.name).c_str(),
                std::string(mutant.place).c_str(), std::string(mutant.hazards).c_str(),
                static_cast<unsigned long long>(seed - from),
                how.empty() ? "SURVIVED" : how.c_str());
    std::fflush(stdout);
  }
  std::printf("mutants=%d killed=%d survived=%d\n", killed + survived, killed, survived);
  return survived == 0 ? 0 : 1;
}

int replay(std::uint64_t seed) {
  const Schedule schedule = draw(seed);
  const Outcomes outcome = run(schedule, true);
  std::printf("seed %llu hash=%016llx: %s\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(outcome.hash),
              outcome.failure.empty() ? "passed" : outcome.failure.c_str());
  return outcome.failure.empty() ? 0 : 1;
}

// Leaves out runs of actions, halving their length, while the history still fails (Zeller,
// Hildebrandt: "Simplifying and Isolating Failure-Inducing Input", TSE 2002).
int minimise(std::uint64_t seed) {
  Schedule schedule = draw(seed);
  const std::string failure = run(schedule).failure;
  if (failure.empty()) {
    std::printf("seed %llu passes\n", static_cast<unsigned long long>(seed));
    return 0;
  }
  for (std::size_t length = schedule.actions.size() / 2; length > 0; length /= 2)
    for (std::size_t at = 0; at < schedule.actions.size();) {
      Schedule shorter = schedule;
      const std::size_t end = std::min(at + length, shorter.actions.size());
      shorter.actions.erase(shorter.actions.begin() + static_cast<std::ptrdiff_t>(at),
                            shorter.actions.begin() + static_cast<std::ptrdiff_t>(end));
      if (kind_of(run(shorter).failure) == kind_of(failure))
        schedule = shorter;
      else
        at += length;
    }
  std::printf("%zu of %d actions:\n", schedule.actions.size(), kSteps);
  const Outcomes outcome = run(schedule, true);
  std::printf("%s\n", outcome.failure.c_str());
  return 1;
}

}  // namespace sim
