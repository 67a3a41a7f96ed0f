// What the engine asks of its host, and what it is told in return. Plain data; the engine owns
// nothing of the host's.
#ifndef TIDEMARK_OUTPUT_H
#define TIDEMARK_OUTPUT_H

#include <array>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "tidemark/change.h"
#include "tidemark/result.h"
#include "tidemark/status.h"

namespace tidemark {

/// Names one request to the host. An answer to any but the current one is ignored: late and double
/// replies are harmless.
using Ticket = std::uint32_t;

/// One record's part of one entry of the log, not acknowledged yet.
struct PendingWrite {
  RecordIndex record = 0;
  /// Writes of one local transaction share the number; numbers are the host's, below the count of
  /// writes.
  std::uint32_t transaction = 0;
  /// How many of the view's cells belong to this write.
  std::uint32_t cells = 0;
};

/// A random number that names one push of a node; see protocol.md, `turn`. 0: none.
using Turn = std::uint32_t;
/// Turns that a push names as its predecessors, at most. A node that has more pushes unanswered may
/// be taken for a clone, and goes on under another name.
inline constexpr std::size_t kTurnsMax = 8;

/// What the store loaded: the oldest pending writes. Valid for the call it is passed to.
struct OutboxView {
  std::span<const PendingWrite> writes;
  /// The cells of the first write, then of the second, …, each sorted by field.
  std::span<const Cell> cells;
  /// By record: the bytes its row takes in a request.
  std::span<const std::uint32_t> record_bytes;
  /// Records that the store wants to see as the hub has them.
  std::uint32_t rereads = 0;
};

/// What one push carries.
struct Batch {
  /// By write of the view: 1 if the batch covers it.
  std::vector<std::uint8_t> selected;
  /// The joined states of the records in it, by record, then field.
  std::vector<Cell> cells;
  std::uint32_t records = 0;
  /// A local transaction was too large for one push: others will see it in parts.
  bool split = false;
};

/// `full` is push and the first page of pull; a transport whose endpoint lacks it does one after
/// the other.
enum class Call : std::uint32_t { pull = 1, full = 2 };

/// Load the outbox, about `writes_max` writes of it, then handle_outbox.
struct LoadOutbox {
  Ticket ticket = 0;
  std::uint32_t writes_max = 0;
};
/// Send `call` to the endpoint, with the engine's batch where it pushes, then handle_reply or
/// handle_fault.
struct Send {
  Ticket ticket = 0;
  Call call = Call::pull;
  /// The last token was refused: ask the app for a new one.
  bool refresh_token = false;
  std::uint32_t records_max = 0;
  /// Of this push; 0: it is none. And those of which one is the node's last that the hub took: the
  /// last that was answered, then those that were not. 0: none.
  Turn turn = 0;
  std::array<Turn, kTurnsMax> turns_before{};
  /// Nothing is to be left out of the page, own writes included.
  bool whole = false;
};
/// Store what the reply brought, in one transaction, then handle_committed or handle_store_fault.
struct Commit {
  Ticket ticket = 0;
  /// Other than ok: there was no reply, the endpoint refuses the batch's only record for good; it
  /// becomes a dead letter.
  Errc refused = Errc::ok;
  /// With `refused`: false: it may be the endpoint's fault. The record stays, behind all others.
  bool give_up = false;
};
/// Stamp the pending log entries again with Engine::restamp, in one transaction, then
/// handle_restamped or handle_store_fault. The clock has a new node. `refused`: because the hub
/// says that it runs ahead; other contexts of the device must start over as well.
struct Restamp {
  Ticket ticket = 0;
  bool refused = false;
};
/// Compare this replica's digests with the hub's, and read again what differs: nothing else helped.
struct Verify {};
/// Forget the cursor, in one transaction, then handle_committed or handle_store_fault: everything
/// is read again, and what the hub does not show is swept at the end.
struct StartOver {
  Ticket ticket = 0;
};
/// Call poll again at this time, or when something happens.
struct Wake {
  WallMs at = 0;
};
/// Open or close the live connection.
struct Live {
  bool open = false;
};
/// status() is another.
struct StatusChanged {};

using Output =
    std::variant<LoadOutbox, Send, Commit, Restamp, Live, StatusChanged, Wake, Verify, StartOver>;

/// What the endpoint answered, in numbers.
struct Reply {
  /// Of a push: changes that were acknowledged, dead letters included; that are to be sent again
  /// later; that were answered `clock`.
  std::uint32_t settled = 0;
  std::uint32_t kept = 0;
  std::uint32_t clock_refused = 0;
  /// With these: what is stamped up to here the endpoint takes all the same. Before the greatest
  /// stamp of each that was refused.
  WallMs fine_until = 0;
  /// That were answered `clone`: another engine pushes under this node.
  std::uint32_t cloned = 0;
  /// Of a pull: whether there is more to read; and that the cursor was refused: all is to be read
  /// again.
  bool more = false;
  bool reset = false;
  /// The greatest stamp that the reply shows the hub to hold; the default if none.
  Stamp accepted;
  /// By the host's clock, and the hub's `serverTime`.
  WallMs sent_at = 0;
  WallMs received_at = 0;
  WallMs server_at = 0;
};

}  // namespace tidemark

#endif  // TIDEMARK_OUTPUT_H
