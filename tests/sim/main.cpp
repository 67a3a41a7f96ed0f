// The simulator's program.
//   tidemark_sim --seeds N [--from S]      runs histories; the last line sums up
//   tidemark_sim --seed N                  one history, its actions printed
//   tidemark_sim --minimise N              the shortest schedule found that fails the same way
//   tidemark_sim --mutants [--seeds N]     puts each hazard back, until a history notices
//   tidemark_sim --mutant NAME --seeds N   one of them
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "campaign.h"
#include "mutants.h"

namespace {

struct Options {
  std::uint64_t from = 1, seeds = 0;
  std::uint64_t seed = 0, minimise = 0;
  bool mutants = false, hashes = false;
  std::string mutant;
};

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--mutants") {
      options.mutants = true;
    } else if (name == "--hashes") {
      options.hashes = true;
    } else if (i + 1 < argc) {
      const char* value = argv[++i];
      char* end = nullptr;
      const std::uint64_t number = std::strtoull(value, &end, 10);
      if (name == "--mutant") {
        options.mutant = value;
        continue;
      }
      if (*end != 0 || *value == 0) return false;
      if (name == "--seeds")
        options.seeds = number;
      else if (name == "--from")
        options.from = number;
      else if (name == "--seed")
        options.seed = number;
      else if (name == "--minimise")
        options.minimise = number;
      else
        return false;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: tidemark_sim --seeds N [--from S] | --seed N | --minimise N | "
                 "--mutants [--seeds N] | --mutant NAME [--seeds N]\n");
    return 2;
  }
  if (!options.mutant.empty()) {
    for (const auto& mutant : sim::kMutants)
      if (mutant.name == options.mutant) sim::active_mutant = mutant.id;
    if (sim::active_mutant == sim::Mutant::none) {
      std::fprintf(stderr, "no such mutant: %s\n", options.mutant.c_str());
      return 2;
    }
  }
  if (options.mutants) return sim::run_mutants(options.from, options.seeds);
  if (options.minimise != 0) return sim::minimise(options.minimise);
  if (options.seed != 0) return sim::replay(options.seed);
  return sim::run_seeds(options.from, options.seeds == 0 ? 1000 : options.seeds, options.hashes);
}
