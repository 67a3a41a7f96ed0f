// Reads what is waiting to be sent, and the rows that it left. js/src/stores/sqlite/outbox.ts has
// the same for TypeScript.
#ifndef TIDEMARK_SQLITE_OUTBOX_H
#define TIDEMARK_SQLITE_OUTBOX_H

#include <optional>

#include "sqlite/log.h"

namespace tidemark::sqlite {

[[nodiscard]] Outbox read_outbox(Database& db, Tables& tables, std::size_t limit);
/// A row that a pulled delete took while writes of it were pending.
[[nodiscard]] std::optional<Row> grave_of(Database& db, std::int64_t tbl, const Value& key);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_OUTBOX_H
