// Writes to the app's tables that are none of the app: what a page brings, and what goes with it.
#ifndef TIDEMARK_SQLITE_UNRECORDED_H
#define TIDEMARK_SQLITE_UNRECORDED_H

#include <cstdint>
#include <string>
#include <vector>

#include "sqlite/database.h"
#include "tidemark/sqlite_store.h"

namespace tidemark::sqlite {

/// While it lives, nothing that is written is recorded. The log ends with a boundary before.
class Unrecorded {
 public:
  Unrecorded(Database& db, AppTriggers triggers);
  ~Unrecorded();
  Unrecorded(const Unrecorded&) = delete;
  Unrecorded& operator=(const Unrecorded&) = delete;

 private:
  Database& db_;
  std::int64_t last_;
  /// The triggers of the app that do not fire, to be made again.
  std::vector<std::string> silent_;
};

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_UNRECORDED_H
