// From the outbox to the changes of a push: the rows' half of what the core planned from the
// stamps. js/src/batch.ts has the same for TypeScript.
#ifndef TIDEMARK_CLIENT_BATCH_H
#define TIDEMARK_CLIENT_BATCH_H

#include <cstdint>
#include <vector>

#include "store/cells.h"
#include "tidemark/output.h"
#include "tidemark/port/outbox.h"

namespace tidemark::client {

/// What one push carries, with its rows.
struct Changes {
  std::vector<Change> changes;
  /// By change: the writes it covers.
  std::vector<std::vector<LogWrite>> writes;
  /// Covered writes whose row is gone without a trace: there is nothing left to send.
  std::vector<LogWrite> vanished;
  bool split = false;

  [[nodiscard]] std::vector<LogWrite> all_writes() const;
};

/// An outbox with its records and transactions numbered in the order of their first write: what the
/// engine plans from.
class NumberedOutbox {
 public:
  explicit NumberedOutbox(const Outbox& outbox);

  /// Valid as long as this is.
  [[nodiscard]] OutboxView view() const;
  [[nodiscard]] Changes changes(const Batch& planned) const;

 private:
  void add(const LogWrite& write);

  const Outbox& outbox_;
  stores::FieldNumbers fields_;
  std::map<RecordKey, RecordIndex> numbers_;
  std::map<std::string, std::uint32_t> transactions_;
  std::vector<RecordKey> records_;
  std::vector<std::uint32_t> bytes_;
  std::vector<PendingWrite> writes_;
  std::vector<Cell> cells_;
};

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_BATCH_H
