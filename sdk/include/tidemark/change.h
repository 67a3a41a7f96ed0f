// Cell: the one shape in which changes and records enter the core. Values, names and keys never do:
// a batch's records and fields are numbers that the host hands out for as long as the batch lasts.
#ifndef TIDEMARK_CHANGE_H
#define TIDEMARK_CHANGE_H

#include <cstdint>
#include <type_traits>

#include "tidemark/stamp.h"

namespace tidemark {

/// A record of a batch: its index there.
using RecordIndex = std::uint32_t;

/// What a cell is about: one of the three below, or a field of the app by the number the host gave
/// it, from kFirstField.
using Field = std::uint32_t;
/// The base: every field that has no cell of its own, the absent ones included.
inline constexpr Field kEveryField = 0;
/// The register `deleted`, with the value false.
inline constexpr Field kAlive = 1;
/// The register `deleted`, with the value true.
inline constexpr Field kDeleted = 2;
inline constexpr Field kFirstField = 3;

/// `field` of `record` was written at `stamp`. 24 bytes; hosts fill arrays of them.
struct Cell {
  std::uint32_t time_high = 0;
  std::uint32_t time_low = 0;
  std::uint32_t node_high = 0;
  std::uint32_t node_low = 0;
  RecordIndex record = 0;
  Field field = 0;

  [[nodiscard]] constexpr Stamp stamp() const noexcept {
    return {std::uint64_t{time_high} << 32 | time_low,
            Node{std::uint64_t{node_high} << 32 | node_low}};
  }
  [[nodiscard]] static constexpr Cell of(RecordIndex record, Field field, Stamp stamp) noexcept {
    const auto node = static_cast<std::uint64_t>(stamp.node);
    return {static_cast<std::uint32_t>(stamp.time >> 32),
            static_cast<std::uint32_t>(stamp.time),
            static_cast<std::uint32_t>(node >> 32),
            static_cast<std::uint32_t>(node),
            record,
            field};
  }
  bool operator==(const Cell&) const = default;
};
static_assert(std::is_trivially_copyable_v<Cell> && sizeof(Cell) == 24);

}  // namespace tidemark

#endif  // TIDEMARK_CHANGE_H
