// Values go through columns of every affinity and come back as they were.
#include <catch2/catch_test_macros.hpp>

#include "sqlite/column_values.h"
#include "support.h"

using namespace tidemark;
using namespace support;

namespace {

constexpr const char* kColumns[] = {"i", "t", "n", "r", "u"};

const std::vector<std::string> kValues = {
    "null",
    "true",
    "false",
    "0",
    "-1",
    "0.1",
    "1e+300",
    "9007199254740991",
    "100000000000000000000",
    R"("Milk")",
    R"("")",
    R"("5")",
    R"(" 12abc")",
    R"("1e5")",
    R"("inf")",
    R"("ä😀")",
    R"("a\u0000b")",
    R"("\ud800 alone")",
    R"({"$tm:bigint":"9223372036854775807"})",
    R"({"$tm:bigint":"-9223372036854775808"})",
    R"({"$tm:bigint":"9007199254740993"})",
    R"({"$tm:bigint":"5"})",
    R"({"$tm:bigint":"12345678901234567890123"})",
    R"({"$tm:number":"NaN"})",
    R"({"$tm:number":"Infinity"})",
    R"({"$tm:number":"-Infinity"})",
    R"({"$tm:number":"-0"})",
    R"({"$tm:date":86400000})",
    R"({"$tm:date":-8640000000000000})",
    R"({"$tm:date":null})",
    R"({"$tm:bytes":"AP+A"})",
    R"({"$tm:bytes":""})",
    R"({"$tm:undefined":0})",
    R"([1,{"a":[true,null]}])",
    R"({"$tm:object":{"$tm:date":5}})",
};

}  // namespace

TEST_CASE("every value comes back from every kind of column") {
  App app;
  app.run(
      "CREATE TABLE t (id TEXT PRIMARY KEY, i INTEGER, t TEXT, n NUMERIC, r REAL, u, "
      "d TEXT DEFAULT 'set')");
  const auto store = synced(app, {"t"});
  for (const std::string& value : kValues) {
    INFO(value);
    Row row{{"id", "\"a\""}, {"no_column", value}, {"d", "null"}};
    for (const char* column : kColumns) row.emplace(column, value);
    pull(*store, {whole("t", "\"a\"", row)});
    CHECK(row_of(*store, "t", "\"a\"") == row);
    Change patch = whole("t", "\"a\"", {{"i", "1"}, {"d", std::string(kAbsent)}}, 2'000);
    patch.patch = true;
    pull(*store, {patch});
    row["i"] = "1";
    row.erase("d");
    CHECK(row_of(*store, "t", "\"a\"") == row);
  }
  CHECK(recorded(*store).empty());
}

TEST_CASE("what the app writes over a value that was kept beside it is what counts") {
  App app;
  app.run("CREATE TABLE t (id TEXT PRIMARY KEY, done TEXT, at INTEGER)");
  const auto store = synced(app, {"t"});
  pull(*store,
       {whole("t", "\"a\"", {{"id", "\"a\""}, {"done", "true"}, {"at", R"({"$tm:date":5})"}})});
  CHECK(app.one("SELECT done || at FROM t") == "15");
  app.run("UPDATE t SET done = '0', at = 6");
  CHECK(row_of(*store, "t", "\"a\"") == Row{{"id", "\"a\""}, {"done", "\"0\""}, {"at", "6"}});
}

TEST_CASE("dates are texts where texts are kept, as JavaScript writes them") {
  using sqlite::Affinity;
  const auto text = [](const char* date) {
    return sqlite::text(sqlite::to_column(date, Affinity::text).value);
  };
  CHECK(text(R"({"$tm:date":0})") == "1970-01-01T00:00:00.000Z");
  CHECK(text(R"({"$tm:date":-1})") == "1969-12-31T23:59:59.999Z");
  CHECK(text(R"({"$tm:date":1709210096789})") == "2024-02-29T12:34:56.789Z");
  CHECK(text(R"({"$tm:date":8640000000000000})") == "+275760-09-13T00:00:00.000Z");
  CHECK(text(R"({"$tm:date":-8640000000000000})") == "-271821-04-20T00:00:00.000Z");
}

TEST_CASE("a text of bytes that are no text is shown as JavaScript shows it") {
  CHECK(sqlite::from_column(std::string("a\xff\xc3")) == "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("a write through the port is checked") {
  App app;
  app.run("CREATE TABLE t (id TEXT PRIMARY KEY, n INT CHECK (n < 5))");
  const auto store = synced(app, {"t"});
  const auto write = [&](const char* value) {
    LocalWrite change;
    change.table = "t";
    change.id = "\"a\"";
    change.row = Row{{"id", "\"a\""}, {"n", value}};
    return store->write(change).error().code;
  };
  CHECK(write("{\"$tm:bogus\":1}") == Errc::value_unsupported);
  CHECK(write("no JSON") == Errc::value_unsupported);
  CHECK(write("9") == Errc::constraint);
  CHECK(app.column("SELECT id FROM t").empty());
  CHECK(write("4") == Errc::ok);
  CHECK(recorded(*store) == Texts{"t \"a\" created"});
}
