// Records under other numbers, with all that refers to them.
#include "sqlite/move.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "sqlite/letters.h"
#include "sqlite/local.h"
#include "sqlite/sql.h"
#include "sqlite/unrecorded.h"

namespace tidemark::sqlite {
namespace {

std::vector<Values> run(Database& db, std::int64_t tbl, std::string_view wanted) {
  std::vector<Values> rows;
  for (const Values& each : db.all(sql::renumber_texts, {tbl}))
    if (text(each[0]) == wanted)
      for (Values& row : db.all(text(each[1]))) rows.push_back(std::move(row));
  return rows;
}

/// Several devices offer a record that a hub has lost: each gives it the same number, far above
/// those that are counted, and within 31 bits.
std::int64_t offered_number(const std::string& born) {
  std::uint32_t bits = 0;
  std::from_chars(born.data(), born.data() + std::min<std::size_t>(8, born.size()), bits, 16);
  return (std::int64_t{1} << 30) + (bits >> 2);
}

/// One table whose records move.
class Move {
 public:
  Move(const Committing& on, TableRows& rows, std::span<const std::int64_t> keys, std::int64_t past)
      : on_(on), db_(on.db), rows_(rows), tbl_(rows.table().tbl) {
    for (const std::int64_t key : keys) here_.push_back({tbl_, key});
    last_ = std::max(past, greatest_number(db_, tbl_));
  }

  void run_all() {
    add_moves();
    unrecorded(db_, on_.triggers, here_.size(), [&] {
      for (const char* kind : {"late", "row", "keys", "refs"}) run(db_, tbl_, kind);
      return Done{};
    });
    raise_sequence();
    for (const auto statement : {sql::moves_log, sql::moves_graves, sql::moves_extras})
      db_.all(statement);
    create_moved();
    const std::int64_t last = last_entry(db_);
    {
      const Silenced quiet(db_, on_.triggers);
      run(db_, tbl_, "fields");
    }
    db_.all(sql::moves_unsent, {last});
    settle_log(db_, on_.tables);
    db_.all(sql::moves_clear);
  }

 private:
  void add_moves() {
    std::map<Value, std::string> offered;
    for (const Logged& each : read_writes_of(db_, on_.tables, here_))
      if (each.write.offer && each.write.born) offered[each.key] = *each.write.born;
    std::string moves;
    for (const Place& place : here_) {
      const auto born = offered.find(place.key);
      const std::int64_t now = born == offered.end() ? next() : offered_number(born->second);
      greatest_ = std::max(greatest_, now);
      moves += (moves.empty() ? "[[" : ",[") + std::to_string(integer(place.key)) + ',' +
               std::to_string(now) + ']';
    }
    db_.all(sql::moves_add, {tbl_, moves + ']'});
  }

  std::int64_t next() {
    if (last_ < kSafeMax) return ++last_;
    // As SQLite itself does it where the greatest number is taken.
    for (;;) {
      const std::int64_t number = integer(db_.one(sql::random_number));
      if (!rows_.has(std::to_string(number))) return number;
    }
  }

  void raise_sequence() {
    const bool counts =
        db_.is("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence')");
    if (counts) db_.all(sql::sequence_raise, {rows_.table().name, greatest_});
  }

  // Records whose keys refer to what moved are others now: created under their new keys, and read
  // again under their old ones, which may be another device's, too.
  void create_moved() {
    for (const Values& made : db_.all(sql::moves_made, {tbl_})) {
      const auto rows = on_.tables.find(integer(made[0]));
      if (rows == on_.tables.end()) continue;
      const auto old = rows->second.id(made[1]), now = rows->second.id(made[2]);
      if (old) add_reread(db_, {rows->second.table().name, *old});
      if (now) log_write(db_, rows->second, *now, op::kCreated);
    }
  }

  const Committing& on_;
  Database& db_;
  TableRows& rows_;
  std::int64_t tbl_;
  std::vector<Place> here_;
  std::int64_t last_ = 0;
  std::int64_t greatest_ = 0;
};

}  // namespace

void move_records(const Committing& on, TableRows& rows, std::span<const std::int64_t> keys,
                  std::int64_t past) {
  Move(on, rows, keys, past).run_all();
}

std::int64_t greatest_number(Database& db, std::int64_t tbl) {
  const auto rows = run(db, tbl, "most");
  return rows.empty() ? 0 : std::min(integer(rows.front().front()), kSafeMax);
}

}  // namespace tidemark::sqlite
