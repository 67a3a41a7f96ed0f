// One pass over both sides, a record at a time: base, register, then the exceptions that stay above
// the joined base.
#include "tidemark/merge.h"

#include <algorithm>
#include <optional>

namespace tidemark {
namespace {

using Cells = std::span<const Cell>;

bool is_register(Field field) noexcept { return field == kAlive || field == kDeleted; }

bool is_valid(Cells cells) noexcept {
  for (std::size_t i = 1; i < cells.size(); ++i) {
    const Cell& a = cells[i - 1];
    const Cell& b = cells[i];
    if (a.record > b.record) return false;
    if (a.record < b.record) continue;
    if (a.field >= b.field || (is_register(a.field) && is_register(b.field))) return false;
  }
  return true;
}

// The cells of one side that belong to `record`, cut off the front of `rest`.
Cells take_record(Cells& rest, RecordIndex record) noexcept {
  std::size_t n = 0;
  while (n < rest.size() && rest[n].record == record) ++n;
  const Cells cells = rest.first(n);
  rest = rest.subspan(n);
  return cells;
}

// The base or the register: cut off the front if it is there.
template <typename Wanted>
std::optional<Cell> take_front(Cells& cells, Wanted wanted) noexcept {
  if (cells.empty() || !wanted(cells.front().field)) return std::nullopt;
  const Cell cell = cells.front();
  cells = cells.subspan(1);
  return cell;
}

// Of one field, or of the register, where equal stamps with different flags are ordered by the
// flag: true wins.
Joined greater(const Cell& local, const Cell& remote) noexcept {
  const auto order = local.stamp() <=> remote.stamp();
  if (order > 0) return {local, Side::local};
  if (order < 0) return {remote, Side::remote};
  if (local.field > remote.field) return {local, Side::local};
  if (local.field < remote.field) return {remote, Side::remote};
  return {local, Side::tie};
}

std::optional<Joined> greater(const std::optional<Cell>& local, const std::optional<Cell>& remote) {
  if (local && remote) return greater(*local, *remote);
  if (local) return Joined{*local, Side::local};
  if (remote) return Joined{*remote, Side::remote};
  return std::nullopt;
}

// The next field in order of either side, joined.
Joined next_field(Cells& local, Cells& remote) noexcept {
  const auto take = [](Cells& from) {
    const Cell cell = from.front();
    from = from.subspan(1);
    return cell;
  };
  if (remote.empty() || (!local.empty() && local.front().field < remote.front().field))
    return {take(local), Side::local};
  if (local.empty() || remote.front().field < local.front().field)
    return {take(remote), Side::remote};
  return greater(take(local), take(remote));
}

void join_record(Cells local, Cells remote, std::vector<Joined>& out) {
  const auto is_base = [](Field field) { return field == kEveryField; };
  const auto local_base = take_front(local, is_base);
  const auto base = greater(local_base, take_front(remote, is_base));
  if (base) out.push_back(*base);
  const auto local_register = take_front(local, is_register);
  const auto reg = greater(local_register, take_front(remote, is_register));
  if (reg) out.push_back(*reg);
  while (!local.empty() || !remote.empty()) {
    const Joined field = next_field(local, remote);
    // A cell at or below the joined base says nothing more: the base wrote this field as well.
    if (!base || field.cell.stamp() > base->cell.stamp()) out.push_back(field);
  }
}

}  // namespace

Result<std::uint32_t> join(Cells local, Cells remote, std::vector<Joined>& out) {
  if (!is_valid(local) || !is_valid(remote)) return Errc::bad_input;
  const std::size_t before = out.size();
  while (!local.empty() || !remote.empty()) {
    const RecordIndex record = remote.empty() ? local.front().record
                               : local.empty()
                                   ? remote.front().record
                                   : std::min(local.front().record, remote.front().record);
    const Cells mine = take_record(local, record);
    join_record(mine, take_record(remote, record), out);
  }
  return static_cast<std::uint32_t>(out.size() - before);
}

}  // namespace tidemark
