// What a shell and its store tell each other of exchanges: the state that is kept, what one
// brought, and what the store made of it. js/src/stores/{store,commit}.ts have the same for
// TypeScript.
#ifndef TIDEMARK_PORT_EXCHANGE_H
#define TIDEMARK_PORT_EXCHANGE_H

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/port/outbox.h"
#include "tidemark/wire.h"

namespace tidemark {

/// What a store keeps of its exchanges, changed in the transaction that applies a page.
struct SyncState {
  /// How far the hub was read, and the last cursor before it was given up.
  Cursor cursor;
  Cursor known;
  /// The greatest stamp that the hub is known to have accepted; none at first.
  std::optional<Stamp> clock;
  /// The hub's clock minus this device's; none until learned.
  std::optional<std::int64_t> offset_ms;
  /// A label for lists and logs; nothing depends on its being unique.
  std::string device;
  /// The synced tables that `cursor` covers.
  std::map<std::string, MergeMode, std::less<>> tables;
  /// The hub that this data belongs to; none until one has answered.
  std::optional<std::string> hub;
  /// Everything is being read again after a reset, and swept at the end.
  bool sweeping = false;
};

/// The state as a client finds it, and the log that goes with it.
struct LoadedState : SyncState {
  /// The greatest stamp in the log; none if it is empty.
  std::optional<Stamp> newest;
  /// As in an outbox; and those of them that were here before the hub knew of them.
  std::uint32_t pending = 0;
  std::int64_t counted = 0;
  std::uint32_t adopted = 0;
};

/// What the hub made of a write that was sent: what its log entry becomes.
struct Acknowledgement {
  /// `later`: stays, behind all that is in the log now. `collision`: another device's record has
  /// its key: it gets another one, with all that refers to it, and stays pending. `deferred`: it
  /// was not taken, and stays as if it had not been sent.
  enum class Result : std::uint8_t { sent, need_full, dead, later, collision, deferred };
  LogWrite write;
  Result result = Result::sent;
  /// With `dead`: why.
  std::string code;
  std::string message;
  /// The number of the change in `StoreCommit::pushed` that was refused or taken; none where
  /// nothing was left to send.
  std::optional<std::size_t> change;
  /// With `collision`: the greatest number that a record of the table has or had, if told.
  std::int64_t past = 0;
};

/// Instead of a page: everything is to be read again.
struct Reset {
  /// The seq past which the journal is offered again, under its own stamps; none: nothing is.
  std::optional<std::int64_t> offer;
  /// All that is here is offered below every other write, and nothing is swept in the end.
  bool adopt = false;
  /// The cursor that was refused.
  Cursor cursor;
  /// Up to where what is left of the journal is known now; without it the cursor so far.
  Cursor known;
};

/// What one exchange brought, to be stored in one transaction: all of it, or nothing.
struct StoreCommit {
  std::vector<Acknowledgement> acknowledged;
  /// The changes that acknowledgements name.
  std::vector<Change> pushed;
  /// A page, in order; a record at most once.
  std::vector<Change> changes;
  /// A page came: where it leads, and the cursor that it follows.
  struct Page {
    Cursor cursor;
    Cursor after;
  };
  std::optional<Page> page;
  std::optional<Stamp> clock;
  std::optional<std::int64_t> offset_ms;
  std::optional<std::string> hub;
  /// The greatest seq of what is acknowledged and of the page; and what every backup holds.
  std::optional<std::int64_t> seq;
  std::optional<std::int64_t> safe;
  std::vector<ChangeHead> journal;
  /// Answers to `rereads`, taken before the page.
  std::vector<Change> records;
  /// The page was the last.
  bool complete = false;
  std::optional<Reset> reset;
};

/// What is left to do after a commit, and where reading goes on.
struct CommitResult {
  std::uint32_t pending = 0;
  std::int64_t counted = 0;
  /// Patches whose record was neither here nor pending: they went to the rereads.
  std::uint32_t missing = 0;
  /// Records that are to be read whole, in all.
  std::uint32_t rereads = 0;
  /// Whether a reading from the beginning has yet to end with a sweep.
  bool sweeping = false;
  /// Losses and dead letters that this commit recorded.
  std::uint32_t losses = 0;
  std::uint32_t refused = 0;
  /// As stored now.
  Cursor cursor;
  Cursor known;
  std::vector<std::string> tables;
};

/// A write that a store makes for the app. With `patch` only these fields are written.
struct LocalWrite : RecordKey {
  std::optional<Row> row;
  bool deleted = false;
  bool patch = false;
};

/// Rows of a table, page by page.
struct ScanPage {
  /// A row, and the id of its record.
  struct Scanned {
    std::string id;
    Row row;
  };
  std::vector<Scanned> rows;
  /// Where the next page goes on; none: there is none.
  std::optional<std::string> next;
};

}  // namespace tidemark

#endif  // TIDEMARK_PORT_EXCHANGE_H
