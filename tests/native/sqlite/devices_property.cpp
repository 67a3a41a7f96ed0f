// tidy: long, because a property is read with its schemas and statements.
// Two devices over SQLite, any schema and any SQL: in the end both files show the same, nothing
// waits to be sent, and the hub holds what they show.
#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "client/device.h"
#include "support.h"
#include "tidemark/client.h"

using namespace tidemark;
using support::App;
using support::Texts;

namespace {

// Few keys, so that both devices write the same records.
constexpr std::size_t kKeys = 4;
struct KeyKind {
  const char* columns;
  const char* names;
  /// How they are declared as the key.
  const char* declared;
  const char* values[kKeys];
};
constexpr KeyKind kKeyKinds[] = {
    {"k TEXT", "k", "k", {"'a'", "'b'", "'10'", "'ä\"'"}},
    {"k INT", "k", "k", {"0", "1", "-5", "9007199254740991"}},
    {"k BLOB", "k", "k", {"x''", "x'00'", "x'ff00'", "'a'"}},
    {"k TEXT, l INT", "k, l", "l, k", {"'a', 1", "'a', 2", "'1', 1", "'ä\"', -1"}},
    {"k BLOB, l TEXT", "k, l", "k, l", {"x'01', 'a'", "x'01', 'b'", "1, ''", "'1', ''"}},
};

constexpr const char* kTypes[] = {"",
                                  "INTEGER",
                                  "TEXT",
                                  "REAL",
                                  "NUMERIC",
                                  "BLOB",
                                  "VARCHAR(5)",
                                  "INT DEFAULT 7",
                                  "DEFAULT 'x'",
                                  "TEXT DEFAULT ''",
                                  "NOT NULL DEFAULT 0.5"};
constexpr const char* kStrictTypes[] = {"INTEGER", "TEXT", "REAL", "BLOB", "ANY", "ANY DEFAULT 7"};

constexpr const char* kValues[] = {"NULL",
                                   "0",
                                   "1",
                                   "-1",
                                   "5.0",
                                   "0.5",
                                   "-0.0",
                                   "9e999",
                                   "1e300",
                                   "1e17",
                                   "9007199254740993",
                                   "-9223372036854775808",
                                   "'Milk'",
                                   "''",
                                   "'5'",
                                   "' 12abc'",
                                   "'1e5'",
                                   "'0x10'",
                                   "'ä☃'",
                                   "'a' || char(0) || 'b'",
                                   "x''",
                                   "x'00ff'"};

struct Schema {
  std::size_t key = 0;
  std::vector<std::size_t> types;
  bool rowless = false, strict = false, by_record = false, unique = false;

  [[nodiscard]] const KeyKind& keys() const { return kKeyKinds[key]; }
  [[nodiscard]] std::string type(std::size_t column) const {
    const std::size_t n = types[column];
    return strict ? kStrictTypes[n % std::size(kStrictTypes)] : kTypes[n % std::size(kTypes)];
  }
  [[nodiscard]] Texts names() const {
    Texts out{"k"};
    if (std::string_view(keys().names) != "k") out.emplace_back("l");
    for (std::size_t i = 0; i < types.size(); ++i) out.push_back('c' + std::to_string(i));
    return out;
  }
  [[nodiscard]] std::string sql() const {
    std::string out = std::string("CREATE TABLE t (") + keys().columns;
    for (std::size_t i = 0; i < types.size(); ++i)
      out += ", c" + std::to_string(i) + ' ' + type(i) + (unique && i == 0 ? " UNIQUE" : "");
    out += std::string(", PRIMARY KEY (") + keys().declared + "))";
    if (rowless) out += " WITHOUT ROWID";
    if (strict) out += rowless ? ", STRICT" : " STRICT";
    return out;
  }
};

enum class Kind : std::uint8_t {
  insert,
  ignore,
  replace,
  upsert,
  update,
  update_all,
  update_or_replace,
  remove,
  rekey,
  rolled_back,
  together,
  restart,
  kinds
};

struct Step {
  std::size_t device = 0;
  Kind kind = Kind::insert;
  std::size_t key = 0, other = 0, column = 0, value = 0, another = 0;
  bool syncs = false;

