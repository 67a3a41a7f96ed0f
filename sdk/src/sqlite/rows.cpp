// Rows in and out.
#include "sqlite/rows.h"

#include <algorithm>
#include <utility>

#include "json/canonical.h"
#include "sqlite/keys.h"
#include "sqlite/sql.h"
#include "sqlite/texts.h"

namespace tidemark::sqlite {
namespace {

bool is_there(const Row& row, const std::string& name) {
  const auto field = row.find(name);
  return field != row.end() && field->second != kAbsent;
}

// A text that no library gives back as it is, is kept as it was bound: each reads it as it reads
// the column. All else is kept as the column has it, bent to its affinity.
bool is_bound(const Value& stored) {
  const auto* words = std::get_if<std::string>(&stored);
  return is_null(stored) || (words != nullptr && !is_plain_text(*words));
}

}  // namespace

TableRows* rows_of(Tables& tables, std::string_view name) noexcept {
  for (auto& [tbl, rows] : tables)
    if (rows.table().name == name) return &rows;
  return nullptr;
}

void TableRows::add_fields(const std::vector<std::string>& names) {
  table_.fields.insert(table_.fields.end(), names.begin(), names.end());
  db_->all(sql::table_set_fields, {table_.tbl, text_of(table_.fields)});
}

Outcome<Values> TableRows::parts(const std::string& id) const {
  return parts_of(id, table_.keys.size());
}

std::optional<Value> TableRows::key(const std::string& id) const {
  const auto found = parts(id);
  return found ? std::optional(key_of(*found)) : std::nullopt;
}

Outcome<std::string> TableRows::id(const Value& key) const {
  return id_of(key, table_.keys.size());
}

Values TableRows::found(const Values& parts) { return db_->first(table_.texts.read, parts); }

std::optional<Row> TableRows::read(const std::string& id) {
  const auto parts = this->parts(id);
  if (!exists() || !parts) return std::nullopt;
  const Values row = found(*parts);
  return row.empty() ? std::nullopt : std::optional(tagged(row, key_of(*parts)));
}

bool TableRows::has(const std::string& id) {
  const auto parts = this->parts(id);
  return exists() && parts && !found(*parts).empty();
}

Row TableRows::tagged(const Values& found, const Value& key) {
  Row row;
  for (std::size_t i = 0; i < table_.columns.size() && i < found.size(); ++i)
    if (!is_null(found[i]) || !is_null(table_.columns[i].absent))
      row.emplace(table_.columns[i].name, from_column(found[i]));
  if (has_extras()) add_extras(row, found, key);
  return row;
}

void TableRows::add_extras(Row& row, const Values& found, const Value& key) {
  for (const Values& extra : db_->all(sql::extras, {table_.tbl, key})) {
    const std::string& name = text(extra[0]);
    const std::size_t i = table_.column(name);
    if (i < found.size() && !is_same_stored(found[i], extra[1])) continue;
    if (text(extra[2]) == kAbsent) {
      row.erase(name);
      continue;
    }
    auto value = json::canonical(text(extra[2]));
    if (!value) return db_->fail(damaged("tidemark_extras"));
    row.insert_or_assign(name, *std::move(value));
  }
}

bool TableRows::has_extras() {
  if (!has_extras_) has_extras_ = integer(db_->one(sql::extras_count)) != 0;
  return *has_extras_;
}

TableRows::Field TableRows::field_of(std::size_t i, const Row& row, const Values& parts) const {
  const Column& column = table_.columns[i];
  const bool there = is_there(row, column.name);
  if (!there && column.key == 0) return {i, {column.absent, is_null(column.absent)}};
  const std::string value = there ? row.find(column.name)->second : std::string();
  if (column.key > 0) {
    const Value& part = parts[column.key - 1];
    return {i, {part, there && from_column(part) == value}};
  }
  if (value == "null") return {i, {Value(), !is_null(column.absent)}};
  return {i, to_column(value, column.affinity)};
}

std::vector<std::string> TableRows::rivals(const std::string& id, const Row& row) {
  std::vector<std::string> ids;
  const auto parts = this->parts(id);
  if (table_.texts.probe.empty() || !parts) return ids;
  Values values;
  for (std::size_t i = 0; i < table_.columns.size(); ++i)
    values.push_back(field_of(i, row, *parts).stored.value);
  const bool done = db_->attempted([&] { ids = probe(values, *parts); });
  return done ? ids : std::vector<std::string>();
}

// Each that is found makes room, so that the next is.
std::vector<std::string> TableRows::probe(const Values& values, const Values& parts) {
  std::vector<std::string> ids;
  const Value own = key_of(parts);
  db_->all(table_.texts.remove, parts);
  for (;;) {
    const Values found = db_->first(table_.texts.probe, values);
    if (found.empty() || key_of(found) == own) return ids;
    if (auto rival = id(key_of(found))) ids.push_back(*std::move(rival));
    db_->all(table_.texts.remove, found);
  }
}

std::optional<Error> TableRows::write(const std::string& id, const std::string& sql,
                                      const Values& values) {
  const auto refused = db_->attempt(sql, values);
  if (!refused) return std::nullopt;
  Error error{Errc::constraint, table_.name + ' ' + id + ": " + *refused};
  // A trigger of the app has refused all of the transaction: nothing may go on in it.
  if (!db_->in_transaction()) db_->fail({Errc::store_failed, error.detail});
  return error;
}

std::optional<Error> TableRows::put_values(const std::string& id, const Values& values,
                                           const Values& parts) {
  if (table_.texts.change.empty() || found(parts).empty())
    return write(id, table_.texts.put, values);
  Values changed;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (table_.columns[i].key == 0) changed.push_back(values[i]);
  changed.insert(changed.end(), parts.begin(), parts.end());
  return write(id, table_.texts.change, changed);
}

Outcome<Done> TableRows::put(const std::string& id, const Row& row) {
  const auto parts = this->parts(id);
  if (!parts) return parts.error();
  for (std::size_t i = 0; i < parts->size(); ++i)
    if (!is_kept((*parts)[i], table_.columns[table_.keys[i]].affinity))
      return Error{Errc::constraint, table_.name + ' ' + id + ": not its kind of key"};
  std::vector<Field> fields;
  Values values;
  for (std::size_t i = 0; i < table_.columns.size(); ++i) {
    fields.push_back(field_of(i, row, *parts));
    values.push_back(fields.back().stored.value);
  }
  if (auto refused = put_values(id, values, *parts)) return *std::move(refused);
  if (has_extras()) db_->all(sql::extras_drop, {table_.tbl, key_of(*parts)});
  keep_extras(*parts, row, fields);
  return Done{};
}

Outcome<bool> TableRows::patch(const std::string& id, const Row& row) {
  const auto parts = this->parts(id);
  if (!parts) return parts.error();
  if (found(*parts).empty()) return false;
  std::vector<Field> fields;
  Values values;
  std::string sets;
  for (std::size_t i = 0; i < table_.columns.size(); ++i) {
    const Column& column = table_.columns[i];
    if (column.key > 0 || !row.contains(column.name)) continue;
    fields.push_back(field_of(i, row, *parts));
    values.push_back(fields.back().stored.value);
    sets += (sets.empty() ? "" : ", ") + quoted_name(column.name) + " = ?";
  }
  values.insert(values.end(), parts->begin(), parts->end());
  if (!sets.empty())
    if (auto refused = write(id, table_.texts.update + sets + table_.texts.where, values))
      return *std::move(refused);
  keep_extras(*parts, row, fields);
  return true;
}

Outcome<Done> TableRows::remove(const std::string& id) {
  const auto parts = this->parts(id);
  if (!parts) return parts.error();
  if (auto refused = write(id, table_.texts.remove, *parts)) return *std::move(refused);
  if (has_extras()) db_->all(sql::extras_drop, {table_.tbl, key_of(*parts)});
  return Done{};
}

void TableRows::keep_extras(const Values& parts, const Row& row, const std::vector<Field>& fields) {
  const Value key = key_of(parts);
  Values now;
  for (const auto& [i, stored] : fields) {
    const std::string& name = table_.columns[i].name;
    if (stored.exact) {
      drop_extra(key, name);
      continue;
    }
    if (!is_bound(stored.value) && now.empty()) now = found(parts);
    const Value& held = is_bound(stored.value) || i >= now.size() ? stored.value : now[i];
    const auto value = row.find(name);
    keep_extra(key, name, held, value == row.end() ? std::string(kAbsent) : value->second);
  }
  for (const auto& [name, value] : row) {
    if (table_.column(name) < table_.columns.size()) continue;
    if (value == kAbsent)
      drop_extra(key, name);
    else
      keep_extra(key, name, {}, value);
  }
}

void TableRows::keep_extra(const Value& key, const std::string& name, const Value& stored,
                           const std::string& text) {
  db_->all(sql::extra_put, {table_.tbl, key, name, stored, text});
  has_extras_ = true;
}

void TableRows::drop_extra(const Value& key, const std::string& name) {
  if (has_extras()) db_->all(sql::extra_drop, {table_.tbl, key, name});
}

}  // namespace tidemark::sqlite
