// One exchange with the hub, as data: what was sent, what came back, and what both mean for the
// engine and the store. js/src/exchange.ts has the same for TypeScript.
#ifndef TIDEMARK_CLIENT_EXCHANGE_H
#define TIDEMARK_CLIENT_EXCHANGE_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "batch.h"
#include "tidemark/ledger.h"
#include "tidemark/port/exchange.h"
#include "tidemark/port/transport.h"

namespace tidemark::client {

/// How far the hub was read, and whose data it is.
struct Place {
  Cursor cursor;
  std::optional<std::string> hub;
  /// The last cursor before it was given up.
  Cursor known;
};

/// What an exchange moved, as the app is told of it.
struct Moved {
  std::uint32_t sent = 0;
  std::uint32_t received = 0;
  std::uint32_t cloned = 0;
};

class Exchange {
 public:
  explicit Exchange(Place place);

  Changes batch;
  /// The records that are asked for with the push.
  std::vector<RecordKey> rereads;
  WallMs sent_at = 0;
  /// Bytes of bodies, as the transport counts them.
  Traffic traffic;

  /// `known` only without a cursor: then it is said, so that a restored hub is noticed.
  [[nodiscard]] const Place& place() const noexcept { return place_; }

  /// Takes a reply. Errc::bad_reply for one that would never end, or answers something else;
  /// Errc::account_mismatch for another hub's.
  Outcome<Done> receive(std::optional<PushReply> push, PullReply pull,
                        std::optional<std::vector<Change>> records);

  [[nodiscard]] Reply summary(WallMs received_at, WallMs server_at) const;
  /// What to store, but for the clock. `give_up` false: what is `refused` stays for later.
  [[nodiscard]] StoreCommit commit(Errc refused, bool give_up) const;
  [[nodiscard]] Moved moved() const;
  [[nodiscard]] SyncLogEntry entry(WallMs now, Errc fault, std::uint32_t pending) const;

 private:
  [[nodiscard]] const PushResult* result_of(std::size_t i) const noexcept;
  [[nodiscard]] bool is_held(std::size_t i) const noexcept;
  [[nodiscard]] bool is_news(const PullReply& pull) const;
  [[nodiscard]] Outcome<Done> check(const std::optional<PushReply>& push,
                                    const PullReply& pull) const;
  void acknowledge(std::size_t i, const PushResult& result, StoreCommit& commit) const;
  void read(StoreCommit& commit) const;
  void keep_heads(StoreCommit& commit) const;
  [[nodiscard]] WallMs fine_until(WallMs server_at) const;
  [[nodiscard]] Stamp accepted() const;

  Place place_;
  std::optional<PushReply> push_;
  std::optional<PullReply> pull_;
  std::vector<Change> records_;
  bool reset_ = false;
};

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_EXCHANGE_H
