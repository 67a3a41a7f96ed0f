// What the app and the push do: writes, the rows of a batch, stamping again, letters.
#include "disk.h"

#include <algorithm>
#include <cstddef>

#include "hub.h"
#include "mutants.h"

namespace sim {

bool Disk::has_pending(Record record) const {
  return std::any_of(log.begin(), log.end(),
                     [record](const Entry& entry) { return entry.record == record; });
}

Stamp Disk::newest() const {
  Stamp newest;
  for (const Entry& entry : log)
    if (!entry.adopted) newest = std::max(newest, entry.columns.reg);
  return newest;
}

Columns fold(const std::vector<Columns>& writes) {
  std::vector<Columns> ordered = writes;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Columns& a, const Columns& b) { return a.reg < b.reg; });
  Columns all;
  for (const Columns& write : ordered) {
    if (write.has_base()) {
      all = write;
      continue;
    }
    all.deleted = write.deleted;
    for (int f = 0; f < kFields; ++f)
      if (write.field[f] != kNoStamp) all.field[f] = write.field[f];
    all.reg = write.reg;
  }
  if (all.deleted) return {{}, {}, all.reg, true};
  return all;
}

Columns Disk::pending_columns(Record record) const {
  thread_local std::vector<Columns> writes;
  writes.clear();
  for (const Entry& entry : log)
    if (entry.record == record) writes.push_back(entry.columns);
  return fold(writes);
}

void Disk::write(Entry entry, const Row& row) {
  entry.id = entry.order = next_entry++;
  log.push_back(entry);
  rows[entry.record] = row;
}

Disk::Rows Disk::all_rows() const {
  Rows all = rows;
  for (Record r = 0; r < kRecords; ++r)
    if (!all[r].shown) all[r] = graves[r];
  return all;
}

Batch Disk::build(const std::vector<Entry>& view, const Rows& loaded,
                  const std::vector<std::uint8_t>& selected, const std::vector<Cell>& cells,
                  const std::vector<Record>& records) const {
  Batch batch;
  for (std::size_t i = 0; i < cells.size();) {
    std::size_t end = i;
    while (end < cells.size() && cells[end].record == cells[i].record) ++end;
    Change change;
    change.record = records[cells[i].record];
    change.columns = columns_of(&cells[i], cells.data() + end);
    i = end;
    std::vector<std::uint32_t> ids;
    for (std::size_t w = 0; w < view.size(); ++w) {
      const Entry& entry = view[w];
      if (!selected[w] || entry.record != change.record) continue;
      ids.push_back(entry.id);
      if (entry.create) change.create = true;
      if (entry.is_offer()) change.offer = entry.offer;
    }
    const Row& row = loaded[change.record];
    if (change.columns.deleted) {
      const Stamp reg = change.columns.reg;
      change.columns = {};
      change.columns.reg = reg;
      change.columns.deleted = true;
    } else if (!row.shown) {
      batch.vanished.insert(batch.vanished.end(), ids.begin(), ids.end());
      continue;
    } else {
      const Fields said = change.columns.written();
      for (int f = 0; f < kFields; ++f) change.values[f] = has(said, f) ? row.values[f] : 0;
      stamp_register(change.columns);
    }
    batch.changes.push_back(change);
    batch.entries.push_back(std::move(ids));
  }
  return batch;
}

void Disk::sending(const Batch& batch, std::uint32_t end) {
  if (is(Mutant::create_said_again)) return;
  for (const Change& change : batch.changes)
    for (Entry& entry : log)
      if (change.create && entry.record == change.record && entry.id < end) entry.create = false;
}

void Disk::restamp(const Again& again, Node node) {
  std::vector<Entry*> order;
  for (Entry& entry : log)
    if (!entry.is_offer()) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(),
                   [](const Entry* a, const Entry* b) { return a->order < b->order; });
  if (is(Mutant::restamp_unordered)) std::reverse(order.begin(), order.end());
  std::uint64_t adopted = 0;
  for (Entry* entry : order) {
    const Stamp next = entry->adopted ? adoption_stamp(node, adopted++) : again(*entry);
    Columns& columns = entry->columns;
    // It had lost, and the row was back: now it may win.
    const Row& row = rows[entry->record];
    if (columns.deleted && row.shown && !is(Mutant::no_device_ledger))
      add_loss({entry->record, columns.reg, row.values, true});
    // The row may show what has lost by that: it is not offered under the winner's stamps.
    if (next < columns.reg && rereads[entry->record]) doubt(entry->record);
    columns.reg = next;
    if (columns.has_base()) columns.base = next;
    for (Stamp& stamp : columns.field)
      if (stamp != kNoStamp) stamp = next;
  }
}

void Disk::doubt(Record record) {
  const std::uint32_t seq = journal.empty() ? 0 : journal.back().seq;
  journal.push_back({seq, false, {{record, {}, true}}});
}

void Disk::start_over() {
  if (cursor.epoch != 0 && !is(Mutant::restart_forgets)) known = cursor;
  cursor = {};
  sweeping = true;
  marks.reset();
  for (JournalEntry& entry : journal) entry.old = true;
}

void Disk::discard(std::size_t letter) {
  rereads.set(dead[letter].record);
  dead.erase(dead.begin() + static_cast<std::ptrdiff_t>(letter));
}

bool Disk::clear(bool discard) {
  const bool refuses = !log.empty() || !dead.empty();
  if (refuses && !discard && !is(Mutant::switch_drops_outbox)) return false;
  *this = {};
  return true;
}

}  // namespace sim
