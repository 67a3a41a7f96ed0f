// Letters, rereads and losses, kept and read.
#include "sqlite/letters.h"

#include <utility>

#include "json/canonical.h"
#include "sqlite/keys.h"
#include "sqlite/sql.h"
#include "sqlite/stamps.h"
#include "sqlite/texts.h"
#include "store/local_write.h"
#include "store/losses.h"

namespace tidemark::sqlite {
namespace {

/// Of a letter whose record has no id: where its entry was, is gone.
constexpr Stamp kUnnamedStamp{1, Node{0}};

// Something to show, where there is no id.
std::string shown(const Value& key) {
  if (const auto* words = std::get_if<std::string>(&key)) return json::quoted(utf8_of(*words));
  if (const auto* blob = std::get_if<Blob>(&key)) {
    std::string out;
    for (const std::uint8_t byte : *blob) out += (out.empty() ? "[" : ",") + std::to_string(byte);
    return out.empty() ? "[]" : out + ']';
  }
  return is_null(key) ? R"("null")" : json::quoted(from_column(key));
}

std::optional<DeadLetter> letter_of(Database& db, const Values& row) {
  auto change = change_of(text(row[1]));
  auto held = is_null(row[5]) ? std::optional(Row()) : row_of(text(row[5]));
  if (!change || !held) {
    db.fail(damaged("tidemark_letters"));
    return std::nullopt;
  }
  DeadLetter letter{integer(row[0]), *std::move(change), text(row[2]),
                    text(row[3]),    integer(row[4]),    std::nullopt};
  if (!is_null(row[5])) letter.row = *std::move(held);
  return letter;
}

std::vector<KeptLoss> losses_in(Database& db, const std::vector<Values>& rows) {
  std::vector<KeptLoss> losses;
  for (const Values& row : rows) {
    auto loss = loss_of(text(row[0]));
    if (!loss) db.fail(damaged("tidemark_losses"));
    if (loss) losses.push_back(*std::move(loss));
  }
  return losses;
}

void put_loss(Database& db, const Loss& loss, bool dropped) {
  db.all(sql::loss_put, {loss.table, loss.id, loss.stamp.text(), fields_of(loss), loss.at,
                         std::int64_t{dropped}, text_of(loss, dropped)});
}

std::int64_t losses_since(const Database& db) { return db.now() - stores::kLossMs; }

void trim_losses(Database& db) {
  db.all(sql::losses_trim, {losses_since(db), static_cast<std::int64_t>(stores::kLossesMax)});
}

}  // namespace

Refusal refusal_of(const Error& error) {
  return {std::string(name_of(error.code)),
          error.detail.empty() ? std::string(message_of(error.code)) : error.detail};
}

void add_letter(Database& db, const Change& change, const Refusal& why,
                const std::optional<Row>& row) {
  const Value held = row ? Value(json::canonical(*row)) : Value();
  db.all(sql::letter_add,
         {change.table, change.id, why.code, why.message, db.now(), text_of(change), held});
}

void bury_unnamed(Database& db, Tables& tables, std::span<const Unnamed> unnamed) {
  std::vector<std::int64_t> entries;
  for (const auto& [entry, tbl, key, error] : unnamed) {
    Change change;
    if (const auto rows = tables.find(tbl); rows != tables.end())
      change.table = rows->second.table().name;
    change.id = shown(key);
    change.stamp = kUnnamedStamp;
    add_letter(db, change, refusal_of(error));
    entries.push_back(entry);
  }
  remove_entries(db, entries);
}

std::vector<DeadLetter> read_letters(Database& db) {
  std::vector<DeadLetter> letters;
  for (const Values& row : db.all(sql::letters))
    if (auto letter = letter_of(db, row)) letters.push_back(*std::move(letter));
  return letters;
}

DeadLetter read_letter(Database& db, std::int64_t id) {
  const Values row = db.first(sql::letter, {id});
  if (row.empty()) db.fail(stores::no_letter(id));
  return row.empty() ? DeadLetter() : letter_of(db, row).value_or(DeadLetter());
}

std::int64_t count_letters(Database& db) { return integer(db.one(sql::letter_count)); }

void add_reread(Database& db, const RecordKey& record) {
  db.all(sql::reread_add, {record.table, record.id});
}

void drop_reread(Database& db, const RecordKey& record) {
  db.all(sql::reread_drop, {record.table, record.id});
}

std::uint32_t count_rereads(Database& db) {
  return static_cast<std::uint32_t>(integer(db.one(sql::reread_count)));
}

bool is_reread(Database& db, const RecordKey& record) {
  return db.is(sql::reread_has, {record.table, record.id});
}

std::vector<RecordKey> read_rereads(Database& db, std::int64_t limit) {
  std::vector<RecordKey> records;
  for (const Values& row : db.all(sql::rereads, {limit}))
    records.push_back({text(row[0]), text(row[1])});
  return records;
}

std::uint32_t keep_losses(Database& db, std::span<const Loss> found) {
  std::uint32_t kept = 0;
  for (const Loss& loss : found) {
    const auto held =
        losses_in(db, db.all(sql::losses_of, {loss.table, loss.id, loss.stamp.text()}));
    const std::vector<Loss> known(held.begin(), held.end());
    for (const Loss& fresh : stores::new_losses({&loss, 1}, known)) {
      put_loss(db, fresh, false);
      ++kept;
    }
  }
  if (kept > 0) trim_losses(db);
  return kept;
}

std::vector<Loss> read_losses(Database& db, bool dropped) {
  const auto held = losses_in(db, db.all(sql::losses, {losses_since(db), std::int64_t{dropped}}));
  return {held.begin(), held.end()};
}

void drop_loss(Database& db, const Loss& loss) {
  put_loss(db, stores::dropped(loss, db.now()), true);
  trim_losses(db);
}

}  // namespace tidemark::sqlite
