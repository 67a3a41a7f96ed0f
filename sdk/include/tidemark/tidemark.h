// Everything of the core. The pieces, from the ground up: result (errors), config (limits), stamp
// (time), change (cells), merge (the join), digest (do replicas differ), quarantine (what a peer's
// clock stamped ahead), output (what an
// engine asks and is told), engine (the loop).
#ifndef TIDEMARK_TIDEMARK_H
#define TIDEMARK_TIDEMARK_H

#include "tidemark/change.h"
#include "tidemark/config.h"
#include "tidemark/digest.h"
#include "tidemark/engine.h"
#include "tidemark/merge.h"
#include "tidemark/output.h"
#include "tidemark/quarantine.h"
#include "tidemark/result.h"
#include "tidemark/stamp.h"

#endif  // TIDEMARK_TIDEMARK_H
