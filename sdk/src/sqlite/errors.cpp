// SQLite's result codes as errors of ours: what the app can do about each is in the code, what
// SQLite says of it in the detail.
#include <sqlite3.h>

#include <string>

#include "sqlite/database.h"

namespace tidemark::sqlite {
namespace {

Errc code_of(int code) noexcept {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return Errc::constraint;
    case SQLITE_FULL:
      return Errc::storage_full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::storage_damaged;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Errc::storage_unavailable;
    default:
      return Errc::store_failed;
  }
}

}  // namespace

Error error_of(sqlite3* connection, int code) {
  const int extended = connection ? sqlite3_extended_errcode(connection) : code;
  std::string detail = connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
    detail += ": another program, or another connection, holds it";
  if ((extended & 0xff) == (code & 0xff) && extended != (code & 0xff))
    detail += " (SQLite " + std::to_string(extended) + ')';
  return {code_of(code), std::move(detail)};
}

}  // namespace tidemark::sqlite
