// `alter`: changes of the app's schema that Tidemark's triggers hinder, such as DROP COLUMN, in one
// transaction.
#include <sqlite3.h>

#include "commands.h"
#include "file.h"
#include "json_text.h"
#include "output.h"
#include "sqlite/database.h"
#include "sqlite/open.h"

namespace cli {
namespace {

using tidemark::Done;
using tidemark::Errc;
using tidemark::Error;
using tidemark::Outcome;

// The SQL runs in one transaction, and leaves it as it is: what it had done could not be undone.
int authorize(void*, int action, const char*, const char*, const char*, const char*) {
  return action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT ? SQLITE_DENY : SQLITE_OK;
}

Outcome<Done> run(sqlite3* connection, const std::string& sql) {
  sqlite3_set_authorizer(connection, authorize, nullptr);
  const int code = sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr);
  const std::string message = sqlite3_errmsg(connection);
  sqlite3_set_authorizer(connection, nullptr, nullptr);
  if (code == SQLITE_OK) return Done{};
  if (code == SQLITE_AUTH)
    return Error{Errc::bad_input, "the SQL begins or ends a transaction: it runs in one"};
  if ((code & 0xff) == SQLITE_ERROR) return Error{Errc::bad_input, message};
  return tidemark::sqlite::error_of(connection, code);
}

}  // namespace

Try<Exit> alter(const Arguments& given) {
  tidemark::SqliteOptions options;
  options.busy_timeout_ms = static_cast<int>(given.busy_s * 1'000);
  auto opened = tidemark::sqlite::open_file(given.file, options);
  if (!opened) return failure_of(opened.error());
  sqlite3* connection = opened->get();
  const auto done =
      tidemark::sqlite_migrate(connection, [&] { return run(connection, given.sql); });
  if (!done && done.error().code == Errc::bad_input)
    return usage_failure(done.error().detail, "nothing was changed");
  if (!done) return failure_of(done.error());
  // What came is followed at once, so that nothing is written unseen.
  const auto file = look_into(given);
  if (file && file->synced && !file->tables.empty())
    if (const auto loaded = store_of(given, file->tables)->load(); !loaded)
      return failure_of(loaded.error());
  if (given.json)
    print_line(JsonObject().text("file", given.file).flag("done", true).end());
  else
    print_line(plain(given.file) + ": done");
  return Exit::done;
}

}  // namespace cli
