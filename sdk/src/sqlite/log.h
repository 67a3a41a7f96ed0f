// The log of a SQLite store: what triggers wrote there, settled and read, and what becomes of it.
// js/src/stores/sqlite/log.ts has the same for TypeScript.
#ifndef TIDEMARK_SQLITE_LOG_H
#define TIDEMARK_SQLITE_LOG_H

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "sqlite/rows.h"
#include "tidemark/port/outbox.h"

namespace tidemark::sqlite {

/// What an entry did; see tidemark_log in sdk/src/sqlite/sql/schema.sql.
namespace op {
inline constexpr std::int64_t kBound = 0, kCreated = 1, kChanged = 2, kWhole = 3, kDeleted = 4,
                              kCreatedAndSent = 5, kFound = 6;
}  // namespace op

/// A write with what the log alone says of it.
struct Logged {
  LogWrite write;
  std::int64_t tbl = 0;
  Value key;
  /// The entry it was written as, if it was put off.
  std::int64_t place = 0;
};

/// An entry that can never be sent.
struct Unnamed {
  std::int64_t entry = 0;
  std::int64_t tbl = 0;
  Value key;
  Error error;
};

/// Below all entries: what was adopted and what is offered stand in front, with negative numbers.
inline constexpr std::int64_t kBeforeAll = -(std::int64_t{1} << 52);
inline constexpr std::size_t kAllWrites = std::numeric_limits<std::size_t>::max();

/// The writes of the log, oldest first, `limit` of them at most; `unnamed` gets the entries whose
/// keys have no id.
[[nodiscard]] std::vector<Logged> read_writes(Database& db, Tables& tables,
                                              std::size_t limit = kAllWrites,
                                              std::vector<Unnamed>* unnamed = nullptr);
/// What the log has behind `entry` of the records that are written up to it.
[[nodiscard]] std::vector<Logged> read_behind(Database& db, Tables& tables, std::int64_t entry);
/// A record as the log names it.
struct Place {
  std::int64_t tbl = 0;
  Value key;

  auto operator<=>(const Place&) const = default;
};
/// The writes of some records.
[[nodiscard]] std::vector<Logged> read_writes_of(Database& db, Tables& tables,
                                                 std::span<const Place> records);
/// The port's part of them.
[[nodiscard]] std::vector<LogWrite> writes_of(std::vector<Logged> logged);

/// Settles what triggers could only note, drops what changed nothing, and ends what is committed.
/// What was settled before is not looked at.
void settle_log(Database& db, Tables& tables);

struct Count {
  std::uint32_t pending = 0;
  /// The last entry of these.
  std::int64_t counted = 0;
};
[[nodiscard]] Count count_log(Database& db);
[[nodiscard]] std::int64_t last_entry(Database& db);
[[nodiscard]] bool is_pending(Database& db, const TableRows& rows, const std::string& id);
/// What is behind `entry`, boundaries included.
void remove_after(Database& db, std::int64_t entry);
void remove_entries(Database& db, std::span<const std::int64_t> entries);
/// Makes whole writes of these, at the stamps that they have.
void make_whole(Database& db, std::span<const LogWrite> writes);
/// Puts these off, behind all that is in the log now.
void put_off(Database& db, std::span<const LogWrite> writes);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_LOG_H
