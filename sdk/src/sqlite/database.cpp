// Statements: prepared once, bound, and read.
#include "sqlite/database.h"

#include <sqlite3.h>

#include <chrono>
#include <cmath>
#include <utility>

namespace tidemark::sqlite {
namespace {

/// Statements kept ready, at most.
constexpr std::size_t kPreparedMax = 200;

int bind(sqlite3_stmt* statement, int place, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return sqlite3_bind_int64(statement, place, *number);
  if (const auto* real = std::get_if<double>(&value))
    return sqlite3_bind_double(statement, place, *real);
  // They outlive the run of the statement.
  if (const auto* text = std::get_if<std::string>(&value))
    return sqlite3_bind_text64(statement, place, text->data(), text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  if (const auto* blob = std::get_if<Blob>(&value)) {
    if (blob->empty()) return sqlite3_bind_zeroblob(statement, place, 0);
    return sqlite3_bind_blob64(statement, place, blob->data(), blob->size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, place);
}

Value of_real(double real) {
  const bool is_whole = std::trunc(real) == real && std::abs(real) <= double{kSafeMax};
  if (is_whole && !(real == 0 && std::signbit(real))) return static_cast<std::int64_t>(real);
  return real;
}

Value column(sqlite3_stmt* statement, int place) {
  const auto size = [&] {
    return static_cast<std::size_t>(sqlite3_column_bytes(statement, place));
  };
  switch (sqlite3_column_type(statement, place)) {
    case SQLITE_INTEGER:
      return sqlite3_column_int64(statement, place);
    case SQLITE_FLOAT:
      return of_real(sqlite3_column_double(statement, place));
    case SQLITE_TEXT: {
      const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, place));
      return bytes ? std::string(bytes, size()) : std::string();
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, place));
      return bytes ? Blob(bytes, bytes + size()) : Blob();
    }
    default:
      return {};
  }
}

Values values_of(sqlite3_stmt* statement) {
  const int count = sqlite3_column_count(statement);
  Values row;
  row.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) row.push_back(column(statement, i));
  return row;
}

}  // namespace

std::int64_t integer(const Value& value) noexcept {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number ? *number : 0;
}

const std::string& text(const Value& value) noexcept {
  static const std::string kNone;
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : kNone;
}

std::optional<std::string> maybe_text(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? std::optional(*text) : std::nullopt;
}

Value value_or_null(const std::optional<std::string>& text) {
  return text ? Value(*text) : Value();
}

void Database::finalize() noexcept {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  statements_.clear();
}

WallMs Database::now() const {
  if (host_ != nullptr) return host_->now();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void Database::fail(Error error) {
  if (ok()) error_ = std::move(error);
}

bool Database::in_transaction() const noexcept { return sqlite3_get_autocommit(connection_) == 0; }

bool Database::is_writing() const noexcept {
  for (auto* each = sqlite3_next_stmt(connection_, nullptr); each != nullptr;
       each = sqlite3_next_stmt(connection_, each))
    if (sqlite3_stmt_busy(each) != 0 && sqlite3_stmt_readonly(each) == 0) return true;
  return false;
}

// Some errors have rolled it back already.
void Database::roll_back() noexcept {
  if (in_transaction()) restore("ROLLBACK");
}

void Database::restore(const char* sql) noexcept {
  sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr);
}

sqlite3_stmt* Database::prepared(std::string_view sql) {
  std::string key(sql);
  if (const auto known = statements_.find(key); known != statements_.end()) return known->second;
  if (statements_.size() >= kPreparedMax) finalize();
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_, key.c_str(), static_cast<int>(key.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK)
    fail(error_of(connection_, code));
  else
    statements_.emplace(std::move(key), statement);
  return statement;
}

int Database::run(sqlite3_stmt* statement, const Values& parameters, std::vector<Values>& rows) {
  int code = SQLITE_OK;
  for (std::size_t i = 0; i < parameters.size() && code == SQLITE_OK; ++i)
    code = bind(statement, static_cast<int>(i + 1), parameters[i]);
  if (code == SQLITE_OK)
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) rows.push_back(values_of(statement));
  return code;
}

std::vector<Values> Database::all(std::string_view sql, const Values& parameters) {
  if (const auto refused = attempt(sql, parameters)) fail({Errc::constraint, *refused});
  return ok() ? std::exchange(rows_, {}) : std::vector<Values>();
}

std::optional<std::string> Database::attempt(std::string_view sql, const Values& parameters) {
  rows_.clear();
  if (!ok()) return std::nullopt;
  sqlite3_stmt* statement = prepared(sql);
  if (statement == nullptr) return std::nullopt;
  const int code = run(statement, parameters, rows_);
  Error error;
  if (code != SQLITE_DONE) error = error_of(connection_, code);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  if (error.code == Errc::constraint) return std::move(error.detail);
  if (error.code != Errc::ok) fail(std::move(error));
  return std::nullopt;
}

Values Database::first(std::string_view sql, const Values& parameters) {
  auto rows = all(sql, parameters);
  return rows.empty() ? Values() : std::move(rows.front());
}

Value Database::one(std::string_view sql, const Values& parameters) {
  Values row = first(sql, parameters);
  return row.empty() ? Value() : std::move(row.front());
}

void Database::exec(std::string_view sql) {
  if (!ok()) return;
  const int code = sqlite3_exec(connection_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(error_of(connection_, code));
}

}  // namespace tidemark::sqlite
