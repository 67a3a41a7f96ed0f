// Groups by union-find over transactions; packs groups in the order of their first write; joins
// each record's writes.
#include "outbox.h"

#include <algorithm>
#include <numeric>

#include "tidemark/merge.h"

namespace tidemark {
namespace {

constexpr std::uint32_t kNone = ~std::uint32_t{0};

class Groups {
 public:
  explicit Groups(std::size_t transactions) : parent_(transactions) {
    std::iota(parent_.begin(), parent_.end(), 0u);
  }
  // The group of a transaction: its smallest member.
  std::uint32_t of(std::uint32_t transaction) {
    while (parent_[transaction] != transaction)
      transaction = parent_[transaction] = parent_[parent_[transaction]];
    return transaction;
  }
  void unite(std::uint32_t a, std::uint32_t b) {
    a = of(a);
    b = of(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

bool is_valid(const OutboxView& outbox) {
  std::size_t cells = 0;
  for (const PendingWrite& write : outbox.writes) {
    if (write.record >= outbox.record_bytes.size() || write.cells == 0) return false;
    if (write.transaction >= outbox.writes.size()) return false;
    if (write.cells > outbox.cells.size() - cells) return false;
    for (const Cell& cell : outbox.cells.subspan(cells, write.cells))
      if (cell.record != write.record) return false;
    cells += write.cells;
  }
  return cells == outbox.cells.size();
}

Groups group(const OutboxView& outbox) {
  Groups groups(outbox.writes.size());
  std::vector<std::uint32_t> seen_in(outbox.record_bytes.size(), kNone);
  for (const PendingWrite& write : outbox.writes) {
    std::uint32_t& transaction = seen_in[write.record];
    if (transaction == kNone)
      transaction = write.transaction;
    else
      groups.unite(transaction, write.transaction);
  }
  return groups;
}

struct Load {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  [[nodiscard]] bool fits(std::uint32_t records_max, std::uint32_t bytes_max) const {
    return records <= records_max && bytes <= bytes_max;
  }
};

// Fills a batch with records, group by group.
class Packer {
 public:
  Packer(const OutboxView& outbox, std::uint32_t records_max, std::uint32_t bytes_max)
      : outbox_(outbox), records_max_(records_max), bytes_max_(bytes_max) {}

  std::vector<std::uint8_t> pack(Groups groups, bool& split) {
    measure(groups);
    std::vector<std::uint8_t> taken(outbox_.writes.size(), 0);  // by group
    for (const PendingWrite& write : outbox_.writes) {
      const std::uint32_t g = groups.of(write.transaction);
      if (taken[g]) continue;
      const Load next{total_.records + loads_[g].records, total_.bytes + loads_[g].bytes};
      if (!next.fits(records_max_, bytes_max_)) {
        if (total_.records == 0) split = true;
        break;
      }
      taken[g] = 1;
      total_ = next;
    }
    return split ? first_records(groups) : records_of(groups, taken);
  }

 private:
  void measure(Groups& groups) {
    loads_.assign(outbox_.writes.size(), {});
    std::vector<std::uint8_t> counted(outbox_.record_bytes.size(), 0);
    for (const PendingWrite& write : outbox_.writes) {
      if (counted[write.record]) continue;
      counted[write.record] = 1;
      Load& load = loads_[groups.of(write.transaction)];
      load.records += 1;
      load.bytes += outbox_.record_bytes[write.record];
    }
  }

  std::vector<std::uint8_t> records_of(Groups& groups, const std::vector<std::uint8_t>& taken) {
    std::vector<std::uint8_t> records(outbox_.record_bytes.size(), 0);
    for (const PendingWrite& write : outbox_.writes)
      records[write.record] = taken[groups.of(write.transaction)];
    return records;
  }

  // Of the oldest group, as many records as fit, and one at least.
  std::vector<std::uint8_t> first_records(Groups& groups) {
    std::vector<std::uint8_t> records(outbox_.record_bytes.size(), 0);
    const std::uint32_t oldest = groups.of(outbox_.writes.front().transaction);
    Load load;
    for (const PendingWrite& write : outbox_.writes) {
      if (records[write.record] || groups.of(write.transaction) != oldest) continue;
      load = {load.records + 1, load.bytes + outbox_.record_bytes[write.record]};
      if (load.records > 1 && !load.fits(records_max_, bytes_max_)) break;
      records[write.record] = 1;
    }
    return records;
  }

  const OutboxView& outbox_;
  std::uint32_t records_max_;
  std::uint32_t bytes_max_;
  std::vector<Load> loads_;
  Load total_;
};

// The join of each chosen record's writes.
Result<std::vector<Cell>> coalesce(const OutboxView& outbox,
                                   const std::vector<std::uint8_t>& records) {
  std::vector<std::vector<Cell>> states(records.size());
  std::vector<Joined> joined;
  std::size_t first = 0;
  for (const PendingWrite& write : outbox.writes) {
    const auto cells = outbox.cells.subspan(first, write.cells);
    first += write.cells;
    if (!records[write.record]) continue;
    std::vector<Cell>& state = states[write.record];
    joined.clear();
    if (const auto done = join(state, cells, joined); !done) return done.error();
    state.clear();
    for (const Joined& each : joined) state.push_back(each.cell);
  }
  std::vector<Cell> all;
  for (const auto& state : states) all.insert(all.end(), state.begin(), state.end());
  return all;
}

}  // namespace

Result<Batch> plan_batch(const OutboxView& outbox, std::uint32_t records_max,
                         std::uint32_t bytes_max) {
  if (!is_valid(outbox)) return Errc::bad_input;
  Batch batch;
  if (outbox.writes.empty()) return batch;
  const auto records = Packer(outbox, records_max, bytes_max).pack(group(outbox), batch.split);
  auto cells = coalesce(outbox, records);
  if (!cells) return cells.error();
  batch.cells = *std::move(cells);
  batch.records = static_cast<std::uint32_t>(std::count(records.begin(), records.end(), 1));
  batch.selected.reserve(outbox.writes.size());
  for (const PendingWrite& write : outbox.writes) batch.selected.push_back(records[write.record]);
  return batch;
}

}  // namespace tidemark
