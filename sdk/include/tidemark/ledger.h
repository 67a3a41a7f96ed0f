// What a store tells the app of its sync, and what the calls beside push and pull carry: losses,
// dead letters, digests, counts. js/src/stores/reports.ts and js/src/wire.ts have the same.
#ifndef TIDEMARK_LEDGER_H
#define TIDEMARK_LEDGER_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/wire.h"

namespace tidemark {

/// A value or values that lost to a concurrent write.
struct Loss : RecordKey {
  /// Of the write that lost, and of the one that won.
  Stamp stamp;
  Stamp winner;
  Row row;
  /// It lost to a delete.
  bool deleted = false;
  /// By the clock of whoever recorded it.
  WallMs at = 0;
};

/// A change that was refused for good. It blocks nothing, and stays until the app deals with it.
struct DeadLetter {
  std::int64_t id = 0;
  Change change;
  std::string code;
  std::string message;
  WallMs at = 0;
  /// The record's whole row at that time; none where there was none.
  std::optional<Row> row;
};

/// A record that the hub has not acknowledged in its present state.
struct PendingRecord : RecordKey {
  /// What a write was, as the app sees it.
  enum class Operation : std::uint8_t { create, update, remove };
  /// What was done to it, oldest first; the same twice in a row is said once.
  std::vector<Operation> operations;
  /// The fields that were written; none: all of them.
  std::optional<std::vector<std::string>> fields;
  /// Of the oldest of these writes; 0: before it was synced.
  WallMs since = 0;
  /// As it is now; none where it is deleted.
  std::optional<Row> row;
};

/// `refused`: there is a dead letter of it, whatever else is pending.
enum class RecordState : std::uint8_t { synced, pending, refused };

/// One exchange. Durations in milliseconds, sizes in bytes as transferred.
struct SyncLogEntry {
  WallMs at = 0;
  std::int64_t duration_ms = 0;
  /// Errc::ok: it went well.
  Errc code = Errc::ok;
  /// Changes.
  std::uint32_t sent = 0;
  std::uint32_t received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  /// Writes that were left to be sent.
  std::uint32_t pending = 0;
};
/// How many exchanges a store remembers.
inline constexpr std::size_t kSyncLogMax = 200;

/// Asks the hub for the losses that it recorded.
struct LossesRequest {
  /// The number of the last one that is known; 0: from the beginning.
  std::int64_t after = 0;
  std::optional<std::string> hub;
  std::int64_t schema = 1;
};
/// At the hub, numbers count losses: a page continues after one.
struct LossesReply {
  /// A loss and its number at the hub.
  struct Numbered {
    std::int64_t number = 0;
    Loss loss;
  };
  std::vector<Numbered> losses;
  bool more = false;
};

/// The digest of the records of a table whose key's hash begins with `prefix` (hexadecimal digits).
struct DigestRequest {
  std::string table;
  std::string prefix;
  std::optional<std::string> hub;
  std::int64_t schema = 1;
};
/// The hub's records of a table under a prefix, as sums or, where they are few, one by one.
struct DigestReply {
  /// Sums of 64-bit record hashes.
  struct Branch {
    std::uint64_t count = 0;
    std::uint64_t hash = 0;
  };
  /// One record.
  struct Leaf {
    std::string id;
    std::uint64_t hash = 0;
  };
  /// The hub's head: digests are compared only where the device has read to it.
  std::string cursor;
  Branch sum;
  /// By the next digit of the prefix: 16 of them, or none. Then `records` are all there are.
  std::vector<Branch> children;
  std::vector<Leaf> records;
};

/// The hub's name, its last seq, and how many records it holds.
struct MetaReply {
  /// Of one table.
  struct Counts {
    std::uint64_t records = 0;
    std::uint64_t tombstones = 0;
  };
  std::string hub;
  std::int64_t seq = 0;
  std::map<std::string, Counts, std::less<>> counts;
};

}  // namespace tidemark

#endif  // TIDEMARK_LEDGER_H
