// What a Client tells its app: the status, what happened, comparisons, counts.
#ifndef TIDEMARK_REPORT_H
#define TIDEMARK_REPORT_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tidemark/ledger.h"
#include "tidemark/status.h"

namespace tidemark {

/// What sync is doing. `pending` counts the writes that the hub has not acknowledged: "synced" is
/// only true at 0.
struct ClientStatus : Status {
  /// What only the place that failed knows of `error`; may be empty.
  std::string detail;
  /// Changes that the hub refused for good and the app has not dealt with.
  std::uint32_t dead_letters = 0;
  /// Values that lost to a concurrent write, as far as this device saw it happen.
  std::uint32_t losses = 0;
  /// Records that were here before the first connect, and those at the hub.
  struct Meeting {
    std::uint64_t local = 0;
    std::uint64_t remote = 0;
    bool operator==(const Meeting&) const = default;
  };
  /// While Client::adopt is awaited (FirstLogin::ask).
  std::optional<Meeting> first_login;

  bool operator==(const ClientStatus&) const = default;
};

/// What a comparison with the hub found.
struct VerifyReport {
  /// Records: the same on both sides; other than the hub's; of these, now the same.
  struct Table {
    std::uint64_t equal = 0;
    std::uint64_t differing = 0;
    std::uint64_t repaired = 0;
  };
  std::map<std::string, Table, std::less<>> tables;
  WallMs at = 0;
};

/// Exchanges since the client was opened. Bytes are of bodies as transferred.
struct Metrics {
  std::uint64_t exchanges = 0;
  std::uint64_t failures = 0;
  std::int64_t duration_ms = 0;
  /// Changes.
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
};

/// All that was not sent: for support, and before an account is left.
struct PendingExport {
  WallMs at = 0;
  std::string device;
  std::vector<PendingRecord> changes;
  std::vector<DeadLetter> dead_letters;
};

/// What Client::on_event tells of.
namespace event {

/// Values lost to a concurrent write: see Client::losses.
struct Lost {
  std::uint32_t count = 0;
};
/// The hub refused changes for good: see Client::dead_letters.
struct Refused {
  std::uint32_t count = 0;
};
/// Records were found to differ from the hub's although nothing was pending.
struct Diverged {
  VerifyReport report;
};
/// A local transaction was too large for one push: others see it in parts.
struct Split {
  std::uint32_t changes = 0;
};
/// The data here is another account's: nothing is sent.
struct WrongAccount {};
/// A copy of this database syncs elsewhere: this device goes on under a new node.
struct Cloned {
  std::uint32_t changes = 0;
};

}  // namespace event

using Event = std::variant<event::Lost, event::Refused, event::Diverged, event::Split,
                           event::WrongAccount, event::Cloned>;

}  // namespace tidemark

#endif  // TIDEMARK_REPORT_H
