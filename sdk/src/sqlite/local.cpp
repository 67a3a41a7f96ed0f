// The app's writes that come through the port.
#include "sqlite/local.h"

#include <algorithm>
#include <utility>

#include "json/canonical.h"
#include "sqlite/letters.h"
#include "sqlite/sql.h"
#include "store/local_write.h"

namespace tidemark::sqlite {
namespace {

TableRows* synced(Database& db, Tables& tables, const std::string& table) {
  TableRows* rows = rows_of(tables, table);
  if (rows && rows->is_synced()) return rows;
  db.fail({Errc::table_unsupported, table + " is not synced"});
  return nullptr;
}

// Fields that have no column have no place, either: they get one.
Value mask_of(TableRows& rows, const std::vector<std::string>& fields) {
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<std::string> unknown;
  for (const std::string& name : fields)
    if (!has(rows.table().fields, name)) unknown.push_back(name);
  if (!unknown.empty()) rows.add_fields(unknown);
  std::string mask;
  for (const std::string& name : rows.table().fields) mask += has(fields, name) ? '1' : '0';
  return mask;
}

/// The same in canonical texts. Fails for a value that is none.
Row canonical_row(Database& db, const Row& row, const std::string& table) {
  Row out;
  for (const auto& [name, value] : row) {
    auto text = value == kAbsent ? Outcome<std::string>(value) : json::canonical(value);
    if (!text) db.fail({text.error().code, table + '.' + name + ": " + text.error().detail});
    if (text) out.emplace(name, *std::move(text));
  }
  return out;
}

void apply(Database& db, TableRows& rows, const std::string& id, const stores::Written& written,
           const std::optional<std::string>& born) {
  const std::int64_t last = last_entry(db);
  const auto done = written.row ? rows.put(id, *written.row) : rows.remove(id);
  if (!done) return db.fail(done.error());
  // Values that a column cannot hold are the same to a trigger.
  db.all(sql::log_remove_after, {last});
  if (!written.row)
    log_write(db, rows, id, op::kDeleted);
  else if (born)
    // A creation that was refused is still one: another device's may have taken its key since.
    log_write(db, rows, id, op::kCreated, *born);
  else if (!written.fields)
    log_write(db, rows, id, written.create ? op::kCreated : op::kWhole);
  else
    log_write(db, rows, id, op::kChanged, mask_of(rows, *written.fields));
}

}  // namespace

void log_write(Database& db, const TableRows& rows, const std::string& id, std::int64_t code,
               const Value& mask) {
  const Value time = db.one(sql::log_now);
  if (const auto key = rows.key(id))
    db.all(sql::log_add,
           {last_entry(db) + 1, rows.table().tbl, *key, code, mask, time, {}, {}, {}, {}});
}

void write_local(Database& db, Tables& tables, const LocalWrite& change, const DeadLetter* letter) {
  TableRows* rows = synced(db, tables, change.table);
  if (rows == nullptr) return;
  if (const auto parts = rows->parts(change.id); !parts) return db.fail(parts.error());
  if (letter)
    if (const auto may = stores::check_retry(*letter, is_reread(db, change)); !may)
      return db.fail(may.error());
  LocalWrite wanted = change;
  if (wanted.row) wanted.row = canonical_row(db, *wanted.row, change.table);
  const auto before = rows->read(change.id);
  const auto written = stores::written_by(wanted, before, rows->table().merge, letter);
  const auto born = letter ? letter->change.born : std::nullopt;
  if (written) apply(db, *rows, change.id, *written, born);
}

void write_again(Database& db, Tables& tables, const RecordKey& record) {
  TableRows* rows = synced(db, tables, record.table);
  if (rows && rows->has(record.id)) log_write(db, *rows, record.id, op::kCreated);
}

}  // namespace tidemark::sqlite
