// `verify`: what differs from the endpoint, though nothing is pending.
#include "commands.h"
#include "device.h"
#include "json_text.h"
#include "output.h"

namespace cli {
namespace {

using Table = tidemark::VerifyReport::Table;

std::string json_of(const Arguments& given, const tidemark::VerifyReport& report) {
  JsonObject tables;
  for (const auto& [name, table] : report.tables)
    tables.raw(name, JsonObject()
                         .number("equal", static_cast<std::int64_t>(table.equal))
                         .number("differing", static_cast<std::int64_t>(table.differing))
                         .number("repaired", static_cast<std::int64_t>(table.repaired))
                         .end());
  return JsonObject().text("file", given.file).raw("tables", tables.end()).end();
}

std::string words_of(const std::string& name, const Table& table) {
  std::string line = plain(name) + ": " + std::to_string(table.equal) + " equal";
  if (table.differing > 0)
    line += ", " + std::to_string(table.differing) + " differing, " +
            std::to_string(table.repaired) + " repaired";
  return line;
}

}  // namespace

Try<Exit> verify(const Arguments& given) {
  const auto client = client_of(given);
  if (!client) return client.error();
  const auto report = (*client)->verify();
  if (!report) return failure_of(report.error());
  bool differs = false;
  for (const auto& [name, table] : report->tables) {
    differs = differs || table.differing > table.repaired;
    if (!given.json) print_line(words_of(name, table));
  }
  if (given.json) print_line(json_of(given, *report));
  return differs ? Exit::refused : Exit::done;
}

}  // namespace cli
