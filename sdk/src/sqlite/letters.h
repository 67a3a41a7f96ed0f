// Dead letters, rereads and losses of a SQLite store. js/src/stores/sqlite/letters.ts has the same
// for TypeScript.
#ifndef TIDEMARK_SQLITE_LETTERS_H
#define TIDEMARK_SQLITE_LETTERS_H

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sqlite/log.h"
#include "tidemark/ledger.h"

namespace tidemark::sqlite {

/// Why a change became a letter.
struct Refusal {
  std::string code;
  std::string message;
};
[[nodiscard]] Refusal refusal_of(const Error& error);

/// A letter of `change`; `row`: the record's at that time.
void add_letter(Database& db, const Change& change, const Refusal& why,
                const std::optional<Row>& row = std::nullopt);
/// Of what was written under keys that no device can name.
void bury_unnamed(Database& db, Tables& tables, std::span<const Unnamed> unnamed);
[[nodiscard]] std::vector<DeadLetter> read_letters(Database& db);
/// Fails with Errc::bad_input where there is none.
[[nodiscard]] DeadLetter read_letter(Database& db, std::int64_t id);
[[nodiscard]] std::int64_t count_letters(Database& db);

void add_reread(Database& db, const RecordKey& record);
void drop_reread(Database& db, const RecordKey& record);
[[nodiscard]] std::uint32_t count_rereads(Database& db);
[[nodiscard]] bool is_reread(Database& db, const RecordKey& record);
/// `limit` of them at most; below 0: all.
[[nodiscard]] std::vector<RecordKey> read_rereads(Database& db, std::int64_t limit);

/// Keeps those that are new, and drops the oldest; returns how many were new.
std::uint32_t keep_losses(Database& db, std::span<const Loss> found);
/// Those that are kept, or that were dropped.
[[nodiscard]] std::vector<Loss> read_losses(Database& db, bool dropped);
void drop_loss(Database& db, const Loss& loss);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_LETTERS_H
