// What the limit of an outbox leaves, carried by what it has.
#include "carried.h"

#include <algorithm>
#include <map>
#include <utility>

#include "pending.h"

namespace tidemark::stores {
namespace {

void carry(LogWrite& write, std::vector<LogWrite> carries) {
  std::vector<Columns> columns{write.columns};
  for (const LogWrite& each : carries) {
    columns.push_back(each.columns);
    // The change is made of all of them: it creates if one of them does.
    write.create = write.create || each.create;
    write.sent = write.sent || each.sent;
    if (!write.born) write.born = each.born;
  }
  write.columns = fold_writes(columns);
  write.carries = std::move(carries);
}

}  // namespace

std::vector<LogWrite> carrying(std::vector<LogWrite> writes, std::span<const LogWrite> left) {
  std::map<RecordKey, std::vector<LogWrite>> carried;
  for (const LogWrite& write : left) carried[write].push_back(write);
  // From the end: the first that is met of a record is its last.
  for (auto write = writes.rbegin(); write != writes.rend() && !carried.empty(); ++write)
    if (auto found = carried.extract(*write)) carry(*write, std::move(found.mapped()));
  return writes;
}

std::vector<LogWrite> all_sent_with(std::span<const LogWrite> writes) {
  std::vector<LogWrite> all;
  for (const LogWrite& write : writes) {
    all.push_back(write);
    all.insert(all.end(), write.carries.begin(), write.carries.end());
  }
  return all;
}

}  // namespace tidemark::stores
