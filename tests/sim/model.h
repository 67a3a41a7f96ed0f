// What hub, devices and oracles talk about: records of fixed shape, so that a state is a few
// hundred bytes that are copied for a backup, and values that name the write they came from, so
// that every value anywhere can be traced to it.
#ifndef TIDEMARK_SIM_MODEL_H
#define TIDEMARK_SIM_MODEL_H

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "tidemark/tidemark.h"

namespace sim {

using tidemark::Cell;
using tidemark::Node;
using tidemark::Side;
using tidemark::Stamp;
using tidemark::WallMs;

inline constexpr int kFields = 3;
/// Records 0..kKeys-1 are of a table merged by field, the others of one merged by record.
inline constexpr int kKeys = 8;
inline constexpr int kRecords = 2 * kKeys;
inline constexpr std::uint8_t kAllFields = (1u << kFields) - 1;

using Record = std::uint8_t;
/// The number of the write a value is from; 0: the field is absent.
using Value = std::uint32_t;
using Values = std::array<Value, kFields>;
using Fields = std::uint8_t;  // a set, by bit

inline bool is_field_table(Record record) { return record < kKeys; }
inline bool has(Fields fields, int field) { return (fields >> field & 1) != 0; }

inline constexpr Stamp kNoStamp{};
/// Below every stamp that a clock makes.
inline Stamp adoption_stamp(Node node, std::uint64_t n) { return {1 + n, node}; }

/// The stamps of a record, or of a change to one.
struct Columns {
  Stamp base;                          // none: a patch, or a delete
  std::array<Stamp, kFields> field{};  // above the base; none: the base's
  Stamp reg;
  bool deleted = false;

  [[nodiscard]] bool has_base() const { return base != kNoStamp; }
  [[nodiscard]] Stamp of(int f) const { return field[f] != kNoStamp ? field[f] : base; }
  [[nodiscard]] Fields own_fields() const {
    Fields fields = 0;
    for (int f = 0; f < kFields; ++f)
      if (field[f] != kNoStamp) fields |= 1u << f;
    return fields;
  }
  /// Those it says something about.
  [[nodiscard]] Fields written() const { return has_base() ? kAllFields : own_fields(); }
  [[nodiscard]] Stamp greatest() const {
    return std::max({base, reg, *std::max_element(field.begin(), field.end())});
  }
  bool operator==(const Columns&) const = default;
};

/// The winner of each part of two joined columns.
struct Sides {
  std::optional<Side> base;
  std::array<std::optional<Side>, kFields> field;  // of the exceptions that stay
  Side reg = Side::local;
  [[nodiscard]] Side of(int f) const { return field[f].value_or(base.value_or(Side::local)); }
};

struct JoinResult {
  Columns columns;
  Sides sides;
};

/// The core's join.
JoinResult join(const Columns& local, const Columns& remote);
void append_cells(std::vector<Cell>& cells, std::uint32_t record, const Columns& columns);
Columns columns_of(const Cell* first, const Cell* last);
/// The register of a whole or a patch: the greatest stamp that it carries.
void stamp_register(Columns& columns);

struct Row {
  bool shown = false;
  Values values{};
  bool operator==(const Row&) const = default;
};

}  // namespace sim

#endif  // TIDEMARK_SIM_MODEL_H
