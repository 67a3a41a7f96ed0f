// Many histories: runs of seeds, of mutants, one again, one made short.
#ifndef TIDEMARK_SIM_CAMPAIGN_H
#define TIDEMARK_SIM_CAMPAIGN_H

#include <cstdint>

namespace sim {

/// Each returns the program's exit code.
int run_seeds(std::uint64_t from, std::uint64_t seeds, bool hashes);
int run_mutants(std::uint64_t from, std::uint64_t seeds);
int replay(std::uint64_t seed);
int minimise(std::uint64_t seed);

}  // namespace sim

#endif  // TIDEMARK_SIM_CAMPAIGN_H
