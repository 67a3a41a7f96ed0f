// The switch by which one hazard at a time is put back. Nothing of it is in what users get.
#ifndef TIDEMARK_SIM_MUTANTS_H
#define TIDEMARK_SIM_MUTANTS_H

#include <array>
#include <string_view>

namespace sim {

enum class Mutant : int {
  none,
#define MUTANT(name, place, hazards, text) name,
#include "mutants.def"
#undef MUTANT
};

struct MutantInfo {
  Mutant id;
  std::string_view name, place, hazards, text;
};
inline constexpr auto kMutants = std::to_array<MutantInfo>({
#define MUTANT(name, place, hazards, text) {Mutant::name, #name, #place, hazards, text},
#include "mutants.def"
#undef MUTANT
});

extern Mutant active_mutant;
inline bool is(Mutant mutant) { return active_mutant == mutant; }

}  // namespace sim

#endif  // TIDEMARK_SIM_MUTANTS_H
