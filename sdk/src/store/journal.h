// The journal: what a device keeps of what the hub is known to hold, as heads without values, for a
// hub that is restored to an earlier state. Folded into what is offered to it again.
// js/src/stores/journal.ts has the same for TypeScript.
#ifndef TIDEMARK_STORE_JOURNAL_H
#define TIDEMARK_STORE_JOURNAL_H

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "columns.h"
#include "tidemark/port/exchange.h"

namespace tidemark::stores {

struct JournalHead : ChangeHead {
  /// A write of the record was refused, or fell below what it had met, so what is here is not what
  /// the hub's stamps are of: all that the journal says of it before is dropped.
  bool doubt = false;
};

/// What one exchange showed the hub to hold.
struct JournalEntry {
  /// The greatest seq of it.
  std::int64_t seq = 0;
  std::vector<JournalHead> heads;
  /// From before the reading under way, which brings all of it again.
  bool old = false;
};

struct Offer : RecordKey {
  Columns columns;
  /// What its creation drew, where a head says so.
  std::optional<std::string> born = std::nullopt;
};

/// Sets the cursor; where it is given up, `known` (or else the cursor so far) is what is known of
/// the hub all the same.
void move_cursor(SyncState& state, const Cursor& cursor, const Cursor& known = std::nullopt);

[[nodiscard]] JournalHead doubt_of(const RecordKey& record);

/// The join of all heads of each record since it was in doubt, in the order of the first ones.
[[nodiscard]] std::vector<Offer> fold_heads(std::span<const JournalEntry> entries);

/// The writes of a record that are pending.
using PendingOf = std::function<std::vector<LogWrite>(const RecordKey&)>;
/// What of the heads a hub is offered. A delete that lost to what is pending of its record is not:
/// the row that is shown is, or the hub would make it of older values once that comes.
[[nodiscard]] std::vector<Offer> offers_of(std::vector<Offer> heads, const PendingOf& pending_of);

}  // namespace tidemark::stores

#endif  // TIDEMARK_STORE_JOURNAL_H
