// What the fuzz targets share: how bytes become arguments, how a broken promise ends the run, and
// what a join means, said in the plainest way.
#ifndef TIDEMARK_TESTS_FUZZ_H
#define TIDEMARK_TESTS_FUZZ_H

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "tidemark/change.h"
#include "tidemark/stamp.h"

namespace fuzz {

using tidemark::Cell;
using tidemark::Field;
using tidemark::Node;
using tidemark::RecordIndex;
using tidemark::Stamp;
using tidemark::WallMs;

using Input = FuzzedDataProvider;

/// Ends the run, and libFuzzer keeps the input, unless `holds`.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// One of `count` choices.
inline std::uint32_t choice(Input& in, std::uint32_t count) {
  return in.ConsumeIntegralInRange<std::uint32_t>(0, count - 1);
}

/// Nearly always one of few, so that ties and overlaps are the rule.
inline Stamp stamp(Input& in) {
  const auto shape = in.ConsumeIntegral<std::uint8_t>();
  if (shape == 0xff)
    return {in.ConsumeIntegral<std::uint64_t>(), Node{in.ConsumeIntegral<std::uint64_t>()}};
  return {std::uint64_t{shape} >> 3, Node{std::uint64_t{shape} & 3}};
}

/// Likewise: of few records and fields.
inline Cell cell(Input& in) {
  const auto shape = in.ConsumeIntegral<std::uint8_t>();
  const Stamp at = stamp(in);
  if (shape == 0xff)
    return Cell::of(in.ConsumeIntegral<std::uint32_t>(), in.ConsumeIntegral<std::uint32_t>(), at);
  return Cell::of(shape & 3u, shape >> 2 & 7u, at);
}

/// Any number at all, and the extremes more often than they deserve.
inline std::int64_t any_number(Input& in) {
  using Limits = std::numeric_limits<std::int64_t>;
  switch (choice(in, 8)) {
    case 0:
      return Limits::max() - choice(in, 256);
    case 1:
      return Limits::min() + choice(in, 256);
    case 2:
      return static_cast<std::int64_t>(choice(in, 512)) - 256;
    default:
      return in.ConsumeIntegral<std::int64_t>();
  }
}

/// What merge.h says of an input: sorted by record, then field, without repeats, one register cell
/// a record at most.
inline bool is_valid(std::span<const Cell> cells) {
  const auto is_register = [](const Cell& each) {
    return each.field == tidemark::kAlive || each.field == tidemark::kDeleted;
  };
  for (std::size_t i = 0; i < cells.size(); ++i)
    for (std::size_t j = i + 1; j < cells.size(); ++j) {
      const Cell &a = cells[i], &b = cells[j];
      if (std::pair(a.record, a.field) >= std::pair(b.record, b.field)) return false;
      if (a.record == b.record && is_register(a) && is_register(b)) return false;
    }
  return true;
}

/// States of records, joined by taking cell after cell, in any order.
class Reference {
 public:
  void take(std::span<const Cell> cells) {
    for (const Cell& each : cells) {
      State& state = states_[each.record];
      const std::pair written{each.stamp(), each.field};
      if (each.field == tidemark::kEveryField)
        state.base = std::max(state.base.value_or(Stamp{}), each.stamp());
      else if (each.field < tidemark::kFirstField)
        state.reg = state.reg ? std::max(*state.reg, written) : written;
      else if (Stamp& at = state.fields.try_emplace(each.field, each.stamp()).first->second;
               at < each.stamp())
        at = each.stamp();
    }
  }
  /// By record, then field; of fields only those above the base.
  [[nodiscard]] std::vector<Cell> cells() const {
    std::vector<Cell> out;
    for (const auto& [record, state] : states_) {
      if (state.base) out.push_back(Cell::of(record, tidemark::kEveryField, *state.base));
      if (state.reg) out.push_back(Cell::of(record, state.reg->second, state.reg->first));
      for (const auto& [field, at] : state.fields)
        if (!state.base || at > *state.base) out.push_back(Cell::of(record, field, at));
    }
    return out;
  }

 private:
  struct State {
    std::optional<Stamp> base;
    std::optional<std::pair<Stamp, Field>> reg;
    std::map<Field, Stamp> fields;
  };
  std::map<RecordIndex, State> states_;
};

}  // namespace fuzz

#endif  // TIDEMARK_TESTS_FUZZ_H
