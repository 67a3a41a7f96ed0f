// State and journal, kept and read.
#include "sqlite/state.h"

#include <cmath>
#include <utility>

#include "sqlite/sql.h"
#include "sqlite/stamps.h"
#include "sqlite/texts.h"

namespace tidemark::sqlite {
namespace {

// JavaScript may know it to half a millisecond.
std::optional<std::int64_t> offset_of(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return std::llround(*real);
  return is_null(value) ? std::nullopt : std::optional(integer(value));
}

}  // namespace

State read_state(Database& db) {
  const Values row = db.first(sql::state);
  State state;
  if (row.empty()) {
    db.fail({Errc::storage_damaged, "its sync state is gone"});
    return state;
  }
  state.device = text(row[0]);
  state.term = integer(row[1]);
  state.cursor = maybe_text(row[2]);
  state.known = maybe_text(row[3]);
  if (!is_null(row[4])) {
    const auto clock = Stamp::parse(text(row[4]));
    if (!clock) db.fail(damaged("tidemark_state"));
    if (clock) state.clock = *clock;
  }
  state.offset_ms = offset_of(row[5]);
  state.hub = maybe_text(row[6]);
  state.sweeping = integer(row[7]) == 1;
  state.safe = integer(row[8]);
  state.old = integer(row[9]);
  return state;
}

void put_state(Database& db, const State& state) {
  const Value clock = state.clock ? Value(state.clock->text()) : Value();
  const Value offset = state.offset_ms ? Value(*state.offset_ms) : Value();
  db.all(sql::state_put,
         {state.device, state.term, value_or_null(state.cursor), value_or_null(state.known), clock,
          offset, value_or_null(state.hub), std::int64_t{state.sweeping}, state.safe, state.old});
  db.all(sql::clock_put, {ahead_of(state.offset_ms)});
}

void keep_journal(Database& db, State& state, const StoreCommit& commit) {
  // What comes with a reset counts in another epoch.
  const std::int64_t safe = commit.reset ? 0 : commit.safe.value_or(0);
  if (safe > state.safe) {
    db.all(sql::journal_drop_safe, {safe});
    state.safe = safe;
  }
  if (!commit.seq || *commit.seq <= safe || commit.journal.empty()) return;
  std::vector<stores::JournalHead> heads;
  for (const ChangeHead& head : commit.journal) heads.push_back({head, false});
  db.all(sql::journal_add, {*commit.seq, text_of(heads)});
}

void keep_doubts(Database& db, std::span<const RecordKey> records) {
  if (records.empty()) return;
  const Values last = db.first(sql::journal_last);
  if (last.empty()) return;
  std::vector<stores::JournalHead> doubts;
  for (const RecordKey& record : records) doubts.push_back(stores::doubt_of(record));
  db.all(sql::journal_add, {last[1], text_of(doubts)});
}

std::vector<stores::JournalEntry> take_journal(Database& db, std::int64_t seq) {
  std::vector<stores::JournalEntry> entries;
  for (const Values& row : db.all(sql::journal_past, {seq})) {
    auto heads = heads_of(text(row[1]));
    if (!heads) db.fail(damaged("tidemark_journal"));
    if (heads) entries.push_back({integer(row[0]), *std::move(heads), false});
  }
  db.all(sql::journal_drop_past, {seq});
  return entries;
}

std::int64_t last_of_journal(Database& db) { return integer(db.one(sql::journal_last)); }

}  // namespace tidemark::sqlite
