// A page, table by table.
#include "sqlite/page.h"

#include <algorithm>
#include <set>
#include <utility>

#include "json/canonical.h"
#include "sqlite/letters.h"
#include "sqlite/outbox.h"
#include "sqlite/sql.h"
#include "sqlite/stamps.h"
#include "sqlite/texts.h"
#include "store/covered.h"
#include "store/losses.h"
#include "store/pending.h"
#include "store/values.h"

namespace tidemark::sqlite {
namespace {

/// What a letter says whose record is shown once that is no longer so.
constexpr const char* kPlaceTaken = "has its place in a unique index";

bool is_nested(std::string_view value) { return value.starts_with('{') || value.starts_with('['); }

}  // namespace

Pending pending_of(Database& db, Tables& tables, std::span<const RecordKey> records) {
  std::vector<Place> places;
  for (const RecordKey& record : records) {
    const TableRows* rows = rows_of(tables, record.table);
    // A key that has no place here has no writes, either.
    if (const auto key = rows ? rows->key(record.id) : std::nullopt)
      places.push_back({rows->table().tbl, *key});
  }
  Pending pending;
  if (places.empty()) return pending;
  for (LogWrite& write : writes_of(read_writes_of(db, tables, places)))
    pending[write].push_back(std::move(write));
  return pending;
}

void ask_for_free(Database& db, Tables& tables) {
  for (const Values& letter : db.all(sql::letters_saying, {std::string("%") + kPlaceTaken})) {
    TableRows* rows = rows_of(tables, text(letter[0]));
    if (rows == nullptr || !rows->is_synced()) continue;
    const auto row = row_of(text(letter[2]));
    if (!row) return db.fail(damaged("tidemark_letters"));
    // One that has it meanwhile, and has to give it up, makes it no less free.
    const std::string& id = text(letter[1]);
    const auto rivals = rows->rivals(id, *row);
    if (std::none_of(rivals.begin(), rivals.end(), [&](const auto& rival) { return rival < id; }))
      add_reread(db, {text(letter[0]), id});
  }
}

void TablePage::apply(std::span<const Change* const> changes, Pending& pending) {
  for (const Change* change : changes) check(*change);
  std::vector<const Change*> clean;
  for (const Change* change : changes) {
    if (!pending.contains(*change))
      clean.push_back(change);
    else if (!change->absent)
      meet(*change, pending);
  }
  for (const Change* change : clean) take_clean(*change);
  for (const std::string& id : deletes_)
    if (const auto error = refusal(remove(id))) refuse(id, *error);
  for (const Change* change : clean)
    if (change->patch && !change->deleted && !change->absent) patch(*change);
  put_all();
}

void TablePage::check(const Change& change) {
  changes_[change.id] = &change;
  for (const auto& [name, value] : change.row)
    if (is_nested(value) && value != kAbsent)
      if (const auto known = json::canonical(value); !known)
        db_.fail({Errc::bad_reply, change.table + '.' + name + ": " + known.error().detail});
}

void TablePage::meet(const Change& change, Pending& pending) {
  outcome_.contested.push_back(change);
  const auto here = rows_.read(change.id);
  auto row = here;
  if (const auto key = rows_.key(change.id); !row && key)
    row = grave_of(db_, rows_.table().tbl, *key);
  std::vector<LogWrite>& writes = pending[change];
  const Columns local = stores::fold_writes(std::span<const LogWrite>(writes));
  const auto joined = stores::join(local, stores::columns_of(change));
  const Row shown = row.value_or(Row{});
  for (Loss& loss : stores::losses_of(local, shown, change, joined, db_.now()))
    outcome_.losses.push_back(std::move(loss));
  std::set<std::int64_t> covered;
  for (const std::size_t i : stores::covered_by(change, writes, local, shown))
    covered.insert(writes[i].entry);
  outcome_.covered.insert(outcome_.covered.end(), covered.begin(), covered.end());
  std::erase_if(writes, [&](const LogWrite& write) { return covered.contains(write.entry); });
  if (writes.empty()) pending.erase(change);
  auto decision = stores::decide(local, row, change, joined);
  if (decision.kind == stores::Decision::Kind::put)
    puts_.emplace_back(change.id, std::move(decision.row));
  if (decision.kind != stores::Decision::Kind::remove) return;
  deletes_.push_back(change.id);
  if (here) bury(change.id, *here);
}

void TablePage::bury(const std::string& id, const Row& row) {
  if (const auto key = rows_.key(id))
    db_.all(sql::grave_put, {rows_.table().tbl, *key, json::canonical(row)});
}

void TablePage::take_clean(const Change& change) {
  if (change.deleted || change.absent)
    deletes_.push_back(change.id);
  else if (!change.patch)
    puts_.emplace_back(change.id, change.row);
}

// One that a unique index refuses contends with its whole row.
void TablePage::patch(const Change& change) {
  const auto patched = rows_.patch(change.id, change.row);
  if (const auto error = refusal(patched)) {
    auto before = error->code == Errc::constraint ? rows_.read(change.id) : std::nullopt;
    if (!before) return refuse(change.id, *error);
    puts_.emplace_back(change.id, stores::patched_row(*std::move(before), change.row));
  } else if (patched && !*patched) {
    outcome_.missing.push_back(change);
  }
}

// What one row leaves a unique index may be what another needs.
void TablePage::put_all() {
  std::vector<Put> left = std::move(puts_);
  while (!left.empty()) {
    std::vector<Put> refused;
    const std::size_t before = left.size();
    for (Put& put : left)
      if (refusal(put_one(put))) refused.push_back(std::move(put));
    left = std::move(refused);
    if (left.size() == before) return put_anew(std::move(left));
  }
}

// Those that stand in each other's way: what is there of them makes room first.
void TablePage::put_anew(std::vector<Put> left) {
  for (const Put& put : left) refusal(rows_.remove(put.first));
  std::sort(left.begin(), left.end(),
            [](const Put& a, const Put& b) { return json::compare_tagged(a.first, b.first) < 0; });
  for (const Put& put : left)
    if (const auto error = refusal(put_one(put))) contend(put, *error);
}

Outcome<Done> TablePage::put_one(const Put& put) {
  auto done = rows_.put(put.first, put.second);
  if (done) drop_letter(put.first);
  return done;
}

Outcome<Done> TablePage::remove(const std::string& id) {
  auto done = rows_.remove(id);
  if (done) drop_letter(id);
  return done;
}

// What it says of the record is over.
void TablePage::drop_letter(const std::string& id) {
  if (!has_letters_) has_letters_ = count_letters(db_) > 0;
  if (*has_letters_) db_.all(sql::letter_drop_refused, {rows_.table().name, id});
}

// Of the rows that want one place in a unique index the one with the least id has it, whichever
// came first: so all devices show the same one, and all have a letter of the others.
void TablePage::contend(const Put& put, const Error& error) {
  const auto& [id, row] = put;
  const auto rivals =
      error.code == Errc::constraint ? rows_.rivals(id, row) : std::vector<std::string>();
  for (const std::string& rival : rivals)
    if (json::compare_tagged(rival, id) < 0) return lose(id, rival, row);
  if (rivals.empty()) return refuse(id, error);
  for (const std::string& rival : rivals) oust(rival, id);
  if (const auto still = refusal(put_one(put))) refuse(id, *still);
}

void TablePage::oust(const std::string& rival, const std::string& winner) {
  const Row row = rows_.read(rival).value_or(Row{});
  if (is_pending(db_, rows_, rival)) bury(rival, row);
  if (const auto error = refusal(rows_.remove(rival))) return refuse(winner, *error);
  lose(rival, winner, row);
}

void TablePage::lose(const std::string& id, const std::string& winner, const Row& row) {
  const auto own = changes_.find(id);
  Change change;
  change.table = rows_.table().name;
  change.id = id;
  change.stamp = (own == changes_.end() ? changes_.find(winner) : own)->second->stamp;
  change.row = row;
  outcome_.refused.push_back(change);
  const std::string message = change.table + ' ' + id + ": " + winner + ' ' + kPlaceTaken;
  db_.all(sql::letter_drop_refused, {change.table, id});
  add_letter(db_, change, refusal_of({Errc::constraint, message}), row);
}

template <typename T>
std::optional<Error> TablePage::refusal(const Outcome<T>& outcome) {
  if (outcome) return std::nullopt;
  const Error& error = outcome.error();
  if (error.code == Errc::constraint || error.code == Errc::key_unsupported) return error;
  db_.fail(error);
  return std::nullopt;
}

void TablePage::refuse(const std::string& id, const Error& error) {
  Change change = *changes_[id];
  const bool removes = change.deleted || change.absent;
  if (removes && error.code == Errc::key_unsupported) return;  // it was never here
  change.deleted = removes;
  outcome_.refused.push_back(change);
  db_.all(sql::letter_drop_refused, {change.table, id});
  add_letter(db_, change, refusal_of(error));
}

}  // namespace tidemark::sqlite
