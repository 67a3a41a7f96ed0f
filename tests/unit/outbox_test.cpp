// The batch: coalescing per record, limits, and transactions kept together.
#include "outbox.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "states.h"

using tidemark::Batch;
using tidemark::Cell;
using tidemark::Errc;
using tidemark::PendingWrite;

namespace {

// Collects writes the way a store would load them.
class Log {
 public:
  void write(std::uint32_t transaction, std::uint32_t record, const states::State& state) {
    const auto cells = state.cells(record);
    writes_.push_back({record, transaction, static_cast<std::uint32_t>(cells.size())});
    cells_.insert(cells_.end(), cells.begin(), cells.end());
    if (bytes_.size() <= record) bytes_.resize(record + 1, 100);
  }
  void bytes(std::uint32_t record, std::uint32_t bytes) { bytes_[record] = bytes; }

  Batch plan(std::uint32_t records_max = 1000, std::uint32_t bytes_max = 1'000'000) const {
    auto batch = tidemark::plan_batch({writes_, cells_, bytes_}, records_max, bytes_max);
    REQUIRE(batch.ok());
    return *batch;
  }
  // Which writes are in it, as "101".
  std::string selected(std::uint32_t records_max, std::uint32_t bytes_max = 1'000'000) const {
    std::string out;
    for (const auto flag : plan(records_max, bytes_max).selected) out += flag ? '1' : '0';
    return out;
  }

 private:
  std::vector<PendingWrite> writes_;
  std::vector<Cell> cells_;
  std::vector<std::uint32_t> bytes_;
};

states::State whole(std::uint64_t at) { return {at, at, false, {}}; }
states::State patch(tidemark::Field field, std::uint64_t at) {
  return {{}, at, false, {{field, at}}};
}
states::State removed(std::uint64_t at) { return {{}, at, true, {}}; }

std::vector<Cell> cells_of(const states::State& state, std::uint32_t record = 0) {
  return state.cells(record);
}

}  // namespace

TEST_CASE("outbox: nothing pending makes an empty batch") {
  const Batch batch = Log().plan();
  CHECK(batch.records == 0);
  CHECK(batch.cells.empty());
}

TEST_CASE("outbox: the writes of one record become one change") {
  Log log;
  log.write(0, 0, whole(10));
  log.write(1, 0, patch(3, 20));
  log.write(2, 0, patch(4, 30));
  log.write(3, 0, patch(3, 40));
  const Batch batch = log.plan();
  CHECK(batch.records == 1);
  CHECK(batch.cells == cells_of({10, 40, false, {{3, 40}, {4, 30}}}));
}

TEST_CASE("outbox: a delete ends what was before, a later write what it deleted") {
  Log log;
  log.write(0, 0, patch(3, 10));
  log.write(1, 0, removed(20));
  CHECK(log.plan().cells == cells_of({{}, 20, true, {{3, 10}}}));
  log.write(2, 0, whole(30));
  CHECK(log.plan().cells == cells_of(whole(30)));
}

TEST_CASE("outbox: coalescing goes by stamps, not by the order in the log") {
  Log log;
  log.write(0, 0, patch(3, 40));
  log.write(1, 0, whole(10));
  CHECK(log.plan().cells == cells_of({10, 40, false, {{3, 40}}}));
}

TEST_CASE("outbox: oldest first, up to the limit of records") {
  Log log;
  for (std::uint32_t i = 0; i < 5; ++i) log.write(i, i, whole(10 + i));
  CHECK(log.selected(3) == "11100");
  CHECK(log.selected(5) == "11111");
}

TEST_CASE("outbox: a record counts once, however often it was written") {
  Log log;
  for (std::uint32_t i = 0; i < 6; ++i) log.write(i, i % 2, patch(3, 10 + i));
  CHECK(log.selected(2) == "111111");
  CHECK_FALSE(log.plan(2).split);
}

TEST_CASE("outbox: up to the limit of bytes") {
  Log log;
  for (std::uint32_t i = 0; i < 4; ++i) log.write(i, i, whole(10 + i));
  log.bytes(1, 500);
  CHECK(log.selected(100, 600) == "1100");
  CHECK(log.selected(100, 599) == "1000");
}

TEST_CASE("outbox: a transaction is not split while it fits a push of its own") {
  Log log;
  log.write(0, 0, whole(10));
  log.write(1, 1, whole(11));
  log.write(1, 2, whole(12));
  log.write(1, 3, whole(13));
  CHECK(log.selected(3) == "1000");
  CHECK_FALSE(log.plan(3).split);
}

TEST_CASE("outbox: transactions that share a record go together, through others too") {
  Log log;
  log.write(0, 0, whole(10));
  log.write(1, 5, whole(11));
  log.write(2, 0, patch(3, 12));
  log.write(2, 6, whole(13));
  log.write(3, 6, patch(3, 14));
  log.write(3, 7, whole(15));
  CHECK(log.selected(3) == "101111");
  CHECK(log.selected(4) == "111111");
}

TEST_CASE("outbox: a transaction over the limit is split, and says so") {
  Log log;
  for (std::uint32_t i = 0; i < 5; ++i) log.write(0, i, whole(10 + i));
  log.write(1, 5, whole(20));
  const Batch batch = log.plan(2);
  CHECK(batch.split);
  CHECK(batch.records == 2);
  CHECK(log.selected(2) == "110000");
}

TEST_CASE("outbox: a record over the limit of bytes is sent alone rather than never") {
  Log log;
  log.write(0, 0, whole(10));
  log.write(1, 1, whole(11));
  log.bytes(0, 5'000'000);
  CHECK(log.selected(10) == "10");
}

TEST_CASE("outbox: a view that contradicts itself is refused") {
  const std::vector<Cell> cells = whole(10).cells(0);
  const std::vector<std::uint32_t> bytes{100};
  const auto plan = [&](const std::vector<PendingWrite>& writes) {
    return tidemark::plan_batch({writes, cells, bytes}, 10, 10).error();
  };
  CHECK(plan({{0, 0, 2}}) == Errc::ok);
  CHECK(plan({{1, 0, 2}}) == Errc::bad_input);
  CHECK(plan({{0, 1, 2}}) == Errc::bad_input);
  CHECK(plan({{0, 0, 1}}) == Errc::bad_input);
  CHECK(plan({{0, 0, 3}}) == Errc::bad_input);
  CHECK(plan({{0, 0, 0}}) == Errc::bad_input);
}
