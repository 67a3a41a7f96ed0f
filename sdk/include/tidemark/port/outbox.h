// What a store hands to its shell to be sent: the outbox. js/src/stores/store.ts has the same for
// TypeScript.
#ifndef TIDEMARK_PORT_OUTBOX_H
#define TIDEMARK_PORT_OUTBOX_H

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/wire.h"

namespace tidemark {

enum class MergeMode : std::uint8_t { field, record };

/// The stamps of a record or of a change to it, without the values: what the core merges.
struct Columns {
  /// The stamp of every field that `fields` does not name; none in a patch.
  std::optional<Stamp> base;
  FieldStamps fields;
  /// When the register `deleted` was last written, and with what.
  Stamp registered;
  bool deleted = false;

  bool operator==(const Columns&) const = default;
};

/// One record's part of one log entry that is not acknowledged yet.
struct LogWrite : RecordKey {
  /// The log entry, and the record's place in it: what acknowledge names.
  std::int64_t entry = 0;
  std::int64_t index = 0;
  /// Writes of one local transaction have the same text, and are sent together.
  std::string transaction;
  Columns columns;
  /// The writer saw no such record before, and this was never sent.
  bool create = false;
  /// A creation that was sent before, and may have arrived.
  bool sent = false;
  /// Known to a hub before it was restored: the cursor at which it was known.
  std::optional<std::string> offer;
  /// Of a creation under a counted key, and of its offer: what it drew.
  std::optional<std::string> born = {};
  /// Later writes of its record that the outbox leaves in the log: `columns` has theirs, too.
  std::vector<LogWrite> carries;
};

/// What is waiting to be sent, oldest first, and the rows that these writes left.
struct Outbox {
  std::vector<LogWrite> writes;
  /// The row as it is now; missing where the record is deleted.
  std::map<RecordKey, Row> rows;
  /// All unacknowledged writes in the log, those that were not loaded included.
  std::uint32_t pending = 0;
  /// The last log entry that `pending` counts; 0: it counts none.
  std::int64_t counted = 0;
  /// Records that the device wants to see whole, at most kRereadsMax of them.
  std::vector<RecordKey> rereads;
  /// How many writes became dead letters as it was read: of rows whose keys nobody can name.
  std::uint32_t refused = 0;
};
/// How many records one exchange reads again: the protocol's `records_max`.
inline constexpr std::size_t kRereadsMax = 500;

/// What was written since a log entry: how many records' writes, and the last entry.
struct NewWrites {
  std::uint32_t count = 0;
  std::int64_t entry = 0;
};

}  // namespace tidemark

#endif  // TIDEMARK_PORT_OUTBOX_H
