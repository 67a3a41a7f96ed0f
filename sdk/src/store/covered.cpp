// Whether the hub holds a pending write.
#include "covered.h"

#include <algorithm>
#include <set>
#include <string>

#include "values.h"

namespace tidemark::stores {
namespace {

struct Meeting {
  const Change& change;
  /// Of the change.
  Columns held;
  const Columns& local;
  const Row& row;
};

std::set<std::string> names_in(const Meeting& meeting, const Columns& write) {
  std::set<std::string> names;
  for (const FieldStamps* fields : {&write.fields, &meeting.held.fields})
    for (const auto& [name, at] : *fields) names.insert(name);
  if (!write.base) return names;
  for (const Row* row : {&meeting.row, &meeting.change.row})
    for (const auto& [name, value] : *row) names.insert(name);
  return names;
}

bool covers_field(const Meeting& meeting, const Columns& write, const std::string& name) {
  const auto at = stamp_in(write, name);
  if (!at) return true;
  const auto theirs_at = stamp_in(meeting.held, name);
  if (!theirs_at || *theirs_at < *at) return false;
  // A tie of different values is a copy's doing, and not settled by that. Of a field that was
  // written again since, the value is gone: what the hub has at that stamp is it.
  const bool is_last = stamp_in(meeting.local, name) == at;
  const bool is_tie = *theirs_at == *at && is_last;
  return !is_tie || compare_fields(meeting.row, meeting.change.row, name) == 0;
}

// Whether joining `write` to a state that is at least the change would change nothing.
bool covers(const Meeting& meeting, const Columns& write) {
  const Columns& held = meeting.held;
  if (held.registered < write.registered) return false;
  if (held.registered == write.registered && held.deleted != write.deleted) return false;
  if (write.deleted) return true;
  // It writes every field, those that nobody names included.
  if (write.base && (!held.base || *held.base < *write.base)) return false;
  const auto names = names_in(meeting, write);
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string& name) { return covers_field(meeting, write, name); });
}

}  // namespace

std::vector<std::size_t> covered_by(const Change& change, std::span<const LogWrite> writes,
                                    const Columns& local, const Row& row) {
  const Meeting meeting{change, columns_of(change), local, row};
  std::vector<bool> found;
  Stamp cleared;
  for (const LogWrite& write : writes) {
    found.push_back(covers(meeting, write.columns));
    // One that is offered may be another's: what was written here is kept aside.
    if (found.back() && write.columns.deleted && !write.offer)
      cleared = std::max(cleared, write.columns.registered);
  }
  // What was written before a delete went with it: the row that is shown now has none of it.
  std::vector<std::size_t> covered;
  for (std::size_t i = 0; i < writes.size(); ++i)
    if (found[i] || writes[i].columns.registered < cleared) covered.push_back(i);
  return covered;
}

}  // namespace tidemark::stores
