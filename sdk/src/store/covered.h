// Covered: which pending writes a pulled change settles, because the hub holds them, or something
// later. Nobody may stamp these again: they would beat what was written since.
// js/src/stores/covered.ts has the same for TypeScript.
#ifndef TIDEMARK_STORE_COVERED_H
#define TIDEMARK_STORE_COVERED_H

#include <cstddef>
#include <span>
#include <vector>

#include "columns.h"

namespace tidemark::stores {

/// Which of a record's `writes` the change settles, by their places. `local` is what all of them
/// amount to, `row` the row that they left, one kept aside included.
[[nodiscard]] std::vector<std::size_t> covered_by(const Change& change,
                                                  std::span<const LogWrite> writes,
                                                  const Columns& local, const Row& row);

}  // namespace tidemark::stores

#endif  // TIDEMARK_STORE_COVERED_H
