// Rows out of joined states.
#include "merge_rows.h"

#include "values.h"

namespace tidemark::stores {
namespace {

// A field above the base is its own side's; below it, the base's. A state without any base is only
// its fields.
Side side_of(std::string_view name, const JoinedColumns& joined) {
  const auto own = joined.fields.find(name);
  return own != joined.fields.end() ? own->second : joined.base.value_or(Side::local);
}

}  // namespace

bool remote_wins(std::string_view name, const JoinedColumns& joined, int order) {
  const Side side = side_of(name, joined);
  return side == Side::remote || (side == Side::tie && order < 0);
}

MergedRow merge_rows(const Row& local, const Row& remote, const JoinedColumns& joined) {
  MergedRow merged;
  for (const std::string& name : names_of(local, remote)) {
    const int order = compare_fields(local, remote, name);
    const bool remotes = remote_wins(name, joined, order);
    const Row& winner = remotes ? remote : local;
    if (has(winner, name)) merged.row.insert(*winner.find(name));
    if (order == 0) continue;
    if (remotes)
      merged.changed = true;
    else if (remote.contains(name) && side_of(name, joined) == Side::local)
      merged.lost.push_back(name);
  }
  return merged;
}

}  // namespace tidemark::stores
