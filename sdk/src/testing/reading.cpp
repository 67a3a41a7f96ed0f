// Reading everything again, in a memory database: what a reset offers and adopts, the sweep at the
// end, and the start of another user.
#include <algorithm>
#include <utility>

#include "contents.h"
#include "store/pending.h"

namespace tidemark::testing {
namespace {

LogWrite written(Contents& next, const RecordKey& record, Columns columns) {
  LogWrite write;
  write.table = record.table;
  write.id = record.id;
  write.entry = ++next.entries;
  write.transaction = "reset:" + std::to_string(write.entry);
  write.columns = std::move(columns);
  return write;
}

std::vector<LogWrite> offered(Contents& next, const Reset& reset) {
  std::vector<stores::JournalEntry> past;
  for (const auto& entry : next.journal)
    if (reset.offer && entry.seq > *reset.offer) past.push_back(entry);
  const auto pending = [&](const RecordKey& record) { return writes_of(next, record); };
  const Cursor at = reset.cursor ? reset.cursor : next.state.known;
  std::vector<LogWrite> writes;
  for (auto& offer : stores::offers_of(stores::fold_heads(past), pending)) {
    writes.push_back(written(next, offer, std::move(offer.columns)));
    writes.back().offer = at.value_or("");
  }
  return writes;
}

void adopt_all(Contents& next, Node node) {
  std::uint64_t adopted = 0;
  for (const LogWrite& write : next.log)
    if (stores::is_adoption(write.columns.registered)) ++adopted;
  for (const auto& [record, row] : next.rows) {
    if (!writes_of(next, record).empty()) continue;
    const Stamp stamp = stores::stamp_after(stores::adoption_stamp(node), adopted++);
    next.log.push_back(written(next, record, stores::whole_columns(stamp)));
  }
}

}  // namespace

void apply_reset(Contents& next, const Reset& reset, Node node) {
  auto offers = offered(next, reset);
  next.log.insert(next.log.begin(), std::make_move_iterator(offers.begin()),
                  std::make_move_iterator(offers.end()));
  if (reset.adopt) adopt_all(next, node);
  std::erase_if(next.journal, [&](const auto& entry) {
    return reset.offer.has_value() && entry.seq > *reset.offer;
  });
  start_over(next, !reset.adopt, reset.known);
}

void start_over(Contents& next, bool sweeping, const Cursor& known) {
  for (auto& entry : next.journal) entry.old = true;
  next.marks.clear();
  stores::move_cursor(next.state, std::nullopt, known);
  next.state.sweeping = sweeping;
}

void sweep(Contents& next) {
  std::set<RecordKey> pending(next.log.begin(), next.log.end());
  std::set<RecordKey> kept = pending;
  kept.insert(next.marks.begin(), next.marks.end());
  for (const DeadLetter& letter : next.dead) kept.insert(letter.change);
  std::erase_if(next.rows, [&](const auto& each) { return !kept.contains(each.first); });
  next.marks.clear();
  std::erase_if(next.journal, [](const auto& entry) { return entry.old; });
  std::erase_if(next.rereads, [&](const auto& each) { return !pending.contains(each); });
  next.state.sweeping = false;
}

void keep_remote(Contents& next) {
  std::erase_if(next.log, [](const LogWrite& write) {
    return stores::is_adoption(write.columns.registered);
  });
  start_over(next, true, std::nullopt);
  drop_graves(next);
}

Contents cleared(const Contents& contents) {
  Contents empty;
  empty.entries = contents.entries;
  empty.letters = contents.letters;
  empty.state.device = contents.state.device;
  empty.state.tables = contents.state.tables;
  empty.state.offset_ms = contents.state.offset_ms;
  return empty;
}

}  // namespace tidemark::testing