  [[nodiscard]] std::string sql(const Schema& schema) const;
};

std::string where(const Schema& schema, std::size_t key) {
  return std::string(" WHERE (") + schema.keys().names + ") = (" + schema.keys().values[key] + ")";
}

std::string Step::sql(const Schema& schema) const {
  const std::string field = 'c' + std::to_string(column % schema.types.size());
  const std::string is = kValues[value], then = kValues[another];
  const std::string into = std::string(" INTO t (") + schema.keys().names + ", " + field +
                           ") VALUES (" + schema.keys().values[key] + ", " + is + ")";
  const std::string set = " SET " + field + " = " + then;
  switch (kind) {
    case Kind::insert:
      return "INSERT" + into;
    case Kind::ignore:
      return "INSERT OR IGNORE" + into;
    case Kind::replace:
      return "REPLACE" + into;
    case Kind::upsert:
      return "INSERT" + into + " ON CONFLICT DO UPDATE" + set;
    case Kind::update:
      return "UPDATE t" + set + where(schema, key);
    case Kind::update_all:
      return "UPDATE t" + set;
    case Kind::update_or_replace:
      return "UPDATE OR REPLACE t" + set + where(schema, key);
    case Kind::remove:
      return "DELETE FROM t" + where(schema, key);
    case Kind::rekey:
      return std::string("UPDATE OR REPLACE t SET (") + schema.keys().names + ") = (" +
             schema.keys().values[other] + ")" + where(schema, key);
    case Kind::rolled_back:
      return "BEGIN; UPDATE t" + set + "; SAVEPOINT s; DELETE FROM t; ROLLBACK TO s; REPLACE" +
             into + "; " + (other % 2 == 0 ? "COMMIT" : "ROLLBACK");
    case Kind::together:
      return "BEGIN; REPLACE" + into + "; UPDATE t" + set + where(schema, other) + "; COMMIT";
    default:
      return "";
  }
}

std::ostream& operator<<(std::ostream& out, const Schema& schema) {
  return out << schema.sql() << (schema.by_record ? " -- by record" : "");
}

std::ostream& operator<<(std::ostream& out, const Step& step) {
  Schema schema;
  schema.types = {0};
  return out << '\n'
             << "AB"[step.device] << ": " << static_cast<int>(step.kind) << " key " << step.key
             << " other " << step.other << " column " << step.column << ": " << step.sql(schema)
             << (step.syncs ? "; syncs" : "");
}

/// An app, its database, and a client over it.
class SqlDevice {
 public:
  SqlDevice(tests::World& world, const Schema& schema)
      : schema_(schema), host_(world, 0), network_(world) {
    app.run(schema.sql());
    restart();
  }

  void restart() {
    client.reset();
    SqliteOptions of_store;
    of_store.host = &host_;
    ClientOptions options;
    const auto mode = schema_.by_record ? MergeMode::record : MergeMode::field;
    options.store = sqlite_store(app.connection(), {{"t", mode}}, of_store);
    options.transport = network_.transport();
    options.host = &host_;
    auto opened = Client::open(std::move(options));
    RC_ASSERT(opened.ok());
    client = *std::move(opened);
  }

