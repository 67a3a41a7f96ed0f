// SQL, files and stores of the tests.
#include "support.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>

using namespace tidemark;

namespace support {
namespace {

std::string said(const LogWrite& write) {
  const std::string record = write.table + ' ' + write.id + ' ';
  if (write.columns.deleted) return record + "deleted";
  if (write.create) return record + "created";
  if (write.columns.base) return record + "whole";
  std::string fields;
  for (const auto& [name, at] : write.columns.fields) fields += (fields.empty() ? "" : ",") + name;
  return record + fields;
}

Stamping stamping() { return {Node{0xaa}, 0, {}}; }

template <typename T>
T must(Outcome<T> outcome) {
  INFO(name_of(outcome.error().code) << ": " << outcome.error().detail);
  REQUIRE(outcome.ok());
  return *std::move(outcome);
}

}  // namespace

App::App(const std::string& path, int flags) {
  REQUIRE(sqlite3_open_v2(path.c_str(), &connection_, flags, nullptr) == SQLITE_OK);
}

void App::run(const std::string& sql) {
  const int code = code_of(sql);
  INFO(sql << ": " << sqlite3_errmsg(connection_));
  REQUIRE(code == SQLITE_OK);
}

int App::code_of(const std::string& sql) const {
  return sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
}

std::vector<std::string> App::column(const std::string& sql) {
  std::vector<std::string> out;
  const auto add = [](void* to, int, char** values, char**) {
    static_cast<std::vector<std::string>*>(to)->push_back(values[0] ? values[0] : "NULL");
    return 0;
  };
  INFO(sql);
  REQUIRE(sqlite3_exec(connection_, sql.c_str(), add, &out, nullptr) == SQLITE_OK);
  return out;
}

File::File() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tidemark-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
}

File::~File() { std::filesystem::remove_all(folder_); }

std::string File::bytes() const {
  std::ifstream in(path(), std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void File::write(const std::string& bytes) const {
  std::ofstream(path(), std::ios::binary) << bytes;
}

void in_shell(const File& file, const std::string& sql) {
  std::FILE* shell = popen(("sqlite3 -bail " + file.path()).c_str(), "w");
  REQUIRE(shell != nullptr);
  std::fputs(sql.c_str(), shell);
  REQUIRE(pclose(shell) == 0);
}

std::vector<std::string> recorded(Store& store) {
  std::vector<std::string> out;
  for (const LogWrite& write : must(store.read_outbox(10'000)).writes) out.push_back(said(write));
  return out;
}

void settle(Store& store) {
  StoreCommit commit;
  for (const LogWrite& write : must(store.read_outbox(10'000)).writes)
    commit.acknowledged.push_back({write, Acknowledgement::Result::sent, {}, {}, {}});
  REQUIRE(must(store.commit(commit, must(store.lead(stamping())))).pending == 0);
}

CommitResult pull(Store& store, std::vector<Change> changes) {
  StoreCommit commit;
  commit.changes = std::move(changes);
  return must(store.commit(commit, must(store.lead(stamping()))));
}

Change whole(const std::string& table, const std::string& id, Row row, std::int64_t ms) {
  Change change;
  change.table = table;
  change.id = id;
  change.stamp = {static_cast<std::uint64_t>(ms) << 16, Node{0xff}};
  change.row = std::move(row);
  return change;
}

Row row_of(Store& store, const std::string& table, const std::string& id) {
  for (const auto& [found, row] : must(store.scan(table, 1'000, std::nullopt)).rows)
    if (found == id) return row;
  FAIL(table << ' ' << id << " is not here");
  return {};
}

std::unique_ptr<Store> synced(App& app, SyncedTables tables) {
  auto store = sqlite_store(app.connection(), std::move(tables));
  settle(*store);
  return store;
}

}  // namespace support
