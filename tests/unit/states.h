// Readable states for tests of the merge: a stamp is a small number, its last digit the node (see
// vectors/merge.json).
#ifndef TIDEMARK_TESTS_STATES_H
#define TIDEMARK_TESTS_STATES_H

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "tidemark/merge.h"

namespace states {

inline tidemark::Stamp stamp(std::uint64_t n) { return {(n / 10) << 16, tidemark::Node{n % 10}}; }

/// A state of one record by its stamps.
struct State {
  std::optional<std::uint64_t> base;
  std::optional<std::uint64_t> reg;
  bool deleted = false;
  std::map<tidemark::Field, std::uint64_t> fields;

  bool operator==(const State&) const = default;

  [[nodiscard]] std::vector<tidemark::Cell> cells(tidemark::RecordIndex record = 0) const {
    using tidemark::Cell;
    std::vector<Cell> out;
    if (base) out.push_back(Cell::of(record, tidemark::kEveryField, stamp(*base)));
    if (reg)
      out.push_back(Cell::of(record, deleted ? tidemark::kDeleted : tidemark::kAlive, stamp(*reg)));
    for (const auto& [field, at] : fields) out.push_back(Cell::of(record, field, stamp(at)));
    return out;
  }
};

inline std::uint64_t number(tidemark::Stamp at) {
  return (at.time >> 16) * 10 + static_cast<std::uint64_t>(at.node);
}

inline State state_of(const std::vector<tidemark::Joined>& joined) {
  State out;
  for (const auto& [cell, side] : joined) {
    const auto at = number(cell.stamp());
    if (cell.field == tidemark::kEveryField)
      out.base = at;
    else if (cell.field < tidemark::kFirstField) {
      out.reg = at;
      out.deleted = cell.field == tidemark::kDeleted;
    } else
      out.fields[cell.field] = at;
  }
  return out;
}

inline State join(const State& local, const State& remote) {
  std::vector<tidemark::Joined> out;
  const auto done = tidemark::join(local.cells(), remote.cells(), out);
  return done ? state_of(out) : State{};
}

}  // namespace states

#endif  // TIDEMARK_TESTS_STATES_H
