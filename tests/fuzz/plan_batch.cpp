// plan_batch for arbitrary outboxes, lying ones included: refused, or whole groups of transactions,
// oldest first, within the limits.
#include <numeric>

#include "fuzz.h"
#include "outbox.h"

namespace {

using fuzz::Input;
using tidemark::Batch;
using tidemark::Cell;
using tidemark::OutboxView;
using tidemark::PendingWrite;

struct Outbox {
  std::vector<PendingWrite> writes;
  std::vector<Cell> cells;
  std::vector<std::uint32_t> bytes;

  [[nodiscard]] OutboxView view() const { return {writes, cells, bytes}; }
  // The cells of each write, where the view is not a lie.
  [[nodiscard]] std::span<const Cell> of(std::size_t write) const {
    std::size_t first = 0;
    for (std::size_t i = 0; i < write; ++i) first += writes[i].cells;
    return std::span(cells).subspan(first, writes[write].cells);
  }
};

std::vector<Cell> state(Input& in, std::uint32_t record) {
  std::vector<Cell> cells;
  const auto mask = in.ConsumeIntegral<std::uint8_t>();
  for (tidemark::Field field = 0; field < 8; ++field) {
    const bool second_register = field == tidemark::kDeleted && (mask & 1 << tidemark::kAlive);
    if ((mask >> field & 1) && !second_register)
      cells.push_back(Cell::of(record, field, fuzz::stamp(in)));
  }
  if (cells.empty()) cells.push_back(Cell::of(record, tidemark::kDeleted, fuzz::stamp(in)));
  return cells;
}

// One number of it replaced by any other.
void corrupt(Outbox& outbox, Input& in) {
  const auto any = in.ConsumeIntegral<std::uint32_t>();
  const auto pick = [&](auto& from) -> auto& { return from[fuzz::choice(in, 64) % from.size()]; };
  if (outbox.writes.empty()) return;
  switch (fuzz::choice(in, 7)) {
    case 0:
      pick(outbox.writes).record = any;
      break;
    case 1:
      pick(outbox.writes).transaction = any;
      break;
    case 2:
      pick(outbox.writes).cells = any >> fuzz::choice(in, 32);
      break;
    case 3:
      pick(outbox.cells).record = any;
      break;
    case 4:
      pick(outbox.cells).field = any >> fuzz::choice(in, 32);
      break;
    case 5:
      outbox.cells.pop_back();
      break;
    default:
      outbox.bytes.pop_back();
  }
}

Outbox outbox_from(Input& in) {
  Outbox outbox;
  outbox.bytes.resize(1 + fuzz::choice(in, 12));
  for (auto& each : outbox.bytes)
    each = in.ConsumeIntegral<std::uint32_t>() >> fuzz::choice(in, 32);
  const auto writes = fuzz::choice(in, 33);
  for (std::uint32_t i = 0; i < writes; ++i) {
    const auto record = fuzz::choice(in, static_cast<std::uint32_t>(outbox.bytes.size()));
    const auto cells = state(in, record);
    outbox.writes.push_back(
        {record, fuzz::choice(in, writes), static_cast<std::uint32_t>(cells.size())});
    outbox.cells.insert(outbox.cells.end(), cells.begin(), cells.end());
  }
  if (fuzz::choice(in, 4) == 0) corrupt(outbox, in);
  return outbox;
}

bool adds_up(const Outbox& outbox) {
  std::uint64_t cells = 0;
  for (const PendingWrite& write : outbox.writes) {
    if (write.record >= outbox.bytes.size() || write.transaction >= outbox.writes.size())
      return false;
    cells += write.cells;
    if (write.cells == 0 || cells > outbox.cells.size()) return false;
  }
  if (cells != outbox.cells.size()) return false;
  for (std::size_t i = 0; i < outbox.writes.size(); ++i)
    for (const Cell& cell : outbox.of(i))
      if (cell.record != outbox.writes[i].record) return false;
  return true;
}

// By write: the first write that it is tied to, by a record or a transaction, directly or not.
std::vector<std::size_t> groups_of(const std::vector<PendingWrite>& writes) {
  std::vector<std::size_t> group(writes.size());
  std::iota(group.begin(), group.end(), std::size_t{0});
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < writes.size(); ++i)
      for (std::size_t j = 0; j < writes.size(); ++j) {
        const auto &a = writes[i], &b = writes[j];
        if (a.record != b.record && a.transaction != b.transaction) continue;
        if (group[i] <= group[j]) continue;
        group[i] = group[j];
        again = true;
      }
  }
  return group;
}

