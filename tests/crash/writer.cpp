// An app that knows nothing of Tidemark: it writes to a file by plain SQL, a transaction after the
// other, and notes each in a log of its own once it is told that it is committed. It may be killed
// at any moment; the next one goes on behind what is there.
// usage: crash_writer FILE LOG PREFIX PAUSE_MS
//
// Transaction i makes the record `PREFIX-i`, one line of it, and adds 1 to the `n` of an older
// record. So with m transactions, there are m records and m lines, and the sum of all n is m.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

/// Others write, too: how long it waits for them.
constexpr int kBusyMs = 60'000;

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "crash_writer: %s\n", what.c_str());
  std::exit(1);
}

class Writer {
 public:
  Writer(const char* file, const char* log, std::string prefix) : prefix_(std::move(prefix)) {
    if (sqlite3_open_v2(file, &db_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
      die(sqlite3_errmsg(db_));
    sqlite3_busy_timeout(db_, kBusyMs);
    log_ = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (log_ < 0) die("no log");
    next_ = number("SELECT count(*) FROM items WHERE id LIKE '" + prefix_ + "-%'");
  }
  ~Writer() {
    close(log_);
    sqlite3_close(db_);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void write() {
    const std::string i = std::to_string(next_);
    const std::string id = prefix_ + '-' + i;
    const std::string older = prefix_ + '-' + std::to_string(next_ * 7 / 11);
    run("BEGIN IMMEDIATE");
    run("INSERT INTO items VALUES ('" + id + "', 0, 'text of " + i + "')");
    run("INSERT INTO lines VALUES ('" + id + "', 1, 'line of " + i + "')");
    run("UPDATE items SET n = n + 1 WHERE id = '" + older + "'");
    run("COMMIT");
    note(id + '\n');
    ++next_;
  }

 private:
  void run(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      die(sql + ": " + sqlite3_errmsg(db_));
  }
  long number(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
      die(sqlite3_errmsg(db_));
    if (sqlite3_step(statement) != SQLITE_ROW) die(sqlite3_errmsg(db_));
    const auto value = static_cast<long>(sqlite3_column_int64(statement, 0));
    sqlite3_finalize(statement);
    return value;
  }
  void note(const std::string& line) const {
    if (::write(log_, line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
        fsync(log_) != 0)
      die("the log cannot be written");
  }

  sqlite3* db_ = nullptr;
  int log_ = -1;
  std::string prefix_;
  long next_ = 0;
};

}  // namespace

int main(int count, char** words) {
  if (count != 5) die("usage: crash_writer FILE LOG PREFIX PAUSE_MS");
  Writer writer(words[1], words[2], words[3]);
  const std::chrono::milliseconds pause(std::atoi(words[4]));
  for (;;) {
    writer.write();
    std::this_thread::sleep_for(pause);
  }
}
