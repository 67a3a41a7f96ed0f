// What a memory database holds, and what its steps do to it. A step that may fail works on a copy,
// which replaces the original once all of it succeeded. js/src/stores/memory-*.ts are the same for
// TypeScript.
#ifndef TIDEMARK_TESTING_CONTENTS_H
#define TIDEMARK_TESTING_CONTENTS_H

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "store/journal.h"
#include "tidemark/port/store.h"

namespace tidemark::testing {

/// A dropped one stays as a mark: the hub may hold it as well, and goes on telling of it.
struct KeptLoss : Loss {
  bool dropped = false;
};

struct Contents {
  std::map<RecordKey, Row> rows;
  /// Rows that a pulled delete removed while writes of them were pending.
  std::map<RecordKey, Row> graves;
  std::vector<LogWrite> log;
  /// Log entries so far: the last one's number.
  std::int64_t entries = 0;
  std::vector<DeadLetter> dead;
  /// Dead letters so far: the last one's id.
  std::int64_t letters = 0;
  std::vector<stores::JournalEntry> journal;
  /// The records that the reading under way has shown, while sweeping.
  std::set<RecordKey> marks;
  std::vector<KeptLoss> losses;
  /// Losses so far, those that are gone included.
  std::uint32_t lost = 0;
  /// In the order in which they were asked for.
  std::vector<RecordKey> rereads;
  SyncState state;
};

// The log.
[[nodiscard]] Outbox outbox_of(const Contents& contents, std::size_t limit);
[[nodiscard]] std::vector<LogWrite> writes_of(const Contents& contents, const RecordKey& record);
/// The greatest stamp of what was written here; none: nothing was.
[[nodiscard]] std::optional<Stamp> newest_of(const Contents& contents);
/// The last log entry; 0: there is none.
[[nodiscard]] std::int64_t counted_of(const Contents& contents);
void mark_sent(Contents& contents, std::span<const LogWrite> writes);
[[nodiscard]] Outcome<Done> restamp(Contents& next, const Store::Again& again, WallMs now);

// One exchange.
[[nodiscard]] CommitResult exchanged(Contents& next, const StoreCommit& commit, Node node,
                                     WallMs now);
void acknowledge(Contents& next, const StoreCommit& commit, WallMs now);
/// Returns how many patches had no record to patch.
std::uint32_t apply_changes(Contents& next, std::span<const Change> changes, WallMs now);
void keep_losses(Contents& next, std::span<const Loss> found, WallMs now);
/// What is here of the record is not what the journal says of it.
void keep_doubt(Contents& next, const RecordKey& record);
void read_again(Contents& next, const RecordKey& record);
void forget_reread(Contents& next, const RecordKey& record);
/// Rows kept aside are needed only for what is pending.
void drop_graves(Contents& next);

// Reading everything again.
void apply_reset(Contents& next, const Reset& reset, Node node);
/// Begins a reading: what the journal says stays until it ends, and `known` is up to where.
void start_over(Contents& next, bool sweeping, const Cursor& known);
/// Removes the clean records that the reading that ends here did not show. It has also shown all
/// that was to be read again, but for what is pending.
void sweep(Contents& next);
void keep_remote(Contents& next);
/// Contents for another user.
[[nodiscard]] Contents cleared(const Contents& contents);

}  // namespace tidemark::testing

#endif  // TIDEMARK_TESTING_CONTENTS_H
