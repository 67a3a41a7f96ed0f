// The simulator's program.
//   tidemark_sim --seeds N [--from S]      runs histories; the last line sums up
//   tidemark_sim --seed N                  one history, its actions printed
//   tidemark_sim --seed N --minimise       the shortest schedule found that fails the same way
//   tidemark_sim --mutants [--seeds N]     puts each hazard back, until a history notices
//   tidemark_sim --mutant NAME --seeds N   one of them
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "campaign.h"
#include "mutants.h"

namespace {

/// Above this a sum of two overflows.
constexpr std::uint64_t kSeedMax = std::uint64_t{1} << 62;

struct Options {
  std::uint64_t from = 1;
  std::optional<std::uint64_t> seeds, seed;
  bool mutants = false, minimise = false, hashes = false;
  std::string mutant;
};

std::optional<std::uint64_t> number_of(const char* text) {
  char* end = nullptr;
  const std::uint64_t number = std::strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != 0 || number > kSeedMax) return std::nullopt;
  return number;
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto number = i + 1 < argc ? number_of(argv[i + 1]) : std::nullopt;
    if (name == "--mutants") {
      options.mutants = true;
    } else if (name == "--hashes") {
      options.hashes = true;
    } else if (name == "--minimise") {
      options.minimise = true;
      if (number) options.seed = number, ++i;
    } else if (name == "--mutant" && i + 1 < argc) {
      options.mutant = argv[++i];
    } else if (!number) {
      return false;
    } else {
      ++i;
      if (name == "--seeds")
        options.seeds = number;
      else if (name == "--from")
        options.from = *number;
      else if (name == "--seed")
        options.seed = number;
      else
        return false;
    }
  }
  return !options.minimise || options.seed;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: tidemark_sim --seeds N [--from S] | --seed N [--minimise] | "
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
  if (options.mutants) return sim::run_mutants(options.from, options.seeds.value_or(0));
  if (options.minimise) return sim::minimise(*options.seed);
  if (options.seed) return sim::replay(*options.seed);
  return sim::run_seeds(options.from, options.seeds.value_or(1000), options.hashes);
}
