// Writes to the app's tables that are none of the app: what a page brings, and what goes with it.
// js/src/stores/sqlite/unrecorded.ts has the same for TypeScript.
#ifndef TIDEMARK_SQLITE_UNRECORDED_H
#define TIDEMARK_SQLITE_UNRECORDED_H

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sqlite/log.h"
#include "tidemark/sqlite_store.h"

namespace tidemark::sqlite {

/// While it lives, triggers of the app do not fire that would not for a page. What is written is
/// recorded.
class Silenced {
 public:
  Silenced(Database& db, AppTriggers triggers, bool own = false);
  ~Silenced();
  Silenced(const Silenced&) = delete;
  Silenced& operator=(const Silenced&) = delete;

 private:
  void silence(const std::vector<Values>& triggers);

  Database& db_;
  /// The texts of those that do not fire, to be made again.
  std::vector<std::string> silent_;
};

inline constexpr std::size_t kManyRows = std::numeric_limits<std::size_t>::max();

/// Runs `work`, which writes about so many rows: nothing of it is recorded. The log ends with a
/// boundary.
template <typename Work>
auto unrecorded(Database& db, AppTriggers triggers, std::size_t rows, Work work) {
  // From so many rows on, triggers that are not there are quicker than what they log and is
  // removed.
  constexpr std::size_t kRowsMin = 100;
  if (rows == 0) return work();
  const std::int64_t last = last_entry(db);
  auto result = [&] {
    const Silenced quiet(db, triggers, rows >= kRowsMin);
    return work();
  }();
  remove_after(db, last);
  return result;
}

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_UNRECORDED_H
