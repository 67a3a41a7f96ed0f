// Writes of the app's, and how they are told.
#include "local_write.h"

#include <algorithm>
#include <map>
#include <utility>

#include "columns.h"
#include "values.h"

namespace tidemark::stores {
namespace {

using Operation = PendingRecord::Operation;

Operation operation_of(const LogWrite& write) {
  if (write.columns.deleted) return Operation::remove;
  return write.create || write.sent ? Operation::create : Operation::update;
}

void add_fields(const Columns& columns, std::optional<std::vector<std::string>>& fields) {
  if (columns.base || columns.deleted) fields.reset();
  if (!fields) return;
  for (const auto& [name, at] : columns.fields)
    if (std::find(fields->begin(), fields->end(), name) == fields->end()) fields->push_back(name);
}

PendingRecord new_record(const LogWrite& write, const Outbox& outbox) {
  PendingRecord record;
  record.table = write.table;
  record.id = write.id;
  record.fields.emplace();
  record.since = write.columns.registered.ms();
  const auto row = outbox.rows.find(write);
  if (row != outbox.rows.end()) record.row = row->second;
  return record;
}

}  // namespace

std::optional<Written> written_by(const LocalWrite& change, const std::optional<Row>& before,
                                  MergeMode merge, const DeadLetter* letter) {
  if (change.deleted) return Written{};
  const std::optional<Row>& from = before || letter == nullptr ? before : letter->row;
  std::optional<Row> row = change.row ? change.row : from;
  if (change.patch) row = patched_row(from.value_or(Row{}), change.row.value_or(Row{}));
  if (!row) return std::nullopt;
  Written written{std::move(row), std::nullopt, !before};
  if (!before || merge == MergeMode::record) return written;
  if (letter == nullptr) {
    written.fields = changed_fields(*before, *written.row);
    if (written.fields->empty()) return std::nullopt;
  } else if (change.patch) {
    written.fields.emplace();
    for (const auto& [name, value] : change.row.value_or(Row{})) written.fields->push_back(name);
  }
  return written;
}

LocalWrite write_of(const Change& refused) {
  LocalWrite write;
  write.table = refused.table;
  write.id = refused.id;
  write.deleted = refused.deleted;
  write.patch = refused.patch;
  if (!refused.deleted) write.row = refused.row;
  return write;
}

Columns columns_of(const Written& written, Stamp stamp) {
  if (!written.row) return delete_columns(stamp);
  return written.fields ? patch_columns(*written.fields, stamp) : whole_columns(stamp);
}

Error no_letter(std::int64_t id) {
  return {Errc::bad_input, "there is no dead letter " + std::to_string(id)};
}

Outcome<Done> check_retry(const DeadLetter& letter, bool is_reread) {
  if (!letter.change.deleted || !is_reread) return Done{};
  return Error{Errc::reread_pending, letter.change.table + ' ' + letter.change.id};
}

std::vector<PendingRecord> pending_records_of(const Outbox& outbox) {
  std::vector<PendingRecord> records;
  std::map<RecordKey, std::size_t> places;
  for (const LogWrite& write : outbox.writes) {
    const auto [place, is_new] = places.emplace(write, records.size());
    if (is_new) records.push_back(new_record(write, outbox));
    PendingRecord& record = records[place->second];
    record.since = std::min(record.since, write.columns.registered.ms());
    const Operation operation = operation_of(write);
    if (record.operations.empty() || record.operations.back() != operation)
      record.operations.push_back(operation);
    add_fields(write.columns, record.fields);
  }
  return records;
}

}  // namespace tidemark::stores
