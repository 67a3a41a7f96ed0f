// A device's database: the app's rows and what the store keeps beside them. The rules of the Store
// port (js/src/stores), each call one transaction, over arrays: a backup or a clone is a copy.
#ifndef TIDEMARK_SIM_DISK_H
#define TIDEMARK_SIM_DISK_H

#include <bitset>
#include <functional>

#include "wire.h"

namespace sim {

using Records = std::bitset<kRecords>;

/// A write in the log that is not acknowledged.
struct Entry {
  std::uint32_t id = 0;
  /// Its place among the writes of this device, which stays when it is put off.
  std::uint32_t order = 0;
  std::uint32_t transaction = 0;
  Record record = 0;
  Columns columns;
  bool create = false;
  bool adopted = false;
  Cursor offer;
  Value write = 0;  // 0: an offer or an adoption
  [[nodiscard]] bool is_offer() const { return offer.epoch != 0; }
};

struct JournalEntry {
  std::uint32_t seq = 0;
  /// From before the present reading from the beginning, which brings all of it again.
  bool old = false;
  std::vector<Head> heads;
};

struct DeadLetter {
  Record record = 0;
  Columns columns;
  Values values{};
  tidemark::Errc code = tidemark::Errc::ok;
  std::vector<Value> writes;
};

/// What one exchange brought.
struct Settled {
  std::size_t change = 0;  // of the batch
  Result result;
};

/// What a push carried: by change, the ids of the entries it covers.
struct Batch {
  std::vector<Change> changes;
  std::vector<std::vector<std::uint32_t>> entries;
  std::vector<std::uint32_t> vanished;
};

struct CommitInput {
  const Batch* batch = nullptr;
  std::vector<Settled> settled;
  const Reply* reply = nullptr;  // null: acknowledgements only
  Cursor after;                  // the cursor the page follows
  Stamp accepted;
  std::int64_t offset_ms = 0;
};

class Disk {
 public:
  using Rows = std::array<Row, kRecords>;
  Rows rows;
  Rows graves;
  std::vector<Entry> log;
  std::uint32_t next_entry = 1, next_transaction = 1;
  std::vector<JournalEntry> journal;
  Cursor cursor;
  /// The cursor before it was given up: that of the journal.
  Cursor known;
  std::uint32_t hub = 0;
  bool sweeping = false;
  bool reading = true;
  Records marks, rereads;
  Stamp accepted;
  std::int64_t offset_ms = 0;
  std::vector<DeadLetter> dead;
  std::vector<Loss> losses;

  [[nodiscard]] std::uint32_t pending() const { return static_cast<std::uint32_t>(log.size()); }
  [[nodiscard]] std::uint32_t wanted() const { return static_cast<std::uint32_t>(rereads.count()); }
  [[nodiscard]] bool has_pending(Record record) const;
  /// The greatest stamp in the log.
  [[nodiscard]] Stamp newest() const;

  /// One write of the app.
  void write(Entry entry, const Row& row);
  [[nodiscard]] Rows all_rows() const;
  /// The chosen entries' changes.
  /// `loaded`: as they were when the view was taken, those kept aside included.
  Batch build(const std::vector<Entry>& view, const Rows& loaded,
              const std::vector<std::uint8_t>& selected, const std::vector<Cell>& cells,
              const std::vector<Record>& records) const;
  /// Creations in it have been sent from here on: those before entry `end`.
  void sending(const Batch& batch, std::uint32_t end);
  void commit(const CommitInput& input);
  using Again = std::function<Stamp(const Entry&)>;
  void restamp(const Again& again, Node node);
  void start_over();
  void discard(std::size_t letter);
  /// Another user: everything of this one goes. Not what nobody has got yet, unless told so; false:
  /// nothing was cleared.
  bool clear(bool discard);

 private:
  void acknowledge(const CommitInput& input);
  void settle(const Change& change, const std::vector<std::uint32_t>& ids, const Result& result);
  void show(const Change& change);
  void page(const CommitInput& input);
  void take(const Change& change);
  void take_clean(const Change& change);
  void take_pending(const Change& change, const Columns& local);
  void lose(const Change& change, const Columns& local, const JoinResult& joined, const Row& row);
  void doubt(Record record);
  void drop_covered(const Change& change, const Values& values);
  void add_loss(const Loss& loss);
  void sweep();
  void reset(const Reply& reply);
  void adopt(Cursor from);
  [[nodiscard]] bool has_outlived(Record record, Stamp deleted) const;
  [[nodiscard]] Columns pending_columns(Record record) const;
};

/// What one record's pending writes amount to: a delete that comes last clears what was written
/// before it; one that a patch follows was another's, is only offered, and had lost.
Columns fold(const std::vector<Columns>& writes);

}  // namespace sim

#endif  // TIDEMARK_SIM_DISK_H
