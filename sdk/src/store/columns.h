// Columns: what the changes of a store say in stamps, and their join by the core. js/src/columns.ts
// and the second half of js/src/merge.ts have the same for TypeScript.
#ifndef TIDEMARK_STORE_COLUMNS_H
#define TIDEMARK_STORE_COLUMNS_H

#include <map>
#include <optional>
#include <string>

#include "tidemark/merge.h"
#include "tidemark/port/outbox.h"

namespace tidemark::stores {

/// A joined state: whose base, whose register, and whose of the fields above the base.
struct JoinedColumns {
  std::optional<Side> base;
  Side registered = Side::local;
  std::map<std::string, Side, std::less<>> fields;
};

[[nodiscard]] Columns whole_columns(Stamp stamp);
[[nodiscard]] Columns delete_columns(Stamp stamp);
template <typename Names>
[[nodiscard]] Columns patch_columns(const Names& names, Stamp stamp) {
  Columns columns;
  for (const auto& name : names) columns.fields.emplace(name, stamp);
  columns.registered = stamp;
  return columns;
}

[[nodiscard]] Columns columns_of(const Change& change);
[[nodiscard]] Columns columns_of(const ChangeHead& head);

/// The join, by the core.
[[nodiscard]] JoinedColumns join(const Columns& local, const Columns& remote);
/// The columns of a joined state.
[[nodiscard]] Columns merge_columns(const Columns& local, const Columns& remote,
                                    const JoinedColumns& joined);

/// The stamp under which `columns` say something of a field; none: they do not.
[[nodiscard]] std::optional<Stamp> stamp_in(const Columns& columns, std::string_view name);
/// The stamp `n` places after `first` in one reservation.
[[nodiscard]] constexpr Stamp stamp_after(Stamp first, std::uint64_t n) noexcept {
  return {first.time + n, first.node};
}

}  // namespace tidemark::stores

#endif  // TIDEMARK_STORE_COLUMNS_H
