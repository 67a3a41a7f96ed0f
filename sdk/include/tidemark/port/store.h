// The Store port: what a shell asks of a local database. A store records every write of a synced
// table in the transaction of that write, and does what is asked here in one transaction each.
// js/src/stores/store.ts is the same port for TypeScript, and says more of what commit decides.
#ifndef TIDEMARK_PORT_STORE_H
#define TIDEMARK_PORT_STORE_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tidemark/ledger.h"
#include "tidemark/port/exchange.h"

namespace tidemark {

/// How a store stamps the writes that it records from now on, in the transaction of each: as a
/// Clock (stamp.h) would that has this node and this offset and has seen `after` and all of the
/// log.
struct Stamping {
  Node node{0};
  /// What is added to the device's clock; until a commit brings another.
  std::int64_t offset_ms = 0;
  /// The next stamp is greater than this one, though it need not be than those that were given
  /// before: a clock that ran ahead is set back.
  Stamp after;
};

/// One thread at a time. Errors: Errc::store_failed where nothing else is said.
class Store {
 public:
  virtual ~Store() = default;

  virtual Outcome<LoadedState> load() = 0;
  /// The oldest writes, about `limit` of them. A row is sent as it is now, so the last of each
  /// record carries what the limit leaves of it for later.
  virtual Outcome<Outbox> read_outbox(std::size_t limit) = 0;
  /// Before a push: these are going to be sent, with what they carry, so that creations among them
  /// no longer say so when they are sent again.
  virtual Outcome<Done> sending(std::span<const LogWrite> writes) = 0;
  /// Removes exactly the acknowledged writes and applies the page, in one transaction.
  /// Errc::closed, changing nothing: `term` is no longer the one that lead() gave.
  virtual Outcome<CommitResult> commit(const StoreCommit& commit, std::int64_t term) = 0;
  /// `again` gives an entry's new first stamp from its old one; its error ends the call.
  using Again = std::function<Result<Stamp>(Stamp first, std::uint32_t count)>;
  /// Stamps the pending entries again, in the order in which they were written, and goes on with
  /// `stamping`, all in one transaction. What was adopted stays below everything, what is offered
  /// as it is.
  virtual Outcome<Done> restamp(const Again& again, const Stamping& stamping) = 0;
  /// Takes the lead among all that share this database; every earlier term's commits are refused.
  /// Gives the term.
  virtual Outcome<std::int64_t> lead(const Stamping& stamping) = 0;

  virtual Outcome<std::vector<DeadLetter>> dead_letters() = 0;
  /// Writes the letter's change again under a new stamp, and removes the letter. Errc::bad_input:
  /// there is no such letter. Errc::reread_pending: see store.ts.
  virtual Outcome<Done> retry_dead_letter(std::int64_t id) = 0;
  /// Removes the letter; its record is read again. Errc::bad_input: there is no such letter.
  virtual Outcome<Done> discard_dead_letter(std::int64_t id) = 0;
  /// Writes for the app, recorded like its own. Errc::table_unsupported: it is not synced.
  virtual Outcome<Done> write(const LocalWrite& change) = 0;
  /// A page of the rows of a table, in a fixed order; `after`: what the page before it gave.
  virtual Outcome<ScanPage> scan(const std::string& table, std::size_t limit,
                                 const std::optional<std::string>& after) = 0;
  /// Records a write of these rows as they are, as if the app had just made them. A record that is
  /// gone is left out.
  virtual Outcome<Done> write_again(std::span<const RecordKey> records) = 0;

  /// Oldest first.
  virtual Outcome<std::vector<Loss>> losses() = 0;
  /// Also where it is only the hub's.
  virtual Outcome<Done> drop_loss(const Loss& loss) = 0;
  /// What was dropped: its fields, without values.
  virtual Outcome<std::vector<Loss>> dropped_losses() = 0;
  /// The records with pending writes, in the order of the log.
  virtual Outcome<std::vector<PendingRecord>> pending_records() = 0;
  virtual Outcome<RecordState> record_state(const RecordKey& record) = 0;
  /// Of the last kSyncLogMax exchanges, oldest first.
  virtual Outcome<std::vector<SyncLogEntry>> sync_log() = 0;
  virtual Outcome<Done> append_sync_log(const SyncLogEntry& entry) = 0;
  /// Drops the adoptions: everything is read again, and what the hub does not show is removed.
  virtual Outcome<Done> keep_remote() = 0;
  /// Another user signs in: removes all rows of the synced tables and all that is known of the hub.
  /// Ends the term. Errc::account_pending: writes or letters are left and `discard` is false.
  virtual Outcome<Done> clear(bool discard) = 0;
  /// What was written since `after`, the last log entry that was counted. Cheap: to be asked often.
  virtual Outcome<NewWrites> written_since(std::int64_t after) = 0;
};

}  // namespace tidemark

#endif  // TIDEMARK_PORT_STORE_H
