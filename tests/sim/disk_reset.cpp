// Reading from the beginning: what is offered again, what is adopted, what is swept.
#include <algorithm>

#include "disk.h"
#include "mutants.h"

namespace sim {

void Disk::sweep() {
  sweeping = false;
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
  const Cursor from = cursor;
  Records offered;
  std::array<Columns, kRecords> known{};
  if (reply.offer && !is(Mutant::no_offers))
    for (const JournalEntry& entry : journal) {
      if (entry.seq <= *reply.offer && !is(Mutant::offer_everything)) continue;
      for (const Head& head : entry.heads) {
        known[head.record] = offered[head.record]
                                 ? join(known[head.record], head.columns).columns
                                 : head.columns;
        offered.set(head.record);
      }
    }
  // The row of a refused change is not what the hub's stamps are of.
  for (const DeadLetter& letter : dead) offered.reset(letter.record);
  offered &= ~rereads;
  for (Record r = 0; r < kRecords; ++r) {
    if (!offered[r]) continue;
    Columns columns = known[r];
    if (columns.deleted) {
      columns = {};
      columns.reg = known[r].reg;
      columns.deleted = true;
    }
    Entry entry{next_entry++, next_transaction++, r, columns, false, false, from, 0};
    log.insert(log.begin(), entry);
  }
  if (reply.adopt) adopt(from);
  journal.clear();
  marks.reset();
  cursor = {};
  sweeping = !reply.adopt || is(Mutant::sweep_after_adopt);
}

void Disk::adopt(Cursor from) {
  std::uint64_t n = 0;
  for (Record r = 0; r < kRecords; ++r) {
    if (!rows[r].shown || has_pending(r)) continue;
    const Stamp at = adoption_stamp(Node{from.epoch}, n++);
    log.push_back({next_entry++, next_transaction++, r, {at, {}, at, false}, false, true, {}, 0});
  }
}

}  // namespace sim
