// What becomes of entries: settled, removed, put off.
#include <utility>

#include "sqlite/log.h"
#include "sqlite/sql.h"
#include "sqlite/texts.h"
#include "store/pending.h"

namespace tidemark::sqlite {
namespace {

/// One that was noted, with the write that it was noted for.
void settle(Database& db, Tables& tables, const Values& row) {
  const Value &entry = row[0], &key = row[2], &mask = row[4], &next = row[5];
  const std::int64_t code = integer(row[3]), next_op = integer(row[7]);
  const auto rows = tables.find(integer(row[1]));
  const bool is_followed = next_op == op::kCreated || next_op == op::kChanged;
  if (rows == tables.end() || !is_followed) return;
  if (code == op::kFound && key == row[6]) {
    if (next_op == op::kCreated) db.all(sql::log_settle_change, {next, mask});
    return;
  }
  // Of a row that SQLite numbered, the number is not known before.
  const bool is_of = code == op::kFound || mask == row[6] || mask == Value(std::int64_t{-1});
  if (!is_of) return;
  const auto id = rows->second.id(key);
  if (!id || !rows->second.has(*id)) db.all(sql::log_settle_delete, {entry, next});
}

}  // namespace

void settle_log(Database& db, Tables& tables) {
  const Values settled = db.first(sql::log_settled);
  const Value from = settled.empty() ? Value(kBeforeAll) : settled.front();
  // First: else its number would be that of an entry which goes, and which listeners know.
  db.all(sql::log_bound);
  const auto noted = db.all(sql::log_noted, {from});
  for (const Values& row : noted) settle(db, tables, row);
  // Those that were settled are others now.
  if (!noted.empty()) db.all(sql::log_remove_noted, {from});
  db.all(sql::log_reused, {from});
  db.all(sql::log_remove_empty, {from});
}

Count count_log(Database& db) {
  Values row = db.first(sql::log_count);
  row.resize(2);
  return {static_cast<std::uint32_t>(integer(row[0])), integer(row[1])};
}

std::int64_t last_entry(Database& db) { return integer(db.one(sql::log_last)); }

bool is_pending(Database& db, const TableRows& rows, const std::string& id) {
  const auto key = rows.key(id);
  return key && db.is(sql::log_has, {rows.table().tbl, *key});
}

void remove_after(Database& db, std::int64_t entry) { db.all(sql::log_remove_after, {entry}); }

void remove_entries(Database& db, std::span<const std::int64_t> entries) {
  if (!entries.empty()) db.all(sql::log_remove, {text_of(entries)});
}

void make_whole(Database& db, std::span<const LogWrite> writes) {
  std::vector<std::int64_t> entries;
  for (const LogWrite& write : writes) entries.push_back(write.entry);
  db.all(sql::log_whole, {text_of(entries)});
  for (const LogWrite& write : writes)
    if (write.offer) db.all(sql::log_columns, {write.entry, text_of(stores::whole_again(write))});
}

void put_off(Database& db, std::span<const LogWrite> writes) {
  std::vector<std::int64_t> entries;
  for (const LogWrite& write : writes) {
    db.all(sql::log_later, {write.entry, write.transaction});
    entries.push_back(write.entry);
  }
  remove_entries(db, entries);
}

}  // namespace tidemark::sqlite
