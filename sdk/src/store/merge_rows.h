// The host's half of a merge: the core says whose stamp won of each field, this moves the values.
// js/src/merge.ts has the same for TypeScript.
#ifndef TIDEMARK_STORE_MERGE_ROWS_H
#define TIDEMARK_STORE_MERGE_ROWS_H

#include <string>
#include <vector>

#include "columns.h"

namespace tidemark::stores {

struct MergedRow {
  Row row;
  /// Fields of `remote` that lost to a different value in `local`.
  std::vector<std::string> lost;
  /// Whether `row` is other than `local`.
  bool changed = false;
};

/// The row of a joined state. A patch's removed field is kAbsent in `remote`.
[[nodiscard]] MergedRow merge_rows(const Row& local, const Row& remote,
                                   const JoinedColumns& joined);

/// Whether the value of `remote` is the one that stays, where the values compare as `order`: below
/// 0 if the remote's is the greater.
[[nodiscard]] bool remote_wins(std::string_view name, const JoinedColumns& joined, int order);

}  // namespace tidemark::stores

#endif  // TIDEMARK_STORE_MERGE_ROWS_H
