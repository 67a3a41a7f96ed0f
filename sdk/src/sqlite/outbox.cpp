// The outbox, put together.
#include "sqlite/outbox.h"

#include <algorithm>
#include <set>
#include <utility>

#include "sqlite/letters.h"
#include "sqlite/sql.h"
#include "sqlite/texts.h"
#include "store/carried.h"

namespace tidemark::sqlite {
namespace {

// Without the last transaction, of which the limit cuts the rest off, unless there is no other.
std::vector<Logged> load_writes(Database& db, Tables& tables, std::size_t limit,
                                std::uint32_t& refused) {
  std::vector<Unnamed> unnamed;
  auto writes = read_writes(db, tables, limit == kAllWrites ? limit : limit + 1, &unnamed);
  bury_unnamed(db, tables, unnamed);
  refused = static_cast<std::uint32_t>(unnamed.size());
  if (writes.size() <= limit) return writes;
  const std::string& next = writes[limit].write.transaction;
  const auto first = std::find_if(writes.begin(), writes.end(), [&](const Logged& each) {
    return each.write.transaction == next;
  });
  const auto whole = static_cast<std::size_t>(first - writes.begin());
  writes.resize(whole > 0 ? whole : limit);
  return writes;
}

std::map<RecordKey, Row> rows_of(Database& db, Tables& tables, const std::vector<Logged>& writes) {
  std::map<RecordKey, Row> rows;
  const bool aside = integer(db.one(sql::grave_count)) != 0;
  std::set<RecordKey> read;
  for (const auto& [write, tbl, key, place] : writes) {
    if (!read.insert(write).second) continue;
    auto row = tables.at(tbl).read(write.id);
    if (!row && aside) row = grave_of(db, tbl, key);
    if (row) rows.emplace(write, *std::move(row));
  }
  return rows;
}

}  // namespace

Outbox read_outbox(Database& db, Tables& tables, std::size_t limit) {
  settle_log(db, tables);
  Outbox outbox;
  auto writes = load_writes(db, tables, limit, outbox.refused);
  const auto [pending, counted] = count_log(db);
  outbox.pending = pending;
  outbox.counted = counted;
  outbox.rows = rows_of(db, tables, writes);
  outbox.rereads = read_rereads(db, kRereadsMax);
  std::vector<LogWrite> left;
  if (!writes.empty() && pending > writes.size())
    left = writes_of(read_behind(db, tables, writes.back().write.entry));
  outbox.writes = stores::carrying(writes_of(std::move(writes)), left);
  return outbox;
}

std::optional<Row> grave_of(Database& db, std::int64_t tbl, const Value& key) {
  const Values found = db.first(sql::grave, {tbl, key});
  if (found.empty()) return std::nullopt;
  auto row = row_of(text(found[0]));
  if (!row) db.fail(damaged("tidemark_graves"));
  return row;
}

}  // namespace tidemark::sqlite