struct Limits {
  std::uint64_t records;
  std::uint64_t bytes;
};

// What the writes that `chosen` flags take up.
Limits load(const Outbox& outbox, const std::vector<std::uint8_t>& chosen) {
  std::vector<std::uint8_t> records(outbox.bytes.size());
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) records[outbox.writes[i].record] = 1;
  Limits used{0, 0};
  for (std::size_t i = 0; i < records.size(); ++i)
    if (records[i]) used = {used.records + 1, used.bytes + outbox.bytes[i]};
  return used;
}

void check_groups(const Outbox& outbox, const Batch& batch, Limits limits) {
  const auto fits = [&](Limits used) {
    return used.records <= limits.records && used.bytes <= limits.bytes;
  };
  const auto groups = groups_of(outbox.writes);
  std::vector<std::uint8_t> all(groups.size()), next = batch.selected;
  for (std::size_t i = 0; i < groups.size(); ++i) all[i] = groups[i] == 0;
  fuzz::require(batch.split == !fits(load(outbox, all)), "only what is too large alone is split");
  if (batch.split) {
    for (std::size_t i = 0; i < groups.size(); ++i)
      fuzz::require(all[i] || !batch.selected[i], "a part is a part of the oldest group");
    return;
  }
  const auto left = std::find(batch.selected.begin(), batch.selected.end(), 0);
  const auto first_left = static_cast<std::size_t>(left - batch.selected.begin());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    fuzz::require(batch.selected[i] == (groups[i] < first_left), "whole groups, oldest first");
    if (groups[i] == first_left) next[i] = 1;
  }
  fuzz::require(next == batch.selected || !fits(load(outbox, next)), "as many groups as fit");
}

void check(const Outbox& outbox, const Batch& batch, Limits limits) {
  fuzz::require(batch.selected.size() == outbox.writes.size(), "a flag for every write");
  fuzz::Reference states;
  for (std::size_t i = 0; i < outbox.writes.size(); ++i) {
    fuzz::require(batch.selected[i] <= 1, "a flag is a flag");
    for (std::size_t j = 0; j < i; ++j)
      fuzz::require(outbox.writes[i].record != outbox.writes[j].record ||
                        batch.selected[i] == batch.selected[j],
                    "all of a record's writes or none");
    if (!batch.selected[i]) continue;
    fuzz::require(fuzz::is_valid(outbox.of(i)), "what is sent was in order");
    states.take(outbox.of(i));
  }
  fuzz::require(batch.cells == states.cells(), "a batch is the joined states of its records");
  const Limits used = load(outbox, batch.selected);
  fuzz::require(batch.records == used.records, "the records are counted");
  if (outbox.writes.empty()) return;
  fuzz::require(used.records >= 1, "something is sent");
  fuzz::require(used.records == 1 || (used.records <= limits.records && used.bytes <= limits.bytes),
                "a batch of several records is within the limits");
  check_groups(outbox, batch, limits);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in(data, size);
  const auto records_max = fuzz::choice(in, 16);
  const auto bytes_max = in.ConsumeIntegral<std::uint32_t>() >> fuzz::choice(in, 32);
  const Outbox outbox = outbox_from(in);
  const auto batch = tidemark::plan_batch(outbox.view(), records_max, bytes_max);
  if (batch) {
    fuzz::require(adds_up(outbox), "a view that contradicts itself is refused");
    check(outbox, *batch, {records_max, bytes_max});
    return 0;
  }
  fuzz::require(batch.error() == tidemark::Errc::bad_input, "a refusal says why");
  bool is_valid = adds_up(outbox);
  for (std::size_t i = 0; is_valid && i < outbox.writes.size(); ++i)
    is_valid = fuzz::is_valid(outbox.of(i));
  fuzz::require(!is_valid, "a valid view is planned");
  return 0;
}
