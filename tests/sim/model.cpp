// Columns to the core's cells and back.
#include "model.h"

#include <algorithm>
#include <cstdlib>

namespace sim {

using tidemark::Field;

void append_cells(std::vector<Cell>& cells, std::uint32_t record, const Columns& columns) {
  if (columns.has_base()) cells.push_back(Cell::of(record, tidemark::kEveryField, columns.base));
  const Field reg = columns.deleted ? tidemark::kDeleted : tidemark::kAlive;
  if (columns.reg != kNoStamp) cells.push_back(Cell::of(record, reg, columns.reg));
  for (int f = 0; f < kFields; ++f)
    if (columns.field[f] != kNoStamp)
      cells.push_back(Cell::of(record, tidemark::kFirstField + f, columns.field[f]));
}

namespace {

void set(Columns& columns, const Cell& cell) {
  switch (cell.field) {
    case tidemark::kEveryField:
      columns.base = cell.stamp();
      break;
    case tidemark::kAlive:
    case tidemark::kDeleted:
      columns.reg = cell.stamp();
      columns.deleted = cell.field == tidemark::kDeleted;
      break;
    default:
      columns.field[cell.field - tidemark::kFirstField] = cell.stamp();
  }
}

}  // namespace

Columns columns_of(const Cell* first, const Cell* last) {
  Columns columns;
  for (; first != last; ++first) set(columns, *first);
  return columns;
}

JoinResult join(const Columns& local, const Columns& remote) {
  thread_local std::vector<Cell> a, b;
  thread_local std::vector<tidemark::Joined> joined;
  a.clear();
  b.clear();
  joined.clear();
  append_cells(a, 0, local);
  append_cells(b, 0, remote);
  if (!tidemark::join(a, b, joined)) std::abort();
  JoinResult result;
  for (const auto& [cell, side] : joined) {
    set(result.columns, cell);
    if (cell.field == tidemark::kEveryField)
      result.sides.base = side;
    else if (cell.field < tidemark::kFirstField)
      result.sides.reg = side;
    else
      result.sides.field[cell.field - tidemark::kFirstField] = side;
  }
  return result;
}

void stamp_register(Columns& columns) {
  if (columns.deleted) return;
  Stamp greatest = columns.base;
  for (const Stamp stamp : columns.field) greatest = std::max(greatest, stamp);
  if (greatest != kNoStamp) columns.reg = greatest;
}

}  // namespace sim
