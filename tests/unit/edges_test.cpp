// The edges of the core's small parts: ends of time, empty sides, views that lie, settings that
// make no sense. Some of them are what fuzzing found.
#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "backoff.h"
#include "outbox.h"
#include "states.h"
#include "tidemark/stamp.h"

using namespace tidemark;

namespace {

using states::stamp;
using Cells = std::vector<Cell>;

constexpr auto kMostMs = std::numeric_limits<std::int64_t>::max();
constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
constexpr WallMs kEndOfTime = (WallMs{1} << 48) - 1;

Cells joined(const Cells& local, const Cells& remote) {
  std::vector<Joined> out;
  REQUIRE(join(local, remote, out).ok());
  Cells cells;
  for (const Joined& each : out) cells.push_back(each.cell);
  return cells;
}

}  // namespace

TEST_CASE("stamp: every part of a text is checked") {
  CHECK(Stamp::parse("0192f1c3a4b5-0003-a1b2c3d4e5f60708").ok());
  CHECK_FALSE(Stamp::parse("0192f1c3a4bx-0003-a1b2c3d4e5f60708").ok());
  CHECK_FALSE(Stamp::parse("0192f1c3a4b5-000x-a1b2c3d4e5f60708").ok());
  CHECK_FALSE(Stamp::parse("0192f1c3a4b5-0003-a1b2c3d4e5f6070x").ok());
  CHECK_FALSE(Stamp::parse("0192f1c3a4b5-0003-a1b2c3d4e5f6070/").ok());
  CHECK_FALSE(Stamp::parse("0192f1c3a4b5-0003-a1b2c3d4e5f6070:").ok());
  CHECK_FALSE(Stamp::parse("0192f1c3a4b5-0003-a1b2c3d4e5f6070`").ok());
}

TEST_CASE("clock: the last millisecond has as many stamps as its counter, and no more") {
  Clock clock(Node{7});
  CHECK(clock.reserve(65'537, kMostMs).error() == Errc::clock_overflow);
  CHECK(clock.last() == Stamp{});
  const auto first = clock.reserve(65'536, kMostMs);
  REQUIRE(first.ok());
  CHECK(first->ms() == kEndOfTime);
  CHECK(clock.last().time == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("drift: any limit is one, an endless one included") {
  const Stamp last{std::numeric_limits<std::uint64_t>::max(), Node{1}};
  CHECK_FALSE(is_ahead(last, kMostMs, kMostMs));
  CHECK_FALSE(is_ahead(last, 0, kMostMs));
  CHECK(is_ahead(last, 0, kEndOfTime - 1));
  CHECK(is_ahead(last, kMostMs, kLeast));
}

TEST_CASE("offset: times that no clock shows make an offset all the same") {
  CHECK(estimate_offset_ms(kLeast, kLeast, kMostMs) == 2 * kEndOfTime);
  CHECK(estimate_offset_ms(kMostMs, kMostMs, kLeast) == -2 * kEndOfTime);
  CHECK(estimate_offset_ms(kLeast, kMostMs, 5) == 5);
}

TEST_CASE("backoff: a maximum below zero is none to wait for") {
  CHECK(backoff_ms(1, 500, -1, 0xffffffffu) == 0);
  CHECK(backoff_ms(9, kMostMs, kLeast, 0xffffffffu) == 0);
  CHECK(backoff_ms(9, kLeast, 60'000, 0xffffffffu) == 0);
}

TEST_CASE("join: nothing and something is something, whichever side it is on") {
  const Cells some = states::State{10, 20, true, {{3, 30}}}.cells(4);
  CHECK(joined({}, {}).empty());
  CHECK(joined(some, {}) == some);
  CHECK(joined({}, some) == some);
}

TEST_CASE("join: records that only one side has keep their place among the others") {
  const Cells first = states::State{10, 10, false, {}}.cells(1);
  const Cells last = states::State{20, 20, false, {}}.cells(9);
  Cells both = first;
  both.insert(both.end(), last.begin(), last.end());
  CHECK(joined(first, last) == both);
  CHECK(joined(last, first) == both);
}

TEST_CASE("join: a state may lack a register, and so may the joined one") {
  const Cells field{Cell::of(0, 3, stamp(10))};
  const Cells base{Cell::of(0, kEveryField, stamp(20))};
  CHECK(joined(field, {}) == field);
  CHECK(joined(field, base) == base);
}

TEST_CASE("outbox: a cell of another record than its write's is refused") {
  const Cells cells = states::State{10, 10, false, {}}.cells(1);
  const std::vector<PendingWrite> writes{{0, 0, 2}};
  const std::vector<std::uint32_t> bytes{1, 1};
  CHECK(plan_batch({writes, cells, bytes}, 10, 10).error() == Errc::bad_input);
}

TEST_CASE("outbox: a write whose cells are out of order is refused once it is to be sent") {
  Cells cells = states::State{10, 10, false, {}}.cells(0);
  const Cells disordered{Cell::of(1, 4, stamp(20)), Cell::of(1, 3, stamp(20))};
  cells.insert(cells.end(), disordered.begin(), disordered.end());
  const std::vector<PendingWrite> writes{{0, 0, 2}, {1, 1, 2}};
  const std::vector<std::uint32_t> bytes{1, 1};
  CHECK(plan_batch({writes, cells, bytes}, 1, 10).ok());
  CHECK(plan_batch({writes, cells, bytes}, 2, 10).error() == Errc::bad_input);
}

TEST_CASE("outbox: a part of a transaction has all writes of its records") {
  Cells cells;
  std::vector<PendingWrite> writes;
  for (const RecordIndex record : {0u, 0u, 1u, 1u, 0u, 2u}) {
    cells.push_back(Cell::of(record, 3, stamp(10 + 10 * writes.size())));
    writes.push_back({record, 0, 1});
  }
  const std::vector<std::uint32_t> bytes{1, 1, 1};
  const auto batch = plan_batch({writes, cells, bytes}, 2, 10);
  REQUIRE(batch.ok());
  CHECK(batch->split);
  CHECK(batch->records == 2);
  CHECK(batch->selected == std::vector<std::uint8_t>{1, 1, 1, 1, 1, 0});
  CHECK(batch->cells == Cells{Cell::of(0, 3, stamp(50)), Cell::of(1, 3, stamp(40))});
}
