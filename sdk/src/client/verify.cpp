// One table after the other: synced, compared, read again, compared once more.
#include "verify.h"

#include <algorithm>
#include <utility>

#include "compare.h"

namespace tidemark::client {

bool VerifyRun::is_ready() const noexcept {
  if (is_over()) return false;
  if (waiter_) return waiter_->end.has_value();
  return !question_ || question_->is_over();
}

bool VerifyRun::is_diverged() const noexcept {
  for (const auto& [name, table] : report_.tables)
    if (table.differing > 0) return true;
  return false;
}

void VerifyRun::restart() {
  begun_ = false;
  at_ = 0;
  attempts_ = 0;
  waiter_ = nullptr;
  question_ = nullptr;
  report_ = {};
}

void VerifyRun::go_on(Lock& lock, WallMs now) {
  report_.at = now;
  const auto done = begun_ ? go_on(lock) : begin(lock);
  if (!done)
    end_ = Outcome<VerifyReport>(done.error());
  else if (begun_ && at_ == tables_.size())
    end_ = Outcome<VerifyReport>(report_);
}

Outcome<Done> VerifyRun::begin(Lock& lock) {
  lock.unlock();
  const auto state = context_.ports.with_store([](Store& store) { return store.load(); });
  lock.lock();
  if (!state) return state.error();
  tables_.clear();
  for (const auto& [table, mode] : state->tables) tables_.push_back(table);
  begun_ = true;
  if (!tables_.empty()) attempt();
  return Done{};
}

void VerifyRun::attempt() {
  ++attempts_;
  waiter_ = syncs_ ? context_.sync() : nullptr;
}

Outcome<Done> VerifyRun::go_on(Lock& lock) {
  const auto waiter = std::exchange(waiter_, nullptr);
  if (waiter && !*waiter->end) return waiter->end->error();
  if (question_ && question_->left > 0) return Error{Errc::closed, {}};
  // What was asked for is there: the same once more, to see whether it is mended.
  if (question_ && attempts_ == 0) return attempt(), Done{};
  const Place place = context_.pump.place();
  const Aborted aborted = context_.pump.aborted();
  const std::string table = tables_[at_];
  lock.unlock();
  const auto found = compare({context_.ports, aborted, context_.schema, table, place});
  lock.lock();
  if (!found && *aborted) return interrupted();
  if (!found) return found.error();
  if (*found) return compared((*found)->equal, (*found)->differing);
  if (attempts_ == kVerifyAttemptsMax)
    return Error{Errc::unavailable, table + " was not compared: the hub moved on each of " +
                                        std::to_string(attempts_) + " times"};
  attempt();
  return Done{};
}

// By a pause; or by what goes on without it: then it is begun anew.
Outcome<Done> VerifyRun::interrupted() {
  if (context_.pump.engine().status().phase == Phase::paused) return Error{Errc::paused, {}};
  restart();
  return Done{};
}

Outcome<Done> VerifyRun::compared(std::uint64_t equal, const std::vector<RecordKey>& differing) {
  auto& table = report_.tables[tables_[at_]];
  if (question_) {
    table.repaired = table.differing - std::min<std::uint64_t>(table.differing, differing.size());
    next_table();
  } else {
    table.equal = equal;
    table.differing = differing.size();
    if (differing.empty())
      next_table();
    else
      question_ = context_.pump.read_again(differing);
    attempts_ = differing.empty() ? attempts_ : 0;
  }
  return Done{};
}

void VerifyRun::next_table() {
  question_ = nullptr;
  attempts_ = 0;
  if (++at_ < tables_.size()) attempt();
}

}  // namespace tidemark::client
