// `import`: rows become local writes, as if the app had made them. All lines are checked before
// the first is written; a row that is here as it is in its line is left alone.
#include <sqlite3.h>

#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "commands.h"
#include "file.h"
#include "json/canonical.h"
#include "lines.h"
#include "output.h"
#include "sqlite/open.h"
#include "tidemark/digest.h"

namespace cli {
namespace {

using tidemark::Errc;
using tidemark::RecordKey;
using tidemark::Store;

/// Rows that are read at a time.
constexpr std::size_t kRowsAtOnce = 1'000;

std::uint64_t hash_of(const tidemark::Row& row) {
  const std::string text = tidemark::json::canonical(row);
  return tidemark::hash64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// What is here before the import: a write of the same, or a delete of nothing, is none.
class Present {
 public:
  explicit Present(Store& store) : store_(store) {}

  tidemark::Outcome<bool> has(const Line& line) {
    if (auto read = read_table(line.record.table); !read) return read.error();
    const auto found = rows_.find(line.record);
    if (!line.row) return found == rows_.end();
    return found != rows_.end() && found->second == hash_of(*line.row);
  }
  /// It was written.
  void add(const Line& line) {
    if (line.row)
      rows_.insert_or_assign(line.record, hash_of(*line.row));
    else
      rows_.erase(line.record);
  }

 private:
  tidemark::Outcome<tidemark::Done> read_table(const std::string& table) {
    if (!tables_.insert(table).second) return tidemark::Done{};
    std::optional<std::string> after;
    do {
      const auto page = store_.scan(table, kRowsAtOnce, after);
      if (!page) return page.error();
      for (const auto& [id, row] : page->rows) rows_.emplace(RecordKey{table, id}, hash_of(row));
      after = page->next;
    } while (after);
    return tidemark::Done{};
  }

  Store& store_;
  std::set<std::string> tables_;
  std::map<RecordKey, std::uint64_t> rows_;
};

struct Counts {
  std::uint64_t written = 0;
  std::uint64_t deleted = 0;
  /// Here already, or gone.
  std::uint64_t same = 0;
  std::uint64_t refused = 0;
};

Try<std::vector<Line>> lines_of(std::istream& in) {
  std::vector<Line> lines;
  std::string text;
  for (std::uint64_t number = 1; std::getline(in, text); ++number) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto line = line_of(text);
    if (!line)
      return usage_failure("line " + std::to_string(number) + ": " + line.error().detail,
                           "nothing was written; a line is as `tidemark export` writes it");
    if (line->kind == LineKind::record || line->kind == LineKind::pending)
      lines.push_back(*std::move(line));
  }
  if (in.bad()) return usage_failure("the lines cannot be read", "nothing was written");
  return lines;
}

Try<std::vector<Line>> read_lines(const std::string& path) {
  if (path == "-") return lines_of(std::cin);
  std::ifstream in(path);
  if (!in) return usage_failure("cannot read " + path, "the name of a file, or - for stdin");
  return lines_of(in);
}

// What is wrong with one record; anything else ends the import.
bool is_of_record(Errc code) noexcept {
  return code == Errc::constraint || code == Errc::key_unsupported ||
         code == Errc::value_unsupported || code == Errc::table_unsupported;
}

/// Whether there was something to write.
tidemark::Outcome<bool> write_line(Store& store, Present& present, const Line& line) {
  const auto has = present.has(line);
  if (!has) return has.error();
  if (*has) return false;
  tidemark::LocalWrite write;
  static_cast<RecordKey&>(write) = line.record;
  write.deleted = !line.row;
  write.row = line.row;
  const auto done = store.write(write);
  if (!done) return done.error();
  present.add(line);
  return true;
}

Try<Counts> write_all(Store& store, const std::vector<Line>& lines, bool json) {
  Counts counts;
  Present present(store);
  for (const Line& line : lines) {
    const auto done = write_line(store, present, line);
    if (done) {
      ++(*done ? (line.row ? counts.written : counts.deleted) : counts.same);
      continue;
    }
    Failure failure = failure_of(done.error());
    if (!is_of_record(done.error().code)) return failure;
    const std::string place = plain(line.record.table) + ' ' + plain(line.record.id);
    failure.detail = place + ": " + failure.detail;
    print_failure(failure, json);
    ++counts.refused;
  }
  return counts;
}

}  // namespace

Try<Exit> import_rows(const Arguments& given) {
  auto lines = read_lines(given.other);
  if (!lines) return lines.error();
  auto file = look_into(given);
  if (!file) return file.error();
  auto tables = synced_tables_of(given, *file);
  if (!tables) return tables.error();
  tidemark::SqliteOptions options;
  options.busy_timeout_ms = static_cast<int>(given.busy_s * 1'000);
  auto opened = tidemark::sqlite::open_file(given.file, options);
  if (!opened) return failure_of(opened.error());
  // Each write is a transaction: that none is lost when the power fails is seen to once, in the
  // end.
  sqlite3_exec(opened->get(), "PRAGMA synchronous = NORMAL", nullptr, nullptr, nullptr);
  const auto store = tidemark::sqlite_store(opened->get(), *std::move(tables));
  const auto counts = write_all(*store, *lines, given.json);
  sqlite3_wal_checkpoint_v2(opened->get(), nullptr, SQLITE_CHECKPOINT_FULL, nullptr, nullptr);
  if (!counts) return counts.error();
  if (given.json)
    print_line(JsonObject()
                   .text("file", given.file)
                   .number("written", static_cast<std::int64_t>(counts->written))
                   .number("deleted", static_cast<std::int64_t>(counts->deleted))
                   .number("same", static_cast<std::int64_t>(counts->same))
                   .number("refused", static_cast<std::int64_t>(counts->refused))
                   .end());
  else
    print_line(plain(given.file) + ": " + counted(counts->written, "row") + " written, " +
               std::to_string(counts->deleted) + " deleted, " + std::to_string(counts->same) +
               " the same, " + std::to_string(counts->refused) + " refused");
  return counts->refused > 0 ? Exit::refused : Exit::done;
}

}  // namespace cli
