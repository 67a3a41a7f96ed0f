// What stores do with values without knowing what they mean: they are canonical JSON texts.
#ifndef TIDEMARK_STORE_VALUES_H
#define TIDEMARK_STORE_VALUES_H

#include <string>
#include <string_view>
#include <vector>

#include "tidemark/wire.h"

namespace tidemark::stores {

/// Whether a field of a patch says that the field was removed.
[[nodiscard]] inline bool is_absent(std::string_view value) noexcept { return value == kAbsent; }
/// Whether `row` has a field that is not absent.
[[nodiscard]] bool has(const Row& row, std::string_view name);
/// Orders a field of two rows: one that is there is above one that is not.
[[nodiscard]] int compare_fields(const Row& mine, const Row& theirs, std::string_view name);
/// The names of both, each once.
[[nodiscard]] std::vector<std::string> names_of(const Row& a, const Row& b);

/// The fields in which `after` differs from `before`, those it lacks included.
[[nodiscard]] std::vector<std::string> changed_fields(const Row& before, const Row& after);
/// `before` with the fields of a patch; absent ones are removed.
[[nodiscard]] Row patched_row(Row before, const Row& fields);

}  // namespace tidemark::stores

#endif  // TIDEMARK_STORE_VALUES_H
