// The way of columns into the core: cells, with records and fields as numbers for the length of a
// batch (tidemark/change.h). js/src/cells.ts has the same for TypeScript.
#ifndef TIDEMARK_STORE_CELLS_H
#define TIDEMARK_STORE_CELLS_H

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/change.h"
#include "tidemark/port/outbox.h"

namespace tidemark::stores {

/// The number that stands for each field name of one batch.
class FieldNumbers {
 public:
  [[nodiscard]] Field number(std::string_view name);
  /// Only of a number that was given.
  [[nodiscard]] const std::string& name(Field number) const { return names_[number - kFirstField]; }

 private:
  std::map<std::string, Field, std::less<>> numbers_;
  std::vector<std::string> names_;
};

/// Appends the cells of `columns`, sorted by field; returns how many they are.
std::uint32_t append_cells(RecordIndex record, const Columns& columns, FieldNumbers& numbers,
                           std::vector<Cell>& out);

}  // namespace tidemark::stores

#endif  // TIDEMARK_STORE_CELLS_H