  void sync() {
    const auto done = client->sync(60'000);
    if (!done.ok()) RC_FAIL(std::string(name_of(done.error().code)) + ": " + done.error().detail);
  }

  /// All rows, as SQL tells them. A whole number is one, whatever a column without a type keeps it
  /// as.
  Texts rows() {
    std::string told;
    for (const std::string& name : schema_.names()) {
      told += told.empty() ? "" : " || ' ' || ";
      told += "CASE WHEN typeof(" + name + ") IN ('text', 'blob') THEN typeof(" + name +
              ") || hex(" + name + ") WHEN " + name +
              " BETWEEN -9007199254740991 AND 9007199254740991 AND " + name + " = CAST(" + name +
              " AS INTEGER) THEN CAST(" + name + " AS INTEGER) ELSE quote(" + name + ") END";
    }
    return app.column("SELECT " + told + " AS told FROM t ORDER BY told");
  }

  App app;
  std::unique_ptr<Client> client;

 private:
  Schema schema_;
  tests::Clockwork host_;
  tests::Network network_;
};

void run(SqlDevice& device, const Schema& schema, const Step& step) {
  if (step.kind == Kind::restart) device.restart();
  // What the schema refuses is refused.
  (void)device.app.code_of(step.sql(schema));
  if (sqlite3_get_autocommit(device.app.connection()) == 0) device.app.run("ROLLBACK");
  if (step.syncs) device.sync();
}

void is_empty(SqlDevice& device, const char* table, const char* condition = "1") {
  const auto left =
      device.app.one(std::string("SELECT count(*) FROM ") + table + " WHERE " + condition);
  if (left != "0") RC_FAIL(std::string(table) + " holds " + left);
}

void converges(const Schema& schema, const std::vector<Step>& steps) {
  tests::World world;
  world.is_real = true;
  SqlDevice a(world, schema), b(world, schema);
  for (const Step& step : steps) run(step.device == 0 ? a : b, schema, step);
  for (int round = 0; round < 4; ++round)
    for (SqlDevice* device : {&a, &b}) device->sync();
  RC_ASSERT(a.rows() == b.rows());
  for (SqlDevice* device : {&a, &b}) {
    RC_ASSERT(device->client->status().pending == 0u);
    is_empty(*device, "tidemark_log", "op <> 0");
    is_empty(*device, "tidemark_graves");
    is_empty(*device, "tidemark_rereads");
    if (!schema.unique) is_empty(*device, "tidemark_letters");
    if (!schema.unique) RC_ASSERT(device->rows().size() == world.hub.view("t").size());
  }
}

}  // namespace

namespace rc {

template <>
struct Arbitrary<Schema> {
  static Gen<Schema> arbitrary() {
    const auto type = gen::inRange<std::size_t>(0, std::size(kTypes));
    return gen::build<Schema>(
        gen::set(&Schema::key, gen::inRange<std::size_t>(0, std::size(kKeyKinds))),
        gen::set(&Schema::types,
                 gen::resize(3, gen::nonEmpty(gen::container<std::vector<std::size_t>>(type)))),
        gen::set(&Schema::rowless), gen::set(&Schema::strict), gen::set(&Schema::by_record));
  }
};

template <>
struct Arbitrary<Step> {
  static Gen<Step> arbitrary() {
    const auto value = gen::inRange<std::size_t>(0, std::size(kValues));
    const auto key = gen::inRange<std::size_t>(0, kKeys);
    const auto kind = gen::map(gen::inRange(0, static_cast<int>(Kind::kinds)),
                               [](int n) { return static_cast<Kind>(n); });
    return gen::build<Step>(
        gen::set(&Step::device, gen::inRange<std::size_t>(0, 2)), gen::set(&Step::kind, kind),
        gen::set(&Step::key, key), gen::set(&Step::other, key),
        gen::set(&Step::column, gen::inRange<std::size_t>(0, 4)), gen::set(&Step::value, value),
        gen::set(&Step::another, value), gen::set(&Step::syncs));
  }
};

}  // namespace rc

namespace {

void check(const char* name, const auto& property) {
  // A few of each kind are enough of a run; who hunts says more: RC_PARAMS=max_success=500.
  setenv("RC_PARAMS", "max_success=20 max_size=50", 0);
  INFO(name);
  CHECK(rc::check(name, property));
}

}  // namespace

TEST_CASE("property: two files over any schema, written by any SQL, become equal") {
  check("files become equal", converges);
}

TEST_CASE("property: so they do where rows want one place in a unique index") {
  check("files with a unique index become equal",
        [](Schema schema, const std::vector<Step>& steps) {
          schema.unique = true;
          converges(schema, steps);
        });
}
