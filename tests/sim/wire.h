// What hub and devices tell each other: the bodies of js/src/wire.ts over records of fixed shape.
#ifndef TIDEMARK_SIM_WIRE_H
#define TIDEMARK_SIM_WIRE_H

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "model.h"

namespace sim {

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
  /// Of `clock`: stamps of its nodes up to here are taken.
  WallMs until = 0;
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

#endif  // TIDEMARK_SIM_WIRE_H
