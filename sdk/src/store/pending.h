// What every store decides alike: what its pending writes amount to, and what a pulled change does
// to a record that has some of them. js/src/stores/pending.ts has the same for TypeScript.
#ifndef TIDEMARK_STORE_PENDING_H
#define TIDEMARK_STORE_PENDING_H

#include <optional>
#include <span>

#include "columns.h"

namespace tidemark::stores {

/// Where the stamps of adopted rows begin: below every stamp that a clock makes.
[[nodiscard]] constexpr Stamp adoption_stamp(Node node) noexcept { return {1, node}; }
/// Whether a stamp is one of these.
[[nodiscard]] constexpr bool is_adoption(Stamp stamp) noexcept { return stamp.ms() == 0; }

/// What `need_full` makes of a write: the whole record, at the stamp that the write has.
[[nodiscard]] Columns whole_again(const LogWrite& write);
/// The columns of a write that is stamped again.
[[nodiscard]] Columns stamped_at(const Columns& columns, Stamp stamp);

/// What one record's pending writes amount to, of which there is one at least: their join, but that
/// a delete which comes last clears what was written before it: those values are gone, and are
/// never sent. A patch after a delete clears nothing: that delete was another's, is only offered,
/// and had lost.
[[nodiscard]] Columns fold_writes(std::span<const Columns> writes);
[[nodiscard]] Columns fold_writes(std::span<const LogWrite> writes);

/// What to do to a record with pending writes. `remove`: its row is to be kept aside until the
/// writes are acknowledged.
struct Decision {
  enum class Kind : std::uint8_t { keep, put, remove };
  Kind kind = Kind::keep;
  /// With `put`.
  Row row;
};

/// Decides `change` against the pending `local` columns; `row` is the local row, one kept aside
/// included.
[[nodiscard]] Decision decide(const Columns& local, const std::optional<Row>& row,
                              const Change& change, const JoinedColumns& joined);

}  // namespace tidemark::stores

#endif  // TIDEMARK_STORE_PENDING_H
