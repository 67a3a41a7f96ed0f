// `export`: a line for the file, for each synced row, for each pending write, for each letter.
#include <cstdio>
#include <memory>

#include "commands.h"
#include "file.h"
#include "lines.h"
#include "output.h"

namespace cli {
namespace {

using tidemark::Errc;
using tidemark::Store;

/// Rows that are read at a time.
constexpr std::size_t kPageRows = 1'000;

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

/// Where the lines go, and how many there were.
class Sink {
 public:
  explicit Sink(std::FILE* file) : file_(file) {}

  void write(const JsonObject& object) {
    const std::string line = object.end() + '\n';
    ok_ = ok_ && std::fwrite(line.data(), 1, line.size(), file_) == line.size();
  }
  /// Whether all is written.
  [[nodiscard]] bool end() { return std::fflush(file_) == 0 && ok_; }

  std::uint64_t records = 0;
  std::uint64_t pending = 0;

 private:
  std::FILE* file_;
  bool ok_ = true;
};

JsonObject begun(LineKind kind) { return JsonObject().text("line", name_of(kind)); }

tidemark::Outcome<tidemark::Done> write_table(Store& store, const std::string& table, Sink& sink) {
  std::optional<std::string> after;
  do {
    const auto page = store.scan(table, kPageRows, after);
    if (!page) return page.error();
    for (const auto& [id, row] : page->rows) {
      sink.write(begun(LineKind::record).text("table", table).text("id", id).row("row", row));
      ++sink.records;
    }
    after = page->next;
  } while (after);
  return tidemark::Done{};
}

tidemark::Outcome<tidemark::Done> write_all(Store& store, Sink& sink) {
  const auto state = store.load();
  if (!state) return state.error();
  JsonArray tables;
  for (const auto& [name, mode] : state->tables) tables.text(name);
  sink.write(begun(LineKind::file)
                 .number("version", 1)
                 .text("device", state->device)
                 .raw("tables", tables.end()));
  for (const auto& [name, mode] : state->tables)
    if (auto written = write_table(store, name, sink); !written) return written;
  const auto pending = store.pending_records();
  if (!pending) return pending.error();
  for (const auto& record : *pending) sink.write(members_of(record, begun(LineKind::pending)));
  sink.pending = pending->size();
  const auto letters = store.dead_letters();
  if (!letters) return letters.error();
  for (const auto& letter : *letters) sink.write(members_of(letter, begun(LineKind::letter)));
  return tidemark::Done{};
}

void print_result(const Arguments& given, const Sink& sink) {
  if (given.json)
    print_line(JsonObject()
                   .text("file", given.file)
                   .text("out", given.other)
                   .number("records", static_cast<std::int64_t>(sink.records))
                   .number("pending", static_cast<std::int64_t>(sink.pending))
                   .end());
  else
    print_line(plain(given.other) + ": " + counted(sink.records, "record") + ", " +
               std::to_string(sink.pending) + " pending");
}

}  // namespace

Try<Exit> export_rows(const Arguments& given) {
  auto store = store_of(given);
  if (!store) return store.error();
  const bool to_stdout = given.other.empty() || given.other == "-";
  std::unique_ptr<std::FILE, CloseFile> file;
  // Never over a file that is there.
  if (!to_stdout) file.reset(std::fopen(given.other.c_str(), "wx"));
  if (!to_stdout && !file)
    return usage_failure("cannot make " + given.other, "it is there already, or its folder is not");
  Sink sink(to_stdout ? stdout : file.get());
  const auto written = write_all(**store, sink);
  if (!written) return failure_of(written.error());
  if (!sink.end()) return failure_of({Errc::storage_full, to_stdout ? "stdout" : given.other});
  if (!to_stdout) print_result(given, sink);
  return Exit::done;
}

}  // namespace cli
