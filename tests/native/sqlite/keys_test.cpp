// What a table may be, and how its records are named.
#include <catch2/catch_test_macros.hpp>

#include "support.h"

using namespace tidemark;
using namespace support;

namespace {

Error refused(const std::string& schema, const std::string& table) {
  App app;
  app.run(schema);
  const auto store = sqlite_store(app.connection(), {table.c_str()});
  const auto state = store->load();
  CHECK_FALSE(state.ok());
  // Nothing of Tidemark's is left behind.
  CHECK(app.column("SELECT name FROM sqlite_schema WHERE name LIKE 'tidemark%'").empty());
  return state.error();
}

}  // namespace

TEST_CASE("a record is named by its key, of whatever kind") {
  App app;
  app.run(
      "CREATE TABLE texts (id TEXT PRIMARY KEY, n);"
      "CREATE TABLE numbers (id INTEGER PRIMARY KEY, n);"
      "CREATE TABLE blobs (id BLOB PRIMARY KEY, n);"
      "CREATE TABLE pairs (b INT, a TEXT, n, PRIMARY KEY (a, b));"
      "CREATE TABLE rowless (a BLOB, b TEXT, n, PRIMARY KEY (a, b)) WITHOUT ROWID;"
      "CREATE TABLE strict (id TEXT PRIMARY KEY, n INTEGER, any ANY) STRICT");
  const auto store = synced(app, {"texts", "numbers", "blobs", "pairs", "rowless", "strict"});
  app.run(
      "INSERT INTO texts VALUES ('ä\"', 1); INSERT INTO numbers (n) VALUES (1);"
      "INSERT INTO blobs VALUES (x'00FF', 1); INSERT INTO pairs VALUES (7, 'x', 1);"
      "INSERT INTO rowless VALUES (x'0A', 'y', 1); INSERT INTO strict VALUES ('s', 1, 2.5)");
  CHECK(recorded(*store) ==
        Texts{R"(texts "ä\"" created)", "numbers 1 created",
              R"(blobs ["$tm:bytes","00FF"] created)", R"(pairs ["x",7] created)",
              R"(rowless [["$tm:bytes","0A"],"y"] created)", R"(strict "s" created)"});
  const auto outbox = store->read_outbox(100);
  REQUIRE(outbox->rows.size() == 6);
  CHECK(outbox->rows.at({"strict", "\"s\""}).at("any") == "2.5");
  settle(*store);
  // The same names lead back to the rows.
  const auto result =
      pull(*store, {whole("texts", R"("ä\"")", {{"id", R"("ä\"")"}, {"n", "2"}}),
                    whole("blobs", R"(["$tm:bytes","00FF"])", {{"n", "2"}}),
                    whole("pairs", R"(["x",7])", {{"a", "\"x\""}, {"b", "7"}, {"n", "2"}}),
                    whole("rowless", R"([["$tm:bytes","0A"],"y"])", {{"n", "2"}}),
                    whole("numbers", "1", {{"id", "1"}, {"n", "2"}})});
  CHECK(result.refused == 0);
  for (const char* table : {"texts", "numbers", "blobs", "pairs", "rowless"})
    CHECK(app.column("SELECT n FROM " + std::string(table)) == Texts{"2"});
  CHECK(recorded(*store).empty());
}

TEST_CASE("what cannot be synced is refused with advice, and nothing is made") {
  const auto no_key = refused("CREATE TABLE log (line TEXT)", "log");
  CHECK(no_key.code == Errc::table_unsupported);
  CHECK(no_key.detail.find("give it one") != std::string::npos);
  const auto view =
      refused("CREATE TABLE t (id PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t", "v");
  CHECK(view.code == Errc::table_unsupported);
  CHECK(view.detail == "v is a view: sync the tables that it shows");
  CHECK(refused("CREATE TABLE t (id PRIMARY KEY)", "missing").detail ==
        "missing is no table of this database");
  CHECK(refused("CREATE TABLE T (id PRIMARY KEY)", "t").detail ==
        "t is called T in this database: name it so");
}

TEST_CASE("generated columns are nobody's to write") {
  App app;
  app.run("CREATE TABLE sums (id TEXT PRIMARY KEY, a INT, b INT, c INT AS (a + b) STORED)");
  const auto store = synced(app, {"sums"});
  app.run("INSERT INTO sums (id, a, b) VALUES ('s', 1, 2)");
  const auto row = row_of(*store, "sums", "\"s\"");
  CHECK(row == Row{{"id", "\"s\""}, {"a", "1"}, {"b", "2"}});
  settle(*store);
  pull(*store, {whole("sums", "\"s\"", {{"id", "\"s\""}, {"a", "5"}, {"b", "2"}})});
  CHECK(app.one("SELECT c FROM sums") == "7");
}

TEST_CASE("a key that no device can name becomes a letter, and holds nothing up") {
  App app;
  app.run("CREATE TABLE t (id PRIMARY KEY, n)");
  const auto store = synced(app, {"t"});
  app.run("INSERT INTO t VALUES (1.5, 0), (9007199254740993, 0), ('ok', 0)");
  CHECK(recorded(*store) == Texts{R"(t "ok" created)"});
  const auto letters = store->dead_letters();
  REQUIRE(letters->size() == 2);
  CHECK(letters->at(0).code == "key_unsupported");
  // A key that would be bent by its column is no row of another key.
  App numbers;
  numbers.run("CREATE TABLE n (id INTEGER PRIMARY KEY, n)");
  const auto counted = synced(numbers, {"n"});
  CHECK(pull(*counted, {whole("n", "\"5\"", {{"id", "\"5\""}})}).refused == 1);
  CHECK(numbers.column("SELECT id FROM n").empty());
}

TEST_CASE("pages of a scan go on after any key") {
  App app;
  app.run("CREATE TABLE t (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID");
  app.run("INSERT INTO t VALUES (1, 'x'), (1, x'00'), (2.5, 'no'), ('t', -1), (x'0A', 'y')");
  const auto store = synced(app, {"t"});
  Texts ids;
  std::optional<std::string> after;
  do {
    const auto page = store->scan("t", 1, after);
    REQUIRE(page.ok());
    for (const auto& [id, row] : page->rows) ids.push_back(id);
    after = page->next;
  } while (after);
  CHECK(ids == Texts{R"([1,"x"])", R"([1,["$tm:bytes","00"]])", R"(["t",-1])",
                     R"([["$tm:bytes","0A"],"y"])"});
  CHECK(store->scan("t", 1, "nonsense").error().code == Errc::bad_input);
}
