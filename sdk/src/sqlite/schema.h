// The schema of the app as it changes: which tables are synced, which columns have come, and the
// triggers that follow. js/src/stores/sqlite/schema.ts has the same for TypeScript.
#ifndef TIDEMARK_SQLITE_SCHEMA_H
#define TIDEMARK_SQLITE_SCHEMA_H

#include "sqlite/rows.h"
#include "sqlite/session.h"

namespace tidemark::sqlite {

[[nodiscard]] Tables tables_by_number(Database& db);

/// Syncs exactly the tables of `source` from now on. One that was not covered before has its rows
/// logged as created before everything else, so that they never beat a synced edit, and the hub is
/// read from the beginning for it.
void cover_tables(Database& db, const Source& source, Node node);

/// Follows a schema that another program changed.
void follow_schema(Database& db, Node node);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_SCHEMA_H
