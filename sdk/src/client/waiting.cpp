// The end of a sync.
#include "waiting.h"

#include <utility>

namespace tidemark::client {
namespace {

// `over`: an exchange was begun since. None: not yet.
std::optional<Outcome<Done>> end_of(const Status& status, bool over,
                                    const std::optional<Error>& detail) {
  using End = std::optional<Outcome<Done>>;
  const auto failure = [&] {
    const Errc code = status.error == Errc::ok ? Errc::unauthorized : status.error;
    return End(detail.value_or(Error{code, {}}));
  };
  switch (status.phase) {
    case Phase::idle:
      return over && status.pending == 0 ? End(Done{}) : std::nullopt;
    case Phase::waiting:
      return over ? failure() : std::nullopt;
    case Phase::stalled:
      // One that went well may have left something: only the next then shows that it moves.
      return over && detail ? failure() : std::nullopt;
    case Phase::needs_auth:
    case Phase::outdated:
    case Phase::wrong_account:
      return failure();
    case Phase::offline:
      return End(Error{Errc::offline, {}});
    case Phase::paused:
      return End(Error{Errc::paused, {}});
    case Phase::closed:
      return End(Error{Errc::closed, {}});
    case Phase::syncing:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::shared_ptr<Waiter> Waiters::add(const Exchanges& exchanges) {
  auto waiter = std::make_shared<Waiter>();
  waiter->begun = exchanges.begun;
  waiters_.push_back(waiter);
  return waiter;
}

bool Waiters::settle(const Status& status, const Exchanges& exchanges) {
  return 0 < std::erase_if(waiters_, [&](const std::shared_ptr<Waiter>& waiter) {
           if (waiter.use_count() == 1) return true;  // nobody waits any more
           // Of one that is stalled the phase does not say whether an exchange is under way.
           const bool is_stalled = status.phase == Phase::stalled;
           const std::uint64_t last = is_stalled ? exchanges.ended : exchanges.begun;
           waiter->end = end_of(status, last > waiter->begun, exchanges.last_error);
           return waiter->end.has_value();
         });
}

void Waiters::fail(const Error& error) {
  for (const auto& waiter : std::exchange(waiters_, {})) waiter->end = Outcome<Done>(error);
}

}  // namespace tidemark::client
