// A store that is opened again, or twice: nothing is made anew that is as it should be, and what
// another store covers is followed.
#include <catch2/catch_test_macros.hpp>

#include "sqlite/support.h"

using namespace tidemark;
using namespace support;

namespace {

const std::string kTodos = "CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT UNIQUE);";
// What it writes comes after what made it fire.
const std::string kUndelete =
    "CREATE TRIGGER undelete AFTER DELETE ON todos "
    "BEGIN INSERT INTO todos VALUES (old.id, old.title || ', deleted'); END;";
const std::vector<std::string> kUndeleted = {R"(todos "a" deleted)", R"(todos "a" created)"};

}  // namespace

TEST_CASE("a store that is opened again leaves the schema as it is") {
  App app;
  app.run(kTodos);
  (void)synced(app, {"todos"});
  const std::string version = app.one("PRAGMA schema_version");
  const auto again = sqlite_store(app.connection(), {"todos"});
  CHECK(again->load().ok());
  CHECK(app.one("PRAGMA schema_version") == version);
  app.run("INSERT INTO todos VALUES ('a', 'x')");
  CHECK(recorded(*again) == std::vector<std::string>{R"(todos "a" created)"});
}

TEST_CASE("a trigger that the app has made since is recorded in the order in which it writes") {
  App app;
  app.run(kTodos + "INSERT INTO todos VALUES ('a', 'x')");
  (void)synced(app, {"todos"});
  app.run(kUndelete);
  const auto store = sqlite_store(app.connection(), {"todos"});
  CHECK(store->load().ok());
  app.run("DELETE FROM todos");
  CHECK(recorded(*store) == kUndeleted);
}

TEST_CASE("so is one that it makes while the store is open") {
  App app;
  app.run(kTodos + "INSERT INTO todos VALUES ('a', 'x')");
  const auto store = synced(app, {"todos"});
  app.run(kUndelete);
  CHECK(store->load().ok());
  app.run("DELETE FROM todos");
  CHECK(recorded(*store) == kUndeleted);
}

TEST_CASE("so is one that did not fire for a page") {
  App app;
  app.run(kTodos + kUndelete);
  const auto store = synced(app, {"todos"});
  (void)pull(*store, {whole("todos", "\"a\"", {{"id", "\"a\""}, {"title", "\"x\""}})});
  app.run("DELETE FROM todos");
  CHECK(recorded(*store) == kUndeleted);
}

TEST_CASE("a store follows another one, under which a table was renamed") {
  App app;
  app.run(kTodos);
  const auto store = synced(app, {"todos"});
  app.run("INSERT INTO todos VALUES ('a', 'x'); ALTER TABLE todos RENAME TO items");
  CHECK(store->load().ok());
  CHECK(sqlite_store(app.connection(), {"items"})->load().ok());
  CHECK(store->load()->tables.count("items") == 1);
  CHECK(recorded(*store) == std::vector<std::string>{R"(items "a" created)"});
}

TEST_CASE("a search for rivals that rolls all of the page back stores nothing of it") {
  App app;
  app.run(
      "CREATE TABLE t (id TEXT PRIMARY KEY, place TEXT UNIQUE);"
      "CREATE TABLE audit (n UNIQUE); INSERT INTO audit VALUES (1);"
      "INSERT INTO t VALUES ('b', 'here'), ('c', 'there');"
      "CREATE TRIGGER note AFTER DELETE ON t BEGIN INSERT OR ROLLBACK INTO audit VALUES (1); END");
  const auto store = synced(app, {"t"});
  const std::vector<Change> changes = {
      whole("t", "\"d\"", {{"id", "\"d\""}}),
      whole("t", "\"b\"", {{"id", "\"b\""}, {"place", "\"there\""}})};
  StoreCommit commit;
  commit.changes = changes;
  commit.page = {"e:1", std::nullopt};
  const auto term = store->lead({Node{0xaa}, 0, {}});
  CHECK(store->commit(commit, *term).error().code == Errc::store_failed);
  CHECK(app.one("SELECT group_concat(id) FROM t") == "b,c");
  CHECK(store->load()->cursor == std::nullopt);
  CHECK(store->dead_letters()->empty());
}
