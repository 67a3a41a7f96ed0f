// Changes to columns, and columns through the core and back.
#include "columns.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "cells.h"

namespace tidemark::stores {
namespace {

struct Said {
  bool deleted = false;
  bool patch = false;
  Stamp stamp;
  const FieldStamps& own;
};

template <typename Names>
Columns columns_of(const Said& said, const Names& names) {
  if (said.deleted) return delete_columns(said.stamp);
  Columns columns;
  columns.registered = said.stamp;
  if (!said.patch) columns.base = said.stamp;
  const auto add = [&](const std::string& name, Stamp at) {
    columns.fields.emplace(name, at);
    columns.registered = std::max(columns.registered, at);
  };
  if (!said.patch)
    for (const auto& [name, at] : said.own) add(name, at);
  else
    for (const std::string& name : names) {
      const auto own = said.own.find(name);
      add(name, own == said.own.end() ? said.stamp : own->second);
    }
  return columns;
}

const Columns& side_of(Side side, const Columns& local, const Columns& remote) {
  return side == Side::remote ? remote : local;
}

}  // namespace

Columns whole_columns(Stamp stamp) {
  Columns columns;
  columns.base = columns.registered = stamp;
  return columns;
}

Columns delete_columns(Stamp stamp) {
  Columns columns;
  columns.registered = stamp;
  columns.deleted = true;
  return columns;
}

Columns columns_of(const Change& change) {
  std::vector<std::string> names;
  if (change.patch)
    for (const auto& [name, value] : change.row) names.push_back(name);
  return columns_of({change.deleted, change.patch, change.stamp, change.fields}, names);
}

Columns columns_of(const ChangeHead& head) {
  return columns_of({head.deleted, head.patch, head.stamp, head.fields}, head.names);
}

JoinedColumns join(const Columns& local, const Columns& remote) {
  FieldNumbers numbers;
  std::vector<Cell> mine;
  std::vector<Cell> theirs;
  append_cells(0, local, numbers, mine);
  append_cells(0, remote, numbers, theirs);
  std::vector<Joined> cells;
  JoinedColumns joined;
  // Sorted and without repeats, so it cannot be refused.
  if (!tidemark::join(mine, theirs, cells)) return joined;
  for (const auto& [cell, side] : cells) {
    if (cell.field == kEveryField)
      joined.base = side;
    else if (cell.field < kFirstField)
      joined.registered = side;
    else
      joined.fields.emplace(numbers.name(cell.field), side);
  }
  return joined;
}

Columns merge_columns(const Columns& local, const Columns& remote, const JoinedColumns& joined) {
  Columns merged;
  for (const auto& [name, side] : joined.fields) {
    const auto& fields = side_of(side, local, remote).fields;
    if (const auto at = fields.find(name); at != fields.end()) merged.fields.insert(*at);
  }
  if (joined.base) merged.base = side_of(*joined.base, local, remote).base;
  const Columns& registered = side_of(joined.registered, local, remote);
  merged.registered = registered.registered;
  merged.deleted = registered.deleted;
  return merged;
}

std::optional<Stamp> stamp_in(const Columns& columns, std::string_view name) {
  if (columns.deleted) return std::nullopt;
  const auto own = columns.fields.find(name);
  return own == columns.fields.end() ? columns.base : own->second;
}

}  // namespace tidemark::stores
