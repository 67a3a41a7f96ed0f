// What a write on the app's behalf leaves, and what it says: a retried letter, an undone loss; and
// what the log says of each record. js/src/stores/local-write.ts has the same for TypeScript.
#ifndef TIDEMARK_STORE_LOCAL_WRITE_H
#define TIDEMARK_STORE_LOCAL_WRITE_H

#include <optional>
#include <string>
#include <vector>

#include "tidemark/ledger.h"
#include "tidemark/port/exchange.h"

namespace tidemark::stores {

/// `row` none: a delete. `fields` none: all of them.
struct Written {
  std::optional<Row> row;
  std::optional<std::vector<std::string>> fields;
  bool create = false;
};

/// What `change` makes of `before`; none: nothing. `letter`: it is retried, so it is written even
/// where nothing differs, and a record that is gone has the letter's row.
[[nodiscard]] std::optional<Written> written_by(const LocalWrite& change,
                                                const std::optional<Row>& before, MergeMode merge,
                                                const DeadLetter* letter = nullptr);
/// The write that a letter's retry makes.
[[nodiscard]] LocalWrite write_of(const Change& refused);
/// The columns of what was written, at `stamp`.
[[nodiscard]] Columns columns_of(const Written& written, Stamp stamp);

[[nodiscard]] Error no_letter(std::int64_t id);
/// Errc::reread_pending for a refused delete whose record is to be read again: until then, what it
/// takes with it is not what its user has seen.
[[nodiscard]] Outcome<Done> check_retry(const DeadLetter& letter, bool is_reread);

/// What an outbox with all writes says of each record.
[[nodiscard]] std::vector<PendingRecord> pending_records_of(const Outbox& outbox);

}  // namespace tidemark::stores

#endif  // TIDEMARK_STORE_LOCAL_WRITE_H
