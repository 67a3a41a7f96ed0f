// What is noted of REPLACE is settled, and what was settled is not looked at again.
#include <catch2/catch_test_macros.hpp>

#include "support.h"

using namespace tidemark;
using namespace support;

namespace {

/// How much SQLite works for a call, in steps of its machine: of all statements that are kept.
std::int64_t steps_of_lead(App& app, Store& store) {
  sqlite3_stmt* each = nullptr;
  while ((each = sqlite3_next_stmt(app.connection(), each)))
    sqlite3_stmt_status(each, SQLITE_STMTSTATUS_VM_STEP, 1);
  REQUIRE(store.lead({Node{0xaa}, 0, {}}).ok());
  std::int64_t steps = 0;
  while ((each = sqlite3_next_stmt(app.connection(), each)))
    steps += sqlite3_stmt_status(each, SQLITE_STMTSTATUS_VM_STEP, 0);
  return steps;
}

std::int64_t steps_with(int pending) {
  App app;
  app.run(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, slug UNIQUE, n);"
      "CREATE TABLE words (id TEXT PRIMARY KEY, n)");
  const auto store = synced(app, {"t", "words"});
  app.run("WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < " +
          std::to_string(pending) + ") INSERT INTO t SELECT i, 's' || i, 0 FROM n;" +
          "DELETE FROM t WHERE id % 2; UPDATE t SET n = 1");
  CHECK(recorded(*store).size() == static_cast<std::size_t>(2 * pending));
  app.run("REPLACE INTO words VALUES ('a', 1); REPLACE INTO words VALUES ('a', 2)");
  REQUIRE(store->lead({Node{0xaa}, 0, {}}).ok());
  app.run("UPDATE words SET n = n; REPLACE INTO words VALUES ('a', 3)");
  const std::int64_t steps = steps_of_lead(app, *store);
  CHECK(recorded(*store).back() == "words \"a\" n");
  return steps;
}

}  // namespace

TEST_CASE("what is settled anew does not depend on what is pending") {
  const std::int64_t few = steps_with(10);
  CHECK(few > 0);
  CHECK(steps_with(2'000) == few);
}

TEST_CASE("REPLACE over blobs is settled as over any other key") {
  App app;
  app.run(
      "CREATE TABLE t (id BLOB PRIMARY KEY, slug TEXT UNIQUE, n);"
      "INSERT INTO t VALUES (x'01', 'one', 1), (x'02', 'two', 2)");
  const auto store = synced(app, {"t"});
  app.run("REPLACE INTO t VALUES (x'01', 'one', 5)");
  CHECK(recorded(*store) == Texts{R"(t ["$tm:bytes","01"] n)"});
  settle(*store);
  app.run("REPLACE INTO t VALUES (x'03', 'two', 5)");
  CHECK(recorded(*store) ==
        Texts{R"(t ["$tm:bytes","02"] deleted)", R"(t ["$tm:bytes","03"] created)"});
}

TEST_CASE("a row that REPLACE removes and no device can name holds nothing up") {
  App app;
  app.run(
      "CREATE TABLE t (id PRIMARY KEY, slug TEXT UNIQUE);"
      "INSERT INTO t VALUES (1.5, 'one'), ('two', 'two')");
  const auto store = synced(app, {"t"});
  app.run("REPLACE INTO t VALUES ('a', 'one')");
  CHECK(recorded(*store) == Texts{"t \"a\" created"});
}
