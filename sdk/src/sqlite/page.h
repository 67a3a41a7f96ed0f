// Changes of the hub, written to the app's tables: as they are where a record is clean, joined with
// what is pending where it is not. js/src/stores/sqlite/page.ts has the same for TypeScript.
#ifndef TIDEMARK_SQLITE_PAGE_H
#define TIDEMARK_SQLITE_PAGE_H

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sqlite/log.h"
#include "tidemark/ledger.h"

namespace tidemark::sqlite {

/// What came of changes, beside the rows.
struct PageOutcome {
  /// Patches that had no record to patch.
  std::vector<RecordKey> missing;
  /// Records whose pending writes met a change: these may be stamped again.
  std::vector<RecordKey> contested;
  /// The entries that the hub was shown to hold, or something later.
  std::vector<std::int64_t> covered;
  std::vector<Loss> losses;
  /// Records whose rows the database does not let in.
  std::vector<RecordKey> refused;
};

/// Has the records read again whose place in a unique index is free.
void ask_for_free(Database& db, Tables& tables);

/// Pending writes by their record.
using Pending = std::map<RecordKey, std::vector<LogWrite>>;
/// What is pending of these records.
[[nodiscard]] Pending pending_of(Database& db, Tables& tables, std::span<const RecordKey> records);

/// The changes of one page to one table, gathered, and written in an order that fits its indexes.
class TablePage {
 public:
  TablePage(Database& db, TableRows& rows, PageOutcome& outcome)
      : db_(db), rows_(rows), outcome_(outcome) {}

  void apply(std::span<const Change* const> changes, Pending& pending);

 private:
  using Put = std::pair<std::string, Row>;
  void check(const Change& change);
  void meet(const Change& change, Pending& pending);
  void bury(const std::string& id, const Row& row);
  void take_clean(const Change& change);
  void patch(const Change& change);
  void put_all();
  void put_anew(std::vector<Put> left);
  Outcome<Done> put_one(const Put& put);
  Outcome<Done> remove(const std::string& id);
  void drop_letter(const std::string& id);
  void contend(const Put& put, const Error& error);
  void oust(const std::string& rival, const std::string& winner);
  void lose(const std::string& id, const std::string& winner, const Row& row);
  void refuse(const std::string& id, const Error& error);
  /// The page must not wait for the app to choose: gives what refuses a row, fails with the rest.
  template <typename T>
  std::optional<Error> refusal(const Outcome<T>& outcome);

  Database& db_;
  TableRows& rows_;
  PageOutcome& outcome_;
  std::vector<Put> puts_;
  std::vector<std::string> deletes_;
  std::map<std::string, const Change*, std::less<>> changes_;
  /// Whether there are letters: mostly there are none to drop.
  std::optional<bool> has_letters_;
};

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_PAGE_H
