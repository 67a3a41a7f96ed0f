// Waiting: when a sync has come to its end, and which. js/src/waiting.ts has the same for
// TypeScript.
#ifndef TIDEMARK_CLIENT_WAITING_H
#define TIDEMARK_CLIENT_WAITING_H

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "tidemark/status.h"

namespace tidemark::client {

/// How many exchanges were begun, and the last of them that ended; and why it failed.
struct Exchanges {
  std::uint64_t begun = 0;
  std::uint64_t ended = 0;
  std::optional<Error> last_error;
};

/// Whoever waits for the next exchange after `begun`, until `end`.
struct Waiter {
  std::uint64_t begun = 0;
  std::optional<Outcome<Done>> end;
};

class Waiters {
 public:
  [[nodiscard]] std::shared_ptr<Waiter> add(const Exchanges& exchanges);
  /// Ends the waiting of those whose exchange is over, one way or the other. False: of none.
  bool settle(const Status& status, const Exchanges& exchanges);
  void fail(const Error& error);
  [[nodiscard]] bool are_there() const noexcept { return !waiters_.empty(); }

 private:
  std::vector<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_WAITING_H
