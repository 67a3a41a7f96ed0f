// Columns to cells.
#include "cells.h"

#include <algorithm>

namespace tidemark::stores {

Field FieldNumbers::number(std::string_view name) {
  const auto known = numbers_.find(name);
  if (known != numbers_.end()) return known->second;
  const Field number = kFirstField + static_cast<Field>(names_.size());
  names_.emplace_back(name);
  numbers_.emplace(names_.back(), number);
  return number;
}

std::uint32_t append_cells(RecordIndex record, const Columns& columns, FieldNumbers& numbers,
                           std::vector<Cell>& out) {
  const std::size_t first = out.size();
  if (columns.base) out.push_back(Cell::of(record, kEveryField, *columns.base));
  out.push_back(Cell::of(record, columns.deleted ? kDeleted : kAlive, columns.registered));
  for (const auto& [name, stamp] : columns.fields)
    out.push_back(Cell::of(record, numbers.number(name), stamp));
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
            [](const Cell& a, const Cell& b) { return a.field < b.field; });
  return static_cast<std::uint32_t>(out.size() - first);
}

}  // namespace tidemark::stores
