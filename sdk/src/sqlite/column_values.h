// What a column of SQLite holds for a value, and what value that is again. SQLite has five kinds of
// values, and a column bends some of them to its affinity: where the way back would not give the
// same value, the store keeps it beside the row (tidemark_extras).
// js/src/stores/sqlite/column-values.ts decides the same: a file may be used by both.
#ifndef TIDEMARK_SQLITE_COLUMN_VALUES_H
#define TIDEMARK_SQLITE_COLUMN_VALUES_H

#include <string>
#include <string_view>

#include "sqlite/database.h"

namespace tidemark::sqlite {

/// https://sqlite.org/datatype3.html, 3.1; `none`: BLOB.
enum class Affinity : std::uint8_t { integer, text, none, real, numeric };
[[nodiscard]] Affinity affinity_of(std::string_view name) noexcept;

/// What to store for a value in tagged form, and whether that alone says which value it was.
struct Stored {
  Value value;
  bool exact = false;
};
/// `tagged`: the canonical text of a value. What is none is stored as it is, as text.
[[nodiscard]] Stored to_column(std::string_view tagged, Affinity affinity);
/// Whether a text that is stored comes back as it is from every library: it has no NUL, and is
/// UTF-8.
[[nodiscard]] bool is_plain_text(std::string_view text) noexcept;
/// Whether a column of this affinity keeps such a part of a key as it is.
[[nodiscard]] bool is_kept(const Value& part, Affinity affinity);

/// Whether a column holds what was stored. Other libraries may have stored a large number as an
/// integer or a text.
[[nodiscard]] bool is_same_stored(const Value& column, const Value& stored);

/// The canonical text of what a column holds.
[[nodiscard]] std::string from_column(const Value& value);
/// A text as JSON can say it: what is no UTF-8 is replaced, as JavaScript does when it reads it.
[[nodiscard]] std::string utf8_of(std::string_view text);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_COLUMN_VALUES_H
