// What hub, devices and oracles talk about: records of fixed shape, so that a state is a few
// hundred bytes that are copied for a backup, and values that name the write they came from, so
// that every value anywhere can be traced to it.
#ifndef TIDEMARK_SIM_MODEL_H
#define TIDEMARK_SIM_MODEL_H

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

struct Row {
  bool shown = false;
  Values values{};
  bool operator==(const Row&) const = default;
};

struct Cursor {
  std::uint32_t epoch = 0;  // 0: none, from the beginning
  std::uint32_t seq = 0;
  /// Where this reading began: up to here everything was read, as a record moves to later seqs.
  std::uint32_t from = 0;
  /// The fence when it began.
  std::uint32_t fence = 0;
  bool operator==(const Cursor&) const = default;
};

/// A change as it is sent. A patch has neither base nor `deleted`.
struct Change {
  Record record = 0;
  Columns columns;
  Values values{};
  bool create = false;
  bool absent = false;
  Cursor offer;  // epoch 0: it is none
  [[nodiscard]] bool is_patch() const { return !columns.has_base() && !columns.deleted; }
};

/// A change without its values: what a journal keeps.
struct Head {
  Record record = 0;
  Columns columns;
  /// From here on the row is a refused change's: what was known of it before says nothing.
  bool doubt = false;
};

enum class Outcome : std::uint8_t { applied, merged, rejected, kept, need_full, clock, clone };

const char* name_of(Outcome outcome);

struct Result {
  Outcome outcome = Outcome::applied;
  tidemark::Errc code = tidemark::Errc::ok;
};

struct Loss {
  Record record = 0;
  Stamp stamp;
  Values values{};  // 0: not this field
  bool deleted = false;
};

struct Request {
  tidemark::Call call = tidemark::Call::pull;
  std::uint32_t hub = 0;  // 0: not known yet
  std::uint32_t schema = 1;
  bool token_ok = true;
  Node node{0};
  tidemark::Turn turn = 0;
  std::array<tidemark::Turn, tidemark::kTurnsMax> turns_before{};
  Cursor cursor;
  /// Without a cursor: what its journal was read to, so that a restore is not overlooked.
  Cursor known;
  bool whole = false;
  std::uint32_t limit = 0;
  std::vector<Change> changes;
  std::vector<Record> rereads;
};

struct Reply {
  tidemark::Errc error = tidemark::Errc::ok;
  std::uint32_t hub = 0;
  std::vector<Result> results;
  std::uint32_t push_seq = 0;
  std::vector<Change> page;
  std::vector<Change> records;
  Cursor cursor;
  std::uint32_t seq = 0, safe = 0;
  bool more = false, reset = false, adopt = false;
  /// With a reset: what the journal that is left then counts as read to.
  Cursor known;
  std::optional<std::uint32_t> offer;
  WallMs server_at = 0;
};

}  // namespace sim

#endif  // TIDEMARK_SIM_MODEL_H
