// The join of arbitrary cells: refused, or what the plainest reference says, and a semilattice.
#include "tidemark/merge.h"

#include "fuzz.h"

namespace {

using fuzz::Input;
using tidemark::Cell;
using tidemark::Joined;
using tidemark::Side;
using Cells = std::vector<Cell>;

constexpr std::size_t kCellsMax = 24;

Cells cells_from(Input& in) {
  Cells cells(fuzz::choice(in, kCellsMax + 1));
  for (Cell& each : cells) each = fuzz::cell(in);
  // Else nearly all would be refused.
  if (fuzz::choice(in, 16) == 0) return cells;
  const auto place = [](const Cell& each) {
    const bool is_register = each.field == tidemark::kAlive || each.field == tidemark::kDeleted;
    return std::pair(each.record, is_register ? tidemark::kAlive : each.field);
  };
  const auto before = [&](const Cell& a, const Cell& b) { return place(a) < place(b); };
  const auto same = [&](const Cell& a, const Cell& b) { return place(a) == place(b); };
  std::sort(cells.begin(), cells.end(), before);
  cells.erase(std::unique(cells.begin(), cells.end(), same), cells.end());
  return cells;
}

bool has(const Cells& cells, const Cell& wanted) {
  return std::find(cells.begin(), cells.end(), wanted) != cells.end();
}

// Joins two valid inputs and holds the answer against the reference.
Cells join(const Cells& local, const Cells& remote) {
  std::vector<Joined> out(1);
  const auto count = tidemark::join(local, remote, out);
  fuzz::require(count.ok() && *count == out.size() - 1, "valid cells are joined and counted");
  fuzz::Reference reference;
  reference.take(local);
  reference.take(remote);
  Cells cells;
  for (std::size_t i = 1; i < out.size(); ++i) {
    const auto& [cell, side] = out[i];
    cells.push_back(cell);
    const bool mine = has(local, cell);
    const bool theirs = has(remote, cell);
    const Side origin = mine && theirs ? Side::tie : mine ? Side::local : Side::remote;
    fuzz::require((mine || theirs) && side == origin, "a cell comes from the side that is named");
  }
  fuzz::require(cells == reference.cells(), "a join is the greatest stamp of every field");
  return cells;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in(data, size);
  const Cells a = cells_from(in);
  const Cells b = cells_from(in);
  const Cells c = cells_from(in);
  if (!fuzz::is_valid(a) || !fuzz::is_valid(b)) {
    std::vector<Joined> out(2);
    const auto refused = tidemark::join(a, b, out);
    fuzz::require(refused.error() == tidemark::Errc::bad_input, "cells out of order are refused");
    fuzz::require(out.size() == 2, "a refused join appends nothing");
    return 0;
  }
  const Cells ab = join(a, b);
  fuzz::require(ab == join(b, a), "commutative");
  fuzz::require(ab == join(ab, ab), "idempotent");
  fuzz::require(ab == join(ab, b), "absorbs what it has seen");
  if (fuzz::is_valid(c)) fuzz::require(join(ab, c) == join(a, join(b, c)), "associative");
  return 0;
}
