// Pending writes: folded, and met by what was pulled.
#include "pending.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "merge_rows.h"

namespace tidemark::stores {
namespace {

// At one stamp the core has joined the two flags: a delete is the greater.
bool is_deleted(const Columns& local, const Change& change, const JoinedColumns& joined) {
  if (joined.registered == Side::tie) return local.deleted || change.deleted;
  return joined.registered == Side::remote ? change.deleted : local.deleted;
}

}  // namespace

Columns whole_again(const LogWrite& write) {
  const Columns& columns = write.columns;
  if (columns.deleted || columns.base) return columns;
  if (!write.offer) return whole_columns(columns.registered);
  // The stamps of an offer are others': what it does not name beats nothing.
  Columns whole = columns;
  whole.base = adoption_stamp(columns.registered.node);
  return whole;
}

Columns stamped_at(const Columns& columns, Stamp stamp) {
  if (columns.deleted) return delete_columns(stamp);
  if (columns.base) return whole_columns(stamp);
  std::vector<std::string> names;
  for (const auto& [name, at] : columns.fields) names.push_back(name);
  return patch_columns(names, stamp);
}

Columns fold_writes(std::span<const Columns> writes) {
  const Columns* last = &writes.front();
  Columns folded;
  for (const Columns& write : writes) {
    if (write.registered >= last->registered) last = &write;
    if (write.base) folded.base = std::max(folded.base.value_or(Stamp{}), *write.base);
    for (const auto& [name, stamp] : write.fields) {
      Stamp& at = folded.fields[name];
      at = std::max(at, stamp);
    }
  }
  if (last->deleted) return delete_columns(last->registered);
  if (folded.base)
    std::erase_if(folded.fields, [&](const auto& field) { return field.second <= *folded.base; });
  folded.registered = last->registered;
  return folded;
}

Columns fold_writes(std::span<const LogWrite> writes) {
  std::vector<Columns> columns;
  for (const LogWrite& write : writes) columns.push_back(write.columns);
  return fold_writes(columns);
}

Decision decide(const Columns& local, const std::optional<Row>& row, const Change& change,
                const JoinedColumns& joined) {
  using Kind = Decision::Kind;
  if (local.deleted && change.patch) return {};
  if (is_deleted(local, change, joined)) return {local.deleted ? Kind::keep : Kind::remove, {}};
  if (change.deleted) return {};
  auto merged = merge_rows(row.value_or(Row{}), change.row, joined);
  if (!merged.changed && row) return {};
  return {Kind::put, std::move(merged.row)};
}

}  // namespace tidemark::stores
