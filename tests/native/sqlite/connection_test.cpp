// A store over the app's own connection, with whatever the app has under way there.
#include <catch2/catch_test_macros.hpp>

#include "support.h"

using namespace tidemark;
using namespace support;

namespace {

constexpr const char* kTodos =
    "CREATE TABLE todos (id TEXT PRIMARY KEY, done INT);"
    "INSERT INTO todos VALUES ('a', 0), ('b', 0), ('c', 0)";

/// A statement that has given its first row, and is not done.
class Begun {
 public:
  Begun(App& app, const char* sql) {
    REQUIRE(sqlite3_prepare_v2(app.connection(), sql, -1, &statement_, nullptr) == SQLITE_OK);
    step();
  }
  ~Begun() { sqlite3_finalize(statement_); }
  Begun(const Begun&) = delete;
  Begun& operator=(const Begun&) = delete;
  void step() { REQUIRE(sqlite3_step(statement_) == SQLITE_ROW); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace

TEST_CASE("a statement of the app that reads goes on over a commit") {
  App app;
  app.run(kTodos);
  const auto store = synced(app, {"todos"});
  Begun reading(app, "SELECT id FROM todos ORDER BY id");
  std::vector<Change> changes;
  for (int i = 0; i < 150; ++i) {
    const std::string id = "\"n" + std::to_string(i) + '"';
    changes.push_back(whole("todos", id, {{"id", id}}));
  }
  pull(*store, changes);
  reading.step();
  CHECK(app.one("SELECT count(*) FROM todos") == "153");
}

TEST_CASE("a statement of the app that writes is waited for, and neither ended nor undone") {
  App app;
  app.run(kTodos);
  const auto store = synced(app, {"todos"});
  {
    const Begun writing(app, "UPDATE todos SET done = 1 RETURNING id");
    const auto outbox = store->read_outbox(10);
    CHECK(outbox.error().code == Errc::store_failed);
    CHECK(outbox.error().detail == "a statement of the app is writing");
  }
  CHECK(recorded(*store).size() == 3);
}

TEST_CASE("a trigger that refuses all of the transaction stores nothing of the page") {
  App app;
  app.run(
      "CREATE TABLE t (id TEXT PRIMARY KEY, n);"
      "CREATE TRIGGER guard BEFORE INSERT ON t WHEN new.n > 5 "
      "BEGIN SELECT RAISE(ROLLBACK, 'too much'); END");
  SqliteOptions options;
  options.triggers = AppTriggers::all;
  const auto store = sqlite_store(app.connection(), {"t"}, options);
  settle(*store);
  StoreCommit commit;
  const std::vector<Change> changes = {whole("t", "\"a\"", {{"id", "\"a\""}, {"n", "1"}}),
                                       whole("t", "\"b\"", {{"id", "\"b\""}, {"n", "9"}}),
                                       whole("t", "\"c\"", {{"id", "\"c\""}, {"n", "1"}})};
  commit.changes = changes;
  commit.page = {"e:1", std::nullopt};
  const auto term = store->lead({Node{0xaa}, 0, {}});
  const auto done = store->commit(commit, *term);
  CHECK(done.error().code == Errc::store_failed);
  CHECK(done.error().detail.find("too much") != std::string::npos);
  CHECK(app.one("SELECT count(*) FROM t") == "0");
  CHECK(store->load()->cursor == std::nullopt);
  CHECK(store->dead_letters()->empty());
}

TEST_CASE("a migration is a part of the app's transaction") {
  App app;
  app.run(kTodos);
  const auto store = synced(app, {"todos"});
  const auto drop = [&](bool fails) {
    return sqlite_migrate(app.connection(), [&]() -> Outcome<Done> {
      app.run("ALTER TABLE todos DROP COLUMN done");
      return fails ? Outcome<Done>(Error{Errc::bad_input, {}}) : Outcome<Done>(Done{});
    });
  };
  app.run("BEGIN; INSERT INTO todos VALUES ('d', 0)");
  CHECK(drop(true).error().code == Errc::bad_input);
  app.run("UPDATE todos SET done = 5 WHERE id = 'd'");
  CHECK(drop(false).ok());
  app.run("ROLLBACK");
  CHECK(app.one("SELECT count(done) FROM todos") == "3");
  app.run("UPDATE todos SET done = 1 WHERE id = 'a'");
  CHECK(recorded(*store) == Texts{"todos \"a\" done"});
}

TEST_CASE("a blob has one id") {
  App app;
  app.run("CREATE TABLE t (id BLOB PRIMARY KEY)");
  const auto store = synced(app, {"t"});
  CHECK(pull(*store,
             {whole("t", R"(["$tm:bytes","ff"])", {}), whole("t", R"(["$tm:bytes","FFF"])", {}),
              whole("t", R"(["$tm:bytes","FF"])", {})})
            .refused == 2);
  CHECK(app.column("SELECT hex(id) FROM t") == Texts{"FF"});
}
