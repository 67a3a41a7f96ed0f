// Rows of the log, read.
#include "sqlite/log.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "json/canonical.h"
#include "sqlite/sql.h"
#include "sqlite/texts.h"
#include "store/columns.h"

namespace tidemark::sqlite {
namespace {

constexpr std::int64_t kEntriesAtATime = 1'000;

// Of one field, it is a number.
std::string mask_of(const Value& mask) {
  const auto* number = std::get_if<std::int64_t>(&mask);
  return number ? std::to_string(*number) : text(mask);
}

// A field that has come since the trigger was made may have been written as well.
std::vector<std::string> masked(const std::string& mask, const std::vector<std::string>& fields) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (i >= mask.size() || mask[i] == '1') out.push_back(fields[i]);
  return out;
}

Columns columns_of_entry(std::int64_t code, const Value& mask, Stamp stamp, const Table& table) {
  if (code == op::kDeleted) return stores::delete_columns(stamp);
  if (code != op::kChanged || table.merge == MergeMode::record) return stores::whole_columns(stamp);
  return stores::patch_columns(masked(mask_of(mask), table.fields), stamp);
}

/// Makes writes of rows of the log, in their order.
class Reader {
 public:
  Reader(Database& db, Tables& tables, std::vector<Unnamed>* unnamed = nullptr)
      : db_(db), tables_(tables), unnamed_(unnamed) {}

  std::optional<Logged> read(const Values& row) {
    const std::int64_t code = integer(row[3]);
    if (code == op::kBound) bound_ = std::to_string(integer(row[0]));
    const auto rows = tables_.find(integer(row[1]));
    if (code == op::kBound || code >= op::kFound || rows == tables_.end()) return std::nullopt;
    // Of a table that is gone nobody can say what its keys are: its writes stay.
    if (!rows->second.exists()) return std::nullopt;
    auto id = rows->second.id(row[2]);
    if (id) return logged(row, rows->second.table(), *std::move(id));
    if (unnamed_) unnamed_->push_back({integer(row[0]), integer(row[1]), row[2], id.error()});
    return std::nullopt;
  }
  std::vector<Logged> all(const std::vector<Values>& rows) {
    std::vector<Logged> out;
    for (const Values& row : rows)
      if (auto write = read(row)) out.push_back(*std::move(write));
    return out;
  }

 private:
  Logged logged(const Values& row, const Table& table, std::string id) {
    const std::int64_t entry = integer(row[0]), code = integer(row[3]);
    Logged out;
    LogWrite& write = out.write;
    write.table = table.name;
    write.id = std::move(id);
    write.entry = entry;
    // What stands in front of all boundaries was there before, each for itself.
    write.transaction =
        is_null(row[7]) ? (entry < 1 ? std::to_string(entry) : bound_) : text(row[7]);
    write.columns = columns(row, table);
    write.create = code == op::kCreated;
    write.sent = code == op::kCreatedAndSent;
    write.offer = maybe_text(row[8]);
    if (write.create || write.sent || write.offer) write.born = maybe_text(row[4]);
    out.tbl = table.tbl;
    out.key = row[2];
    out.place = is_null(row[6]) ? entry : integer(row[6]);
    return out;
  }
  Columns columns(const Values& row, const Table& table) {
    if (!is_null(row[9])) {
      if (auto columns = columns_of(text(row[9]))) return *std::move(columns);
      db_.fail(damaged("tidemark_log"));
    }
    const auto stamp = Stamp::parse(text(row[5]));
    if (!stamp) db_.fail(damaged("tidemark_log"));
    return columns_of_entry(integer(row[3]), row[4], stamp ? *stamp : Stamp{}, table);
  }

  Database& db_;
  Tables& tables_;
  std::vector<Unnamed>* unnamed_;
  std::string bound_ = "first";
};

bool is_blob(const Place& record) { return std::holds_alternative<Blob>(record.key); }

std::string json_of(const Place& record) {
  const auto* words = std::get_if<std::string>(&record.key);
  std::string key;
  if (words)
    key = json::quoted(utf8_of(*words));
  else
    key = std::to_string(integer(record.key));
  return '[' + std::to_string(record.tbl) + ',' + key + ']';
}

}  // namespace

std::vector<Logged> read_writes(Database& db, Tables& tables, std::size_t limit,
                                std::vector<Unnamed>* unnamed) {
  std::vector<Logged> writes;
  Reader reader(db, tables, unnamed);
  std::int64_t last = kBeforeAll;
  for (;;) {
    const auto rows = db.all(sql::log_read, {last, kEntriesAtATime});
    for (const Values& row : rows) {
      last = integer(row[0]);
      if (auto write = reader.read(row)) writes.push_back(*std::move(write));
      if (writes.size() >= limit) return writes;
    }
    if (std::ssize(rows) < kEntriesAtATime) return writes;
  }
}

std::vector<Logged> read_behind(Database& db, Tables& tables, std::int64_t entry) {
  return Reader(db, tables).all(db.all(sql::log_behind, {entry}));
}

// JSON has no blobs: for these the whole log is read.
std::vector<Logged> read_writes_of(Database& db, Tables& tables, std::span<const Place> records) {
  std::string plain;
  std::set<Place> blobs;
  for (const Place& record : records) {
    if (is_blob(record))
      blobs.insert(record);
    else
      plain += (plain.empty() ? "[" : ",") + json_of(record);
  }
  std::vector<Logged> writes;
  if (!plain.empty()) writes = Reader(db, tables).all(db.all(sql::log_of, {plain + ']'}));
  if (blobs.empty()) return writes;
  for (Logged& write : read_writes(db, tables))
    if (blobs.contains({write.tbl, write.key})) writes.push_back(std::move(write));
  return writes;
}

std::vector<LogWrite> writes_of(std::vector<Logged> logged) {
  std::vector<LogWrite> out;
  for (Logged& each : logged) out.push_back(std::move(each.write));
  return out;
}

}  // namespace tidemark::sqlite
