// Numbers for the core, and changes out of its cells.
#include "batch.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace tidemark::client {
namespace {

std::uint32_t bytes_of(const RecordKey& record, const Row* row) {
  std::size_t bytes = record.id.size();
  if (row != nullptr)
    for (const auto& [name, value] : *row) bytes += name.size() + value.size() + 4;
  return static_cast<std::uint32_t>(std::min<std::size_t>(bytes, UINT32_MAX));
}

// One record of a batch, as the core joined its writes.
struct State {
  Columns columns;
  RecordIndex record = 0;
};

std::vector<State> states_of(const std::vector<Cell>& cells, const stores::FieldNumbers& fields) {
  std::vector<State> states;
  for (const Cell& cell : cells) {
    if (states.empty() || states.back().record != cell.record) {
      states.push_back({{}, cell.record});
      states.back().columns.registered = cell.stamp();
    }
    Columns& columns = states.back().columns;
    if (cell.field == kEveryField) {
      columns.base = cell.stamp();
    } else if (cell.field < kFirstField) {
      columns.registered = cell.stamp();
      columns.deleted = cell.field == kDeleted;
    } else {
      columns.fields.emplace(fields.name(cell.field), cell.stamp());
    }
  }
  return states;
}

// The stamp of most fields is the change's; only the others are named.
void put_fields(const Columns& columns, Change& change) {
  for (const auto& [name, at] : columns.fields)
    if (at != change.stamp) change.fields.emplace(name, at);
}

Change patch(Change change, const Columns& columns, const Row& now) {
  change.patch = true;
  change.stamp = columns.registered;
  for (const auto& [name, at] : columns.fields) {
    change.stamp = std::min(change.stamp, at);
    const auto value = now.find(name);
    change.row.emplace(name, value == now.end() ? std::string(kAbsent) : value->second);
  }
  put_fields(columns, change);
  return change;
}

Change shaped(const RecordKey& record, const Columns& columns, const Row& now) {
  Change change;
  change.table = record.table;
  change.id = record.id;
  change.deleted = columns.deleted;
  change.stamp = columns.registered;
  if (columns.deleted) return change;
  if (!columns.base) return patch(std::move(change), columns, now);
  change.stamp = *columns.base;
  change.row = now;
  put_fields(columns, change);
  return change;
}

}  // namespace

std::vector<LogWrite> Changes::all_writes() const {
  std::vector<LogWrite> all;
  for (const auto& each : writes) all.insert(all.end(), each.begin(), each.end());
  return all;
}

NumberedOutbox::NumberedOutbox(const Outbox& outbox) : outbox_(outbox) {
  for (const LogWrite& write : outbox.writes) add(write);
}

void NumberedOutbox::add(const LogWrite& write) {
  const auto record = static_cast<RecordIndex>(records_.size());
  const auto [number, is_new] = numbers_.emplace(write, record);
  if (is_new) {
    const auto row = outbox_.rows.find(write);
    records_.push_back(write);
    bytes_.push_back(bytes_of(write, row == outbox_.rows.end() ? nullptr : &row->second));
  }
  const auto next = static_cast<std::uint32_t>(transactions_.size());
  const std::uint32_t transaction = transactions_.emplace(write.transaction, next).first->second;
  const auto cells = stores::append_cells(number->second, write.columns, fields_, cells_);
  writes_.push_back({number->second, transaction, cells});
}

OutboxView NumberedOutbox::view() const {
  return {writes_, cells_, bytes_, static_cast<std::uint32_t>(outbox_.rereads.size())};
}

Changes NumberedOutbox::changes(const Batch& planned) const {
  std::map<RecordIndex, std::vector<LogWrite>> covered;
  for (std::size_t i = 0; i < planned.selected.size(); ++i)
    if (planned.selected[i] != 0) covered[writes_[i].record].push_back(outbox_.writes[i]);
  Changes changes;
  changes.split = planned.split;
  for (const auto& [columns, number] : states_of(planned.cells, fields_)) {
    auto& writes = covered[number];
    const auto row = outbox_.rows.find(records_[number]);
    if (row == outbox_.rows.end() && !columns.deleted) {
      // Offered, too: gone from here without a delete, so there is nothing to say.
      changes.vanished.insert(changes.vanished.end(), writes.begin(), writes.end());
      continue;
    }
    Change change =
        shaped(records_[number], columns, row == outbox_.rows.end() ? Row{} : row->second);
    for (const LogWrite& write : writes) {
      if (write.create && !columns.deleted) change.create = true;
      if (write.offer) change.offer = write.offer;
      if (!change.born) change.born = write.born;
    }
    changes.changes.push_back(std::move(change));
    changes.writes.push_back(std::move(writes));
  }
  return changes;
}

}  // namespace tidemark::client
