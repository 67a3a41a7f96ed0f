// The database, as an app uses it.
#include "database.h"
#include "store/values.h"

namespace tidemark::testing {

MemoryDatabase::MemoryDatabase(Tables tables, Host& host) : impl_(std::make_unique<Impl>(host)) {
  impl_->now.state.tables = std::move(tables);
  impl_->now.state.device = "memory";
}
MemoryDatabase::~MemoryDatabase() = default;

Outcome<Done> MemoryDatabase::put(const std::string& table, const std::string& id, const Row& row) {
  const std::scoped_lock lock(impl_->mutex);
  LocalWrite write;
  write.table = table;
  write.id = id;
  write.row = row;
  return impl_->write(write);
}

Outcome<Done> MemoryDatabase::update(const std::string& table, const std::string& id,
                                     const Row& fields) {
  const std::scoped_lock lock(impl_->mutex);
  const auto before = impl_->row_of({table, id});
  return before ? put(table, id, stores::patched_row(*before, fields)) : Done{};
}

Outcome<Done> MemoryDatabase::remove(const std::string& table, const std::string& id) {
  const std::scoped_lock lock(impl_->mutex);
  const auto mode = impl_->mode_of(table);
  return mode ? impl_->record({table, id}, stores::Written{}) : mode.error();
}

void MemoryDatabase::transaction(const std::function<void()>& work) {
  const std::scoped_lock lock(impl_->mutex);
  ++impl_->depth;
  work();
  if (--impl_->depth == 0) impl_->transaction.clear();
}

std::optional<Row> MemoryDatabase::get(const std::string& table, const std::string& id) const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->row_of({table, id});
}

std::map<std::string, Row> MemoryDatabase::rows(const std::string& table) const {
  const std::scoped_lock lock(impl_->mutex);
  std::map<std::string, Row> found;
  for (const auto& [record, row] : impl_->now.rows)
    if (record.table == table) found.emplace(record.id, row);
  return found;
}

void MemoryDatabase::corrupt(const std::string& table, const std::string& id,
                             const std::optional<Row>& row) {
  const std::scoped_lock lock(impl_->mutex);
  if (row)
    impl_->now.rows[{table, id}] = *row;
  else
    impl_->now.rows.erase({table, id});
}

}  // namespace tidemark::testing
