// Which records are to move to other numbers.
#include "sqlite/renumber.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "json/keys.h"
#include "sqlite/letters.h"
#include "sqlite/move.h"
#include "sqlite/outbox.h"
#include "sqlite/page.h"
#include "sqlite/sql.h"
#include "sqlite/texts.h"
#include "sqlite/unrecorded.h"
#include "store/carried.h"
#include "store/columns.h"
#include "store/pending.h"

namespace tidemark::sqlite {
namespace {

using Result = Acknowledgement::Result;

/// The records of one table that are to get other keys.
struct Crowd {
  std::set<std::int64_t> keys;
  /// The greatest number that is known to be taken elsewhere.
  std::int64_t past = 0;
};
using Crowds = std::map<std::int64_t, Crowd>;

// No hub took these: they say that they create when they are sent again.
void take_back(Database& db, const StoreCommit& commit) {
  std::vector<LogWrite> deferred;
  for (const Acknowledgement& each : commit.acknowledged)
    if (each.result == Result::deferred) deferred.push_back(each.write);
  std::vector<std::int64_t> created;
  for (const LogWrite& write : stores::all_sent_with(deferred))
    if (write.create) created.push_back(write.entry);
  if (!created.empty()) db.all(sql::log_untaken, {text_of(created)});
}

std::optional<std::string> born_of(const std::vector<LogWrite>& writes) {
  for (const LogWrite& write : writes)
    if (write.born) return write.born;
  return std::nullopt;
}

/// Whether a change is of another record than the one that is pending under its key.
bool is_other(const Change& change, const std::vector<LogWrite>& writes) {
  const auto born = born_of(writes);
  if (!born || change.born == born) return false;
  if (change.born) return true;
  // An endpoint that keeps no births tells ours by its stamps.
  std::set<Stamp> stamps{change.stamp};
  for (const auto& [name, at] : change.fields) stamps.insert(at);
  return std::none_of(writes.begin(), writes.end(), [&](const LogWrite& write) {
    return stamps.contains(write.columns.registered);
  });
}

/// A row that was here before it was synced and is there just so: the two files were one once.
bool is_copy(TableRows& rows, const Change& change, const std::vector<LogWrite>& writes) {
  for (const LogWrite& write : writes)
    if (!stores::is_adoption(write.columns.registered)) return false;
  if (change.patch || change.deleted) return false;
  return rows.read(change.id).value_or(Row{}) == change.row;
}

void add(const TableRows& rows, const std::string& id, std::int64_t past, Crowds& crowds) {
  const auto key = rows.key(id);
  const auto* number = key ? std::get_if<std::int64_t>(&*key) : nullptr;
  if (number == nullptr) return;
  Crowd& crowd = crowds[rows.table().tbl];
  crowd.keys.insert(*number);
  crowd.past = std::max(crowd.past, past);
}

std::vector<const Change*> shown_by(const StoreCommit& commit) {
  std::vector<const Change*> shown;
  for (const Change& change : commit.records) shown.push_back(&change);
  for (const Change& change : commit.changes) shown.push_back(&change);
  return shown;
}

/// Holds what is shown against the creations that are pending under the same keys.
void meet_others(const Committing& on, const std::vector<const Change*>& shown, Crowds& crowds) {
  std::vector<const Change*> met;
  std::vector<RecordKey> records;
  for (const Change* change : shown) {
    const TableRows* rows = rows_of(on.tables, change->table);
    if (change->absent || rows == nullptr || !rows->table().counted || !rows->exists()) continue;
    met.push_back(change);
    records.push_back(*change);
  }
  if (met.empty()) return;
  const Pending pending = pending_of(on.db, on.tables, records);
  for (const Change* change : met) {
    const auto writes = pending.find(*change);
    TableRows& rows = *rows_of(on.tables, change->table);
    if (writes == pending.end() || !is_other(*change, writes->second)) continue;
    if (is_copy(rows, *change, writes->second))
      on.db.all(sql::log_known, {rows.table().tbl, rows.key(change->id).value_or(Value())});
    else
      add(rows, change->id, 0, crowds);
  }
}

void add_collided(const Committing& on, const Acknowledgement& each, Crowds& crowds) {
  const TableRows* rows = rows_of(on.tables, each.write.table);
  const auto key = rows && rows->exists() ? rows->key(each.write.id) : std::nullopt;
  if (!key) return;
  // A copy, as the page has shown meanwhile.
  const Place place{rows->table().tbl, *key};
  if (born_of(writes_of(read_writes_of(on.db, on.tables, {&place, 1}))))
    add(*rows, each.write.id, each.past, crowds);
}

std::int64_t number_of(const std::string& id) {
  const auto key = json::key_of(id);
  const auto* number = key ? std::get_if<std::int64_t>(&key->is) : nullptr;
  return number ? *number : 0;
}

bool is_here(const Committing& on, TableRows& rows, std::int64_t key) {
  return rows.has(std::to_string(key)) || grave_of(on.db, rows.table().tbl, key).has_value();
}

/// A record that the app's schema lets have no other number makes room as a letter.
void bury(const Committing& on, TableRows& rows, std::int64_t key, const std::string& message) {
  const std::int64_t tbl = rows.table().tbl;
  const Place place{tbl, key};
  const auto writes = writes_of(read_writes_of(on.db, on.tables, {&place, 1}));
  if (writes.empty()) return;
  Change change;
  change.table = rows.table().name;
  change.id = std::to_string(key);
  change.stamp = stores::fold_writes(writes).registered;
  change.born = born_of(writes);
  auto row = rows.read(change.id);
  if (!row) row = grave_of(on.db, tbl, key);
  change.row = row.value_or(Row{});
  // Not `constraint`: that is forgotten once the record under this key finds a place.
  const std::string why = change.table + ' ' + change.id + ": " + message;
  add_letter(on.db, change, {std::string(name_of(Errc::key_unsupported)), why}, change.row);
  on.db.all(sql::log_drop_record, {tbl, key});
  const auto removed = unrecorded(on.db, on.triggers, 1, [&] { return rows.remove(change.id); });
  if (!removed) on.db.fail(removed.error());
}

/// Returns how many became letters.
std::uint32_t renumber(const Committing& on, TableRows& rows, const Crowd& crowd) {
  std::vector<std::int64_t> here;
  for (const std::int64_t key : crowd.keys) {
    add_reread(on.db, {rows.table().name, std::to_string(key)});
    if (is_here(on, rows, key))
      here.push_back(key);
    else
      // It was deleted before any other device saw it.
      on.db.all(sql::log_drop_record, {rows.table().tbl, key});
  }
  const auto refused = [&](std::span<const std::int64_t> keys) {
    return on.db.nested([&] { move_records(on, rows, keys, crowd.past); });
  };
  if (here.empty() || !refused(here)) return 0;
  std::uint32_t letters = 0;
  for (const std::int64_t& key : here)
    if (const auto why = refused({&key, 1})) {
      bury(on, rows, key, *why);
      ++letters;
    }
  return letters;
}

}  // namespace

std::uint32_t make_room(const Committing& on, const StoreCommit& commit) {
  take_back(on.db, commit);
  const auto shown = shown_by(commit);
  Crowds crowds;
  meet_others(on, shown, crowds);
  for (const Acknowledgement& each : commit.acknowledged)
    if (each.result == Result::collision) add_collided(on, each, crowds);
  std::uint32_t letters = 0;
  for (auto& [tbl, crowd] : crowds) {
    TableRows& rows = on.tables.at(tbl);
    for (const Change* change : shown)
      if (change->table == rows.table().name)
        crowd.past = std::max(crowd.past, number_of(change->id));
    letters += renumber(on, rows, crowd);
  }
  return letters;
}

}  // namespace tidemark::sqlite
