// Writes on the app's behalf: a retried letter, an undone loss. The triggers record them like the
// app's own; what they cannot see is put right in the entry that they made.
// js/src/stores/sqlite/local.ts has the same for TypeScript.
#ifndef TIDEMARK_SQLITE_LOCAL_H
#define TIDEMARK_SQLITE_LOCAL_H

#include "sqlite/log.h"
#include "tidemark/ledger.h"
#include "tidemark/port/exchange.h"

namespace tidemark::sqlite {

/// Fails with Errc::table_unsupported, Errc::value_unsupported, Errc::key_unsupported, or
/// Errc::constraint where the database does not let the row in. `letter`: it is retried.
void write_local(Database& db, Tables& tables, const LocalWrite& change,
                 const DeadLetter* letter = nullptr);
/// Adds an entry with a stamp of now.
void log_write(Database& db, const TableRows& rows, const std::string& id, std::int64_t code,
               const Value& mask = {});
/// Records a write of the row as it is; of one that is gone, nothing.
void write_again(Database& db, Tables& tables, const RecordKey& record);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_LOCAL_H
