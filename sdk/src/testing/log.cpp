// The log of a memory database: what is read of it, and stamping it again.
#include <algorithm>
#include <utility>

#include "contents.h"
#include "store/carried.h"
#include "store/losses.h"
#include "store/pending.h"

namespace tidemark::testing {
namespace {

// A transaction that the limit cuts waits for the next time, unless it is the first.
std::size_t cut(const std::vector<LogWrite>& log, std::size_t limit) {
  if (limit >= log.size()) return log.size();
  std::size_t end = limit;
  while (end > 0 && log[end - 1].transaction == log[limit].transaction) --end;
  return end == 0 ? limit : end;
}

std::map<RecordKey, const LogWrite*> last_of_each(const std::vector<LogWrite*>& own) {
  std::map<RecordKey, const LogWrite*> last;
  for (const LogWrite* write : own) last[*write] = write;
  return last;
}

std::vector<LogWrite*> own_of(std::vector<LogWrite>& log) {
  std::vector<LogWrite*> own;
  for (LogWrite& write : log)
    if (!write.offer) own.push_back(&write);
  std::sort(own.begin(), own.end(),
            [](const LogWrite* a, const LogWrite* b) { return a->entry < b->entry; });
  return own;
}

bool is_reread(const Contents& contents, const RecordKey& record) {
  const auto& all = contents.rereads;
  return std::find(all.begin(), all.end(), record) != all.end();
}

}  // namespace

Outbox outbox_of(const Contents& contents, std::size_t limit) {
  const auto& log = contents.log;
  const auto end = log.begin() + static_cast<std::ptrdiff_t>(cut(log, limit));
  Outbox outbox;
  outbox.writes = stores::carrying({log.begin(), end}, {end, log.end()});
  for (const LogWrite& write : outbox.writes)
    for (const auto* rows : {&contents.rows, &contents.graves})
      if (const auto row = rows->find(write); row != rows->end()) outbox.rows.insert(*row);
  outbox.pending = static_cast<std::uint32_t>(log.size());
  outbox.counted = counted_of(contents);
  const std::size_t count = std::min(contents.rereads.size(), kRereadsMax);
  outbox.rereads.assign(contents.rereads.begin(),
                        contents.rereads.begin() + static_cast<std::ptrdiff_t>(count));
  return outbox;
}

std::vector<LogWrite> writes_of(const Contents& contents, const RecordKey& record) {
  std::vector<LogWrite> writes;
  for (const LogWrite& write : contents.log)
    if (static_cast<const RecordKey&>(write) == record) writes.push_back(write);
  return writes;
}

std::optional<Stamp> newest_of(const Contents& contents) {
  std::optional<Stamp> newest;
  for (const LogWrite& write : contents.log)
    if (!write.offer) newest = std::max(newest.value_or(Stamp{}), write.columns.registered);
  return newest;
}

std::int64_t counted_of(const Contents& contents) {
  std::int64_t counted = 0;
  for (const LogWrite& write : contents.log) counted = std::max(counted, write.entry);
  return counted;
}

void mark_sent(Contents& contents, std::span<const LogWrite> writes) {
  std::set<std::int64_t> sent;
  for (const LogWrite& write : stores::all_sent_with(writes)) sent.insert(write.entry);
  for (LogWrite& write : contents.log)
    if (write.create && sent.contains(write.entry)) {
      write.create = false;
      write.sent = true;
    }
}

Outcome<Done> restamp(Contents& next, const Store::Again& again, WallMs now) {
  const auto own = own_of(next.log);
  const auto last = last_of_each(own);
  std::uint64_t adopted = 0;
  for (LogWrite* write : own) {
    const Stamp before = write->columns.registered;
    const auto given = again(before, 1);
    if (!given) return Error{given.error(), {}};
    const Stamp lowest = stores::adoption_stamp(given->node);
    const Stamp stamp =
        stores::is_adoption(before) ? stores::stamp_after(lowest, adopted++) : *given;
    if (stamp < before && is_reread(next, *write)) keep_doubt(next, *write);
    const auto row = next.rows.find(*write);
    if (write->columns.deleted && row != next.rows.end() && last.at(*write) == write)
      keep_losses(next, {{stores::loss_of_shown(*write, row->second, before, *given, now)}}, now);
    write->columns = stores::stamped_at(write->columns, stamp);
  }
  return Done{};
}

}  // namespace tidemark::testing
