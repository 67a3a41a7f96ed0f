// A connection, as the store uses it. The first error of a call is kept, and what is asked after it
// does nothing: whoever works goes on with empty results, and asks in the end. So a call is either
// done, or rolled back.
#ifndef TIDEMARK_SQLITE_DATABASE_H
#define TIDEMARK_SQLITE_DATABASE_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "tidemark/port/host.h"
#include "tidemark/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tidemark::sqlite {

using Blob = std::vector<std::uint8_t>;
/// A value as a column holds it. A whole number within JavaScript's safe integers is an integer
/// even where the column has it as a real: to JavaScript they are one.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;
using Values = std::vector<Value>;

/// The greatest integer that every host has exactly.
inline constexpr std::int64_t kSafeMax = 9'007'199'254'740'991;

[[nodiscard]] inline bool is_null(const Value& value) noexcept { return value.index() == 0; }
/// 0, or empty, for a value of another kind.
[[nodiscard]] std::int64_t integer(const Value& value) noexcept;
[[nodiscard]] const std::string& text(const Value& value) noexcept;
[[nodiscard]] std::optional<std::string> maybe_text(const Value& value);
[[nodiscard]] Value value_or_null(const std::optional<std::string>& text);

/// What SQLite's result code means here.
[[nodiscard]] Error error_of(sqlite3* connection, int code);

class Database {
 public:
  Database() = default;
  ~Database() { finalize(); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// The connection, which is somebody else's.
  void use(sqlite3* connection, Host* host = nullptr) noexcept {
    connection_ = connection;
    host_ = host;
  }
  [[nodiscard]] WallMs now() const;
  /// Ends all prepared statements.
  void finalize() noexcept;

  /// Runs one statement, and gives its rows.
  std::vector<Values> all(std::string_view sql, const Values& parameters = {});
  /// The first row; empty: there is none.
  Values first(std::string_view sql, const Values& parameters = {});
  /// The first value of the first row; null: there is none.
  Value one(std::string_view sql, const Values& parameters = {});
  /// Whether one() is 1.
  bool is(std::string_view sql, const Values& parameters = {}) {
    return integer(one(sql, parameters)) == 1;
  }
  /// Runs any number of statements without parameters.
  void exec(std::string_view sql);
  /// Runs a statement that a constraint may refuse: gives why, which is no error of the call.
  std::optional<std::string> attempt(std::string_view sql, const Values& parameters);

  /// Runs `work` as a part of the transaction: where a constraint refuses some of it, nothing of it
  /// has happened; gives why, which is no error of the call.
  template <typename Work>
  std::optional<std::string> nested(Work work) {
    if (!ok()) return std::nullopt;
    exec("SAVEPOINT tidemark");
    work();
    if (error_.code != Errc::constraint) return exec("RELEASE tidemark"), std::nullopt;
    std::string why = std::move(error_.detail);
    forget();
    exec("ROLLBACK TO tidemark; RELEASE tidemark");
    return why;
  }

  /// What `work` finds out by writing: nothing of that stays. False: a constraint refused it. One
  /// that rolled back all of the transaction is an error: nothing may go on in it.
  template <typename Work>
  bool attempted(Work work) {
    if (!ok()) return false;
    exec("SAVEPOINT tidemark_attempt");
    work();
    const bool done = error_.code != Errc::constraint;
    if (!in_transaction()) {
      if (!done) error_.code = Errc::store_failed;
      return false;
    }
    if (!done) forget();
    restore("ROLLBACK TO tidemark_attempt; RELEASE tidemark_attempt");
    return done;
  }

  [[nodiscard]] bool ok() const noexcept { return error_.code == Errc::ok; }
  [[nodiscard]] const Error& error() const noexcept { return error_; }
  void fail(Error error);
  /// Begins a call: what failed before is forgotten.
  void forget() noexcept { error_ = {}; }

  /// A transaction that must be ended is open.
  [[nodiscard]] bool in_transaction() const noexcept;
  /// A statement that writes is not done: what it wrote would be committed, or undone, with ours.
  [[nodiscard]] bool is_writing() const noexcept;
  /// Ends it without trace, whatever has failed.
  void roll_back() noexcept;
  /// Runs a statement whatever has failed, for what must be put back; its own error is none.
  void restore(const char* sql) noexcept;

 private:
  sqlite3_stmt* prepared(std::string_view sql);
  /// SQLite's result code.
  int run(sqlite3_stmt* statement, const Values& parameters, std::vector<Values>& rows);

  sqlite3* connection_ = nullptr;
  Host* host_ = nullptr;
  std::unordered_map<std::string, sqlite3_stmt*> statements_;
  /// Of the statement that ran last.
  std::vector<Values> rows_;
  Error error_;
};

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_DATABASE_H
