// What verify asks of a SQLite store: the rows of a table in pages, in the order of their keys.
#ifndef TIDEMARK_SQLITE_SCAN_H
#define TIDEMARK_SQLITE_SCAN_H

#include <optional>
#include <string>

#include "sqlite/rows.h"
#include "tidemark/port/exchange.h"

namespace tidemark::sqlite {

/// `after`: what the page before it gave. Fails with Errc::bad_input for what none gave.
[[nodiscard]] ScanPage scanned(Database& db, Tables& tables, const std::string& table,
                               std::size_t limit, const std::optional<std::string>& after);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_SCAN_H
