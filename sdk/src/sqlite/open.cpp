// Opening files; and chance, which SQLite draws from the machine.
#include "sqlite/open.h"

#include <sqlite3.h>

#include "sqlite/database.h"

namespace tidemark::sqlite {

void CloseConnection::operator()(sqlite3* connection) const noexcept {
  sqlite3_close_v2(connection);
}

Outcome<OwnConnection> open_file(const std::string& path, const SqliteOptions& options) {
  sqlite3* opened = nullptr;
  // Never made here: an app that is given an empty database would sync that it has lost all.
  const int code = sqlite3_open_v2(path.c_str(), &opened,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nullptr);
  OwnConnection connection(opened);
  const auto failed = [&](int why) {
    Error error = error_of(connection.get(), why);
    error.detail = path + ": " + error.detail;
    return error;
  };
  if (code != SQLITE_OK) return failed(code);
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, options.busy_timeout_ms);
  // SQLite looks into a file only when it is asked something. A file that may not be written is
  // opened to be read.
  const int look =
      sqlite3_exec(opened, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
  if (look != SQLITE_OK) return failed(look);
  if (sqlite3_db_readonly(opened, "main") == 1)
    return Error{Errc::storage_unavailable, path + ": the file is read-only"};
  return connection;
}

std::string new_device_label() {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  // The largest multiple of 36 in a byte's range: from there on is drawn again, so that every digit
  // is as likely.
  constexpr unsigned char kFair = 252;
  std::string label;
  while (label.size() < 8) {
    unsigned char byte = 0;
    sqlite3_randomness(1, &byte);
    if (byte < kFair) label += kDigits[byte % kDigits.size()];
  }
  return label;
}

Node new_node() {
  std::uint64_t bits = 0;
  sqlite3_randomness(sizeof bits, &bits);
  return Node{bits};
}

}  // namespace tidemark::sqlite
