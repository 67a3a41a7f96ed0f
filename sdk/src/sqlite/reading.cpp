// Resets and sweeps.
#include "sqlite/reading.h"

#include <algorithm>
#include <utility>

#include "sqlite/letters.h"
#include "sqlite/page.h"
#include "sqlite/sql.h"
#include "sqlite/stamps.h"
#include "sqlite/texts.h"
#include "sqlite/unrecorded.h"

namespace tidemark::sqlite {
namespace {

// In front of all else, so that what was written since finds its record.
void put_offers(const Committing& on, std::span<const stores::Offer> offers,
                const std::string& at) {
  std::int64_t entry = first_entry(on.db) - std::ssize(offers);
  for (const stores::Offer& offer : offers) {
    const TableRows* rows = rows_of(on.tables, offer.table);
    const auto key = rows ? rows->key(offer.id) : std::nullopt;
    if (!key) continue;
    const Columns& columns = offer.columns;
    const std::int64_t code = columns.deleted ? op::kDeleted : op::kWhole;
    on.db.all(sql::log_add, {entry++,
                             rows->table().tbl,
                             *key,
                             code,
                             value_or_null(offer.born),
                             time_of(columns.registered),
                             node_number(columns.registered.node),
                             {},
                             at,
                             text_of(columns)});
  }
}

std::vector<stores::Offer> offers_past(const Committing& on, std::int64_t seq) {
  auto heads = stores::fold_heads(take_journal(on.db, seq));
  const std::vector<RecordKey> records(heads.begin(), heads.end());
  const Pending pending = pending_of(on.db, on.tables, records);
  return stores::offers_of(std::move(heads), [&](const RecordKey& record) {
    const auto found = pending.find(record);
    return found == pending.end() ? std::vector<LogWrite>() : found->second;
  });
}

void mark_letters(const Committing& on) {
  for (const Values& row : on.db.all(sql::letter_records)) {
    const TableRows* rows = rows_of(on.tables, text(row[0]));
    const auto key = rows && rows->exists() ? rows->key(text(row[1])) : std::nullopt;
    if (key) on.db.all(sql::shown_add, {rows->table().tbl, *key});
  }
}

// Of what was to be read again, what is pending.
void keep_rereads(const Committing& on) {
  for (const RecordKey& record : read_rereads(on.db, -1)) {
    const TableRows* rows = rows_of(on.tables, record.table);
    if (rows == nullptr || !is_pending(on.db, *rows, record.id)) drop_reread(on.db, record);
  }
}

}  // namespace

void apply_reset(const Committing& on, State& state, const Reset& reset) {
  if (reset.offer) {
    const std::string at = reset.cursor.value_or(state.known.value_or(""));
    put_offers(on, offers_past(on, *reset.offer), at);
  }
  if (reset.adopt) {
    std::set<std::int64_t> all;
    for (const auto& [tbl, rows] : on.tables) all.insert(tbl);
    adopt_rows(on, false, all);
  }
  // The next epoch counts anew.
  state.safe = 0;
  read_again(on.db, state, !reset.adopt, reset.known);
}

std::int64_t first_entry(Database& db) {
  return std::min<std::int64_t>(1, integer(db.one(sql::log_first)));
}

void read_again(Database& db, State& state, bool sweeping, const Cursor& known) {
  db.all(sql::shown_clear);
  stores::move_cursor(state, std::nullopt, known);
  state.sweeping = sweeping;
  state.old = last_of_journal(db);
}

void adopt_rows(const Committing& on, bool create, const std::set<std::int64_t>& only) {
  for (const auto& [tbl, rows] : on.tables) {
    if (!rows.is_synced() || !only.contains(tbl)) continue;
    const Value adopted = on.db.one(sql::log_adopted);
    const std::int64_t code = create ? op::kCreated : op::kWhole;
    on.db.all(rows.table().texts.adopt, {first_entry(on.db), code, adopted, node_number(on.node)});
  }
}

void sweep(const Committing& on, State& state) {
  on.db.all(sql::shown_pending);
  mark_letters(on);
  unrecorded(on.db, on.triggers, kManyRows, [&] {
    for (const auto& [tbl, rows] : on.tables)
      if (rows.is_synced()) on.db.all(rows.table().texts.sweep);
    return Done{};
  });
  on.db.all(sql::shown_clear);
  on.db.all(sql::journal_drop_old, {state.old});
  state.old = 0;
  keep_rereads(on);
  state.sweeping = false;
}

}  // namespace tidemark::sqlite
