// Applies one exchange in one transaction: acknowledgements, what was asked for, the page, the
// reset or the sweep, the journal, the state. js/src/stores/sqlite/commit.ts has the same for
// TypeScript.
#ifndef TIDEMARK_SQLITE_COMMIT_H
#define TIDEMARK_SQLITE_COMMIT_H

#include "sqlite/log.h"
#include "tidemark/port/exchange.h"
#include "tidemark/sqlite_store.h"

namespace tidemark::sqlite {

/// What a commit works with.
struct Committing {
  Database& db;
  Tables& tables;
  /// Who stamps what is adopted.
  Node node{0};
  AppTriggers triggers = AppTriggers::local;
};

/// Fails with Errc::closed for a term that is over.
[[nodiscard]] CommitResult apply_commit(const Committing& on, const StoreCommit& commit,
                                        std::int64_t term);

/// The names of the tables that are synced now.
[[nodiscard]] std::vector<std::string> covered_names(const Tables& tables);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_COMMIT_H
