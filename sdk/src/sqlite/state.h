// The state of a SQLite store, and its journal. js/src/stores/sqlite/state.ts has the same for
// TypeScript.
#ifndef TIDEMARK_SQLITE_STATE_H
#define TIDEMARK_SQLITE_STATE_H

#include <cstdint>
#include <span>
#include <vector>

#include "sqlite/database.h"
#include "store/journal.h"
#include "tidemark/port/exchange.h"

namespace tidemark::sqlite {

/// Without its tables: these are in `Tables`.
struct State : SyncState {
  /// Of whoever leads.
  std::int64_t term = 0;
  /// Up to which seq the journal was emptied.
  std::int64_t safe = 0;
  /// Up to here, the journal is from before the reading under way, which brings all of it again.
  std::int64_t old = 0;
};

[[nodiscard]] State read_state(Database& db);
void put_state(Database& db, const State& state);

/// Adds what `commit` showed the hub to hold; `state` is put by the caller.
void keep_journal(Database& db, State& state, const StoreCommit& commit);
/// What is here of these records is not what the journal says of them.
void keep_doubts(Database& db, std::span<const RecordKey> records);
/// Takes the entries past `seq` out, in the order in which they came.
[[nodiscard]] std::vector<stores::JournalEntry> take_journal(Database& db, std::int64_t seq);
/// The number of the last entry of the journal; 0: there is none.
[[nodiscard]] std::int64_t last_of_journal(Database& db);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_STATE_H
