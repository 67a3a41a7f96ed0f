// The one global of the simulator: which hazard is put back. One thread, one history at a time.
#include "mutants.h"

namespace sim {

Mutant active_mutant = Mutant::none;

}  // namespace sim
