// Files that cannot be synced are left as they are, and each says why.
#include <catch2/catch_test_macros.hpp>

#include "support.h"

using namespace tidemark;
using namespace support;

namespace {

constexpr const char* kTable = "CREATE TABLE t (id TEXT PRIMARY KEY, n)";

Error opened(const File& file, SqliteOptions options = {}) {
  const std::string before = std::filesystem::exists(file.path()) ? file.bytes() : "";
  const auto state = sqlite_store(file.path(), {"t"}, std::move(options))->load();
  CHECK_FALSE(state.ok());
  if (std::filesystem::exists(file.path())) CHECK(file.bytes() == before);
  return state.error();
}

}  // namespace

TEST_CASE("a file that is missing is not made") {
  const File file;
  const auto error = opened(file);
  CHECK(error.code == Errc::storage_unavailable);
  CHECK(error.detail.find(file.path()) != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(file.path()));
}

TEST_CASE("a file that is no database, or a damaged one, is left as it is") {
  const File text;
  text.write("This is a letter to my landlord, and no database at all. " + std::string(4'096, '.'));
  CHECK(opened(text).code == Errc::storage_damaged);
  const File damaged;
  App(damaged.path()).run(std::string(kTable) + "; INSERT INTO t VALUES ('a', 1)");
  std::string bytes = damaged.bytes();
  // The first page's tree: the schema itself.
  bytes.replace(100, 64, 64, '\xff');
  damaged.write(bytes);
  const auto error = opened(damaged);
  CHECK(error.code == Errc::storage_damaged);
  CHECK_FALSE(is_retryable(error.code));
  const File empty;
  empty.write("");
  CHECK(opened(empty).code == Errc::table_unsupported);
}

TEST_CASE("what Tidemark keeps and is damaged is not begun anew") {
  App app;
  app.run(kTable);
  const auto store = synced(app, {"t"});
  app.run("INSERT INTO tidemark_journal (seq, heads) VALUES (5, 'nonsense')");
  StoreCommit commit;
  commit.reset = Reset{0, false, "e:1", {}};
  const auto term = store->lead({Node{0xaa}, 0, {}});
  CHECK(store->commit(commit, *term).error().code == Errc::storage_damaged);
  CHECK(app.one("SELECT heads FROM tidemark_journal") == "nonsense");
  app.run("DELETE FROM tidemark_state");
  CHECK(store->load().error().code == Errc::storage_damaged);
}

TEST_CASE("a file that may only be read says so") {
  const File file;
  App(file.path()).run(kTable);
  App reader(file.path(), SQLITE_OPEN_READONLY);
  const auto state = sqlite_store(reader.connection(), {"t"})->load();
  CHECK(state.error().code == Errc::storage_unavailable);
  CHECK(state.error().detail.find("readonly") != std::string::npos);
}

TEST_CASE("a file that another program has locked is waited for, so long") {
  const File file;
  App app(file.path());
  app.run(kTable);
  app.run("BEGIN EXCLUSIVE");
  SqliteOptions options;
  options.busy_timeout_ms = 1;
  const auto error = opened(file, options);
  CHECK(error.code == Errc::store_failed);
  CHECK(error.detail.find("locked") != std::string::npos);
  const auto store = sqlite_store(file.path(), {"t"}, options);
  CHECK_FALSE(store->load().ok());
  app.run("COMMIT");
  CHECK(store->load().ok());
}

TEST_CASE("a full disk stores nothing of a page, and all of it once there is room") {
  App app;
  app.run(kTable);
  const auto store = synced(app, {"t"});
  const std::string limit = app.one("PRAGMA max_page_count");
  const std::string pages = app.one("PRAGMA page_count");
  app.run("PRAGMA max_page_count = " + pages);
  std::vector<Change> changes;
  for (int i = 0; i < 200; ++i) {
    const std::string id = '"' + std::to_string(i) + '"';
    changes.push_back(whole("t", id, {{"id", id}, {"n", '"' + std::string(500, 'x') + '"'}}));
  }
  StoreCommit commit;
  commit.changes = changes;
  commit.page = {"e:1", std::nullopt};
  const auto term = store->lead({Node{0xaa}, 0, {}});
  REQUIRE(term.ok());
  CHECK(store->commit(commit, *term).error().code == Errc::storage_full);
  CHECK(app.one("SELECT count(*) FROM t") == "0");
  CHECK(store->load()->cursor == std::nullopt);
  app.run("PRAGMA max_page_count = " + limit);
  REQUIRE(store->commit(commit, *term).ok());
  CHECK(app.one("SELECT count(*) FROM t") == "200");
  CHECK(store->load()->cursor == "e:1");
  CHECK(recorded(*store).empty());
}

TEST_CASE("a store leaves the app's connection open, and no statement on it") {
  App app;
  app.run(kTable);
  synced(app, {"t"});
  CHECK(sqlite3_next_stmt(app.connection(), nullptr) == nullptr);
  app.run("INSERT INTO t VALUES ('a', 1)");
}

TEST_CASE("a row that a unique index refuses holds no page up") {
  App app;
  app.run("CREATE TABLE t (id TEXT PRIMARY KEY, slug TEXT UNIQUE, n INT CHECK (n < 5))");
  const auto store = synced(app, {"t"});
  const auto row = [](const char* id, const char* slug, const char* n) {
    return whole("t", id, {{"id", id}, {"slug", slug}, {"n", n}});
  };
  const auto result = pull(*store, {row("\"b\"", "\"s\"", "1"), row("\"a\"", "\"s\"", "1"),
                                    row("\"c\"", "\"c\"", "9"), row("\"d\"", "\"d\"", "2")});
  CHECK(result.refused == 2);
  CHECK(app.column("SELECT id FROM t ORDER BY id") == Texts{"a", "d"});
  const auto letters = store->dead_letters();
  REQUIRE(letters->size() == 2);
  CHECK(letters->at(0).code == "constraint");
  // A record that is deleted takes its letter with it, and is not asked for any more.
  Change a = row("\"a\"", "", ""), b = row("\"b\"", "", "");
  a.deleted = b.deleted = true;
  pull(*store, {a, b});
  CHECK(store->dead_letters()->size() == 1);
  CHECK(store->read_outbox(10)->rereads.empty());
}
