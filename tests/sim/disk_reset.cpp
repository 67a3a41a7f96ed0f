// Reading from the beginning: what is offered again, what is adopted, what is swept.
#include <algorithm>

#include "disk.h"
#include "mutants.h"

namespace sim {

void Disk::sweep() {
  sweeping = false;
  std::erase_if(journal, [](const JournalEntry& entry) { return entry.old; });
  if (is(Mutant::no_sweep)) return;
  const auto has_letter = [this](Record record) {
    return std::any_of(dead.begin(), dead.end(),
                       [record](const DeadLetter& letter) { return letter.record == record; });
  };
  for (Record r = 0; r < kRecords; ++r) {
    if (marks[r] || has_letter(r)) continue;
    if (has_pending(r) && !is(Mutant::sweep_takes_pending)) continue;
    rows[r] = {};
  }
  if (is(Mutant::sweep_takes_pending))
    std::erase_if(log, [this](const Entry& entry) { return !marks[entry.record]; });
}

void Disk::reset(const Reply& reply) {
  const Cursor from = cursor.epoch != 0 ? cursor : known;
  Records offered;
  std::array<Columns, kRecords> journaled{};
  if (reply.offer && !is(Mutant::no_offers))
    for (const JournalEntry& entry : journal) {
      if (entry.seq <= *reply.offer) continue;
      for (const Head& head : entry.heads) {
        if (head.doubt) {
          offered.reset(head.record);
          continue;
        }
        journaled[head.record] = offered[head.record]
                                     ? join(journaled[head.record], head.columns).columns
                                     : head.columns;
        offered.set(head.record);
      }
    }
  for (Record r = 0; r < kRecords; ++r) {
    if (!offered[r]) continue;
    Columns columns = journaled[r];
    if (columns.deleted && has_outlived(r, columns.reg)) {
      columns.deleted = false;
      stamp_register(columns);
      if (columns.written() == 0) continue;
    }
    if (columns.deleted) columns = {{}, {}, columns.reg, true};
    const std::uint32_t id = next_entry++;
    Entry entry{id, id, next_transaction++, r, columns, false, false, from, 0};
    log.insert(log.begin(), entry);
  }
  if (reply.adopt) adopt(from);
  if (is(Mutant::journal_dropped_early)) journal.clear();
  std::erase_if(journal,
                [&](const JournalEntry& entry) { return reply.offer && entry.seq > *reply.offer; });
  for (JournalEntry& entry : journal) entry.old = true;
  known = is(Mutant::journal_dropped_early) ? Cursor{} : reply.known;
  marks.reset();
  cursor = {};
  sweeping = !reply.adopt;
}

// A delete that lost to what is pending: the row that is shown is offered, or the hub would make it
// of older values.
bool Disk::has_outlived(Record record, Stamp deleted) const {
  if (!has_pending(record)) return false;
  const Columns local = pending_columns(record);
  return !local.deleted && local.reg > deleted;
}

void Disk::adopt(Cursor from) {
  std::uint64_t n = 0;
  for (Record r = 0; r < kRecords; ++r) {
    if (!rows[r].shown || has_pending(r)) continue;
    const Stamp at = adoption_stamp(Node{from.epoch}, n++);
    const std::uint32_t id = next_entry++;
    log.push_back({id, id, next_transaction++, r, {at, {}, at, false}, false, true, {}, 0});
  }
}

}  // namespace sim
