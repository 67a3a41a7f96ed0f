// An exchange, in its order.
#include "sqlite/commit.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "sqlite/letters.h"
#include "sqlite/outbox.h"
#include "sqlite/page.h"
#include "sqlite/reading.h"
#include "sqlite/renumber.h"
#include "sqlite/sql.h"
#include "sqlite/stamps.h"
#include "sqlite/state.h"
#include "sqlite/unrecorded.h"
#include "store/losses.h"

namespace tidemark::sqlite {
namespace {

using Result = Acknowledgement::Result;

void bury(const Committing& on, const Change& change, const Acknowledgement& why) {
  std::optional<Row> row;
  if (TableRows* rows = rows_of(on.tables, change.table)) {
    row = rows->read(change.id);
    const auto key = rows->key(change.id);
    if (!row && key) row = grave_of(on.db, rows->table().tbl, *key);
  }
  add_letter(on.db, change, {why.code.empty() ? "internal" : why.code, why.message}, row);
  if (change.deleted) add_reread(on.db, change);
}

std::vector<LogWrite> writes_with(const StoreCommit& commit, Result result) {
  std::vector<LogWrite> writes;
  for (const Acknowledgement& each : commit.acknowledged)
    if (each.result == result) writes.push_back(each.write);
  return writes;
}

/// Returns the changes that became letters.
std::vector<const Change*> acknowledge(const Committing& on, const StoreCommit& commit) {
  // Several writes may have been one change.
  std::map<std::size_t, const Acknowledgement*> dead;
  std::vector<std::int64_t> done;
  for (const Acknowledgement& each : commit.acknowledged) {
    if (each.result == Result::dead && each.change && *each.change < commit.pushed.size())
      dead[*each.change] = &each;
    if (each.result == Result::sent || each.result == Result::dead)
      done.push_back(each.write.entry);
  }
  std::vector<const Change*> refused;
  for (const auto& [i, why] : dead) {
    bury(on, commit.pushed[i], *why);
    refused.push_back(&commit.pushed[i]);
  }
  make_whole(on.db, writes_with(commit, Result::need_full));
  put_off(on.db, writes_with(commit, Result::later));
  remove_entries(on.db, done);
  on.db.all(sql::log_bound);
  return refused;
}

/// The records of these that were not deletes: what is here of them, the journal does not know.
void doubt(Database& db, const std::vector<const Change*>& refused) {
  std::vector<RecordKey> records;
  for (const Change* change : refused)
    if (!change->deleted) records.push_back(*change);
  keep_doubts(db, records);
}

/// What the hub took, held against what the app shows.
void show_taken(const Committing& on, const Change& change, std::vector<Loss>& losses) {
  TableRows* rows = rows_of(on.tables, change.table);
  // Of a table that is no longer synced, nobody records what the app writes.
  if (rows == nullptr || !rows->is_synced()) return;
  const auto row = rows->read(change.id);
  if (!change.deleted && !row) add_reread(on.db, change);
  if (!change.deleted || !row || is_pending(on.db, *rows, change.id)) return;
  losses.push_back(stores::loss_of_shown(change, *row, change.stamp, change.stamp, on.db.now()));
  if (const auto removed = rows->remove(change.id); !removed) on.db.fail(removed.error());
}

/// Returns what deletes took with them.
std::vector<Loss> show_all_taken(const Committing& on, const StoreCommit& commit) {
  std::set<std::size_t> taken;
  std::vector<Loss> losses;
  for (const Acknowledgement& each : commit.acknowledged)
    if (each.result == Result::sent && each.change && *each.change < commit.pushed.size())
      if (taken.insert(*each.change).second) show_taken(on, commit.pushed[*each.change], losses);
  return losses;
}

void apply(const Committing& on, std::span<const Change> changes, Pending& pending,
           PageOutcome& outcome) {
  std::vector<TableRows*> order;
  std::map<TableRows*, std::vector<const Change*>> of;
  for (const Change& change : changes) {
    TableRows* rows = rows_of(on.tables, change.table);
    if (rows == nullptr || !rows->is_synced()) continue;
    if (!of.contains(rows)) order.push_back(rows);
    of[rows].push_back(&change);
  }
  for (TableRows* rows : order) TablePage(on.db, *rows, outcome).apply(of[rows], pending);
}

/// Takes what was covered out of the log, and adds what is to be read again.
void settle(Database& db, const PageOutcome& outcome) {
  remove_entries(db, outcome.covered);
  for (const RecordKey& record : outcome.missing) add_reread(db, record);
  for (const RecordKey& record : outcome.contested) add_reread(db, record);
}

/// Remembers what a page showed.
void mark_shown(const Committing& on, std::span<const Change> changes) {
  for (const Change& change : changes) {
    const TableRows* rows = rows_of(on.tables, change.table);
    const auto key = rows && rows->exists() ? rows->key(change.id) : std::nullopt;
    if (key) on.db.all(sql::shown_add, {rows->table().tbl, *key});
  }
}

PageOutcome take_changes(const Committing& on, bool sweeping, const StoreCommit& commit) {
  PageOutcome outcome;
  Pending pending;
  if (count_log(on.db).pending > 0) {
    std::vector<RecordKey> records(commit.records.begin(), commit.records.end());
    records.insert(records.end(), commit.changes.begin(), commit.changes.end());
    pending = pending_of(on.db, on.tables, records);
  }
  for (const Change& record : commit.records) drop_reread(on.db, record);
  apply(on, commit.records, pending, outcome);
  settle(on.db, outcome);
  if (sweeping) mark_shown(on, commit.changes);
  if (count_rereads(on.db) > 0)
    for (const Change& change : commit.changes)
      if (!change.patch) drop_reread(on.db, change);
  apply(on, commit.changes, pending, outcome);
  settle(on.db, outcome);
  return outcome;
}

void take_state(State& state, const StoreCommit& commit) {
  if (commit.clock) state.clock = commit.clock;
  if (commit.offset_ms) state.offset_ms = commit.offset_ms;
  if (!state.hub) state.hub = commit.hub;
}

/// Where the reading stands after this page.
void move(const Committing& on, State& state, const StoreCommit& commit, bool moved) {
  if (commit.reset)
    apply_reset(on, state, *commit.reset);
  else if (commit.page && !moved)
    stores::move_cursor(state, commit.page->cursor);
  if (commit.complete && state.sweeping && !moved && !commit.reset) sweep(on, state);
}

CommitResult result_of(const Committing& on, const State& state) {
  CommitResult result;
  const auto [pending, counted] = count_log(on.db);
  result.pending = pending;
  result.counted = counted;
  result.rereads = count_rereads(on.db);
  result.sweeping = state.sweeping;
  result.cursor = state.cursor;
  result.known = state.known;
  result.tables = covered_names(on.tables);
  return result;
}

}  // namespace

CommitResult apply_commit(const Committing& on, const StoreCommit& commit, std::int64_t term) {
  Database& db = on.db;
  State state = read_state(db);
  if (state.term != term) db.fail({Errc::closed, "another context took the lead"});
  settle_log(db, on.tables);
  // A cursor that moved meanwhile did so because another context added a table, which is to be read
  // from the beginning.
  const bool moved = commit.page && commit.page->after != state.cursor;
  const auto refused = acknowledge(on, commit);
  doubt(db, refused);
  const std::uint32_t unplaced = make_room(on, commit);
  auto losses = unrecorded(db, on.triggers, commit.acknowledged.size(),
                           [&] { return show_all_taken(on, commit); });
  take_state(state, commit);
  const auto outcome = unrecorded(db, on.triggers, commit.changes.size() + commit.records.size(),
                                  [&] { return take_changes(on, state.sweeping, commit); });
  move(on, state, commit, moved);
  keep_journal(db, state, commit);
  keep_doubts(db, outcome.refused);
  ask_for_free(db, on.tables);
  db.all(sql::graves_drop);
  db.all(sql::log_unbind);
  if (commit.clock) db.all(sql::log_raise, {time_of(*commit.clock)});
  put_state(db, state);
  CommitResult result = result_of(on, state);
  losses.insert(losses.end(), outcome.losses.begin(), outcome.losses.end());
  result.losses = keep_losses(db, losses);
  result.missing = static_cast<std::uint32_t>(outcome.missing.size());
  result.refused = static_cast<std::uint32_t>(refused.size() + outcome.refused.size()) + unplaced;
  return result;
}

std::vector<std::string> covered_names(const Tables& tables) {
  std::vector<std::string> names;
  for (const auto& [tbl, rows] : tables)
    if (rows.table().covered) names.push_back(rows.table().name);
  return names;
}

}  // namespace tidemark::sqlite
