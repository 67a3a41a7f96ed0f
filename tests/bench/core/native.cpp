// What the core costs natively: the join of many records, and a batch of changes beside more and
// more resident ones, which stay with the host.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <ctime>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

#include "outbox.h"
#include "tidemark/merge.h"

namespace {

std::size_t allocated_bytes = 0;

}  // namespace

// Counted, so that what the core allocates is seen. Not inline: GCC would see malloc() and delete
// as a mismatched pair.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocated_bytes += size;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace tidemark;
using Cells = std::vector<Cell>;

constexpr std::uint64_t kTime = std::uint64_t{1'700'000'000'000} << 16;
constexpr std::uint32_t kRecords = 100'000;
constexpr std::uint32_t kChanges = 100;

Stamp stamp(std::uint64_t n, std::uint64_t node) { return {kTime + n, Node{node}}; }

// A patch of one field.
void push_patch(Cells& cells, RecordIndex record, Field field, Stamp at) {
  cells.push_back(Cell::of(record, kAlive, at));
  cells.push_back(Cell::of(record, field, at));
}

// 100,000 records, each patched on both sides; half of them in the same field.
void decide(benchmark::State& state) {
  Cells local, remote;
  for (RecordIndex record = 0; record < kRecords; ++record) {
    push_patch(local, record, kFirstField, stamp(2 * record, 1));
    const bool in_conflict = record % 2 == 0;
    // Who wins takes turns.
    const std::uint64_t later = record % 4 < 2 ? 1 : 0;
    push_patch(remote, record, in_conflict ? kFirstField : kFirstField + 1,
               stamp(2 * record + later, 2));
  }
  std::vector<Joined> out;
  for (auto _ : state) {
    out.clear();
    const auto joined = join(local, remote, out);
    benchmark::DoNotOptimize(out.data());
    if (!joined || *joined != kRecords * 5 / 2) state.SkipWithError("not what was to be joined");
  }
  state.SetItemsProcessed(state.iterations() * kRecords);
}
BENCHMARK(decide)->MinTime(1);

// The host's own records: the core keeps nothing of them.
struct Resident {
  std::string title;
  Stamp at;
};
using Table = std::unordered_map<std::string, Resident>;

std::string key_of(std::uint64_t n) { return "todo-" + std::to_string(n); }

Table table_of(std::int64_t records) {
  Table table;
  table.reserve(static_cast<std::size_t>(records));
  for (std::int64_t n = 0; n < records; ++n)
    table[key_of(static_cast<std::uint64_t>(n))] = {"Milk",
                                                    stamp(static_cast<std::uint64_t>(n), 1)};
  return table;
}

// What one exchange asks of the core: 100 pending writes, and a page of 100 changes to decide.
struct Exchange {
  std::vector<PendingWrite> writes;
  Cells local;
  Cells remote;
  std::vector<std::uint32_t> bytes;
};

Exchange exchange_with(const Table& table, std::uint64_t round) {
  Exchange exchange;
  for (RecordIndex record = 0; record < kChanges; ++record) {
    // Keys from all over the table.
    const std::uint64_t n = (round * kChanges + record) * 7919 % table.size();
    const Resident& resident = table.at(key_of(n));
    push_patch(exchange.local, record, kFirstField, {resident.at.time + 1, Node{1}});
    push_patch(exchange.remote, record, kFirstField + record % 2, {resident.at.time + 2, Node{2}});
    exchange.writes.push_back({record, record, 2});
    exchange.bytes.push_back(static_cast<std::uint32_t>(resident.title.size()));
  }
  return exchange;
}

// Of this thread: other programs on the machine do not count.
double seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void flat(benchmark::State& state) {
  const Table table = table_of(state.range(0));
  std::vector<Joined> out;
  out.reserve(std::size_t{kChanges} * 4);
  std::uint64_t round = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const Exchange exchange = exchange_with(table, round++);
    const std::size_t before = allocated_bytes;
    const double start = seconds();
    const auto batch = plan_batch({exchange.writes, exchange.local, exchange.bytes}, 500, 1 << 20);
    out.clear();
    const auto joined = join(exchange.local, exchange.remote, out);
    state.SetIterationTime(seconds() - start);
    bytes = allocated_bytes - before;
    if (!batch || batch->records != kChanges || !joined || *joined != kChanges * 5 / 2)
      state.SkipWithError("not what was to be planned and joined");
  }
  state.SetItemsProcessed(state.iterations() * kChanges);
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(flat)->Arg(1000)->Arg(100'000)->Arg(1'000'000)->UseManualTime();

}  // namespace
