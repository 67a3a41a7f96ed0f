// Writing and reading lines. What is read was written by anyone: every part is checked.
#include "lines.h"

#include <utility>

#include "json/canonical.h"
#include "json/keys.h"
#include "json/reader.h"
#include "json/value.h"

namespace cli {
namespace {

using tidemark::Errc;
using tidemark::Error;
using tidemark::Outcome;

constexpr LineKind kKinds[] = {LineKind::file, LineKind::record, LineKind::pending,
                               LineKind::letter};

Outcome<LineKind> kind_of(const std::string& name) {
  for (const LineKind kind : kKinds)
    if (name_of(kind) == name) return kind;
  return Error{Errc::bad_input, "line is none of file, record, pending, letter"};
}

}  // namespace

std::string_view name_of(LineKind kind) noexcept {
  switch (kind) {
    case LineKind::file:
      return "file";
    case LineKind::record:
      return "record";
    case LineKind::pending:
      return "pending";
    case LineKind::letter:
      return "letter";
  }
  return "";
}

std::string_view name_of(tidemark::PendingRecord::Operation operation) noexcept {
  using Operation = tidemark::PendingRecord::Operation;
  switch (operation) {
    case Operation::create:
      return "create";
    case Operation::update:
      return "update";
    case Operation::remove:
      return "delete";
  }
  return "";
}

JsonObject members_of(const tidemark::PendingRecord& record, JsonObject begin) {
  JsonArray operations;
  for (const auto operation : record.operations) operations.text(name_of(operation));
  std::string fields = "null";
  if (record.fields) {
    JsonArray names;
    for (const std::string& name : *record.fields) names.text(name);
    fields = names.end();
  }
  begin.text("table", record.table)
      .text("id", record.id)
      .raw("operations", operations.end())
      .raw("fields", fields)
      .number("since", record.since)
      .row("row", record.row);
  return begin;
}

JsonObject members_of(const tidemark::DeadLetter& letter, JsonObject begin) {
  begin.number("n", letter.id)
      .text("table", letter.change.table)
      .text("id", letter.change.id)
      .text("code", letter.code)
      .text("message", letter.message)
      .number("at", letter.at)
      .text("stamp", letter.change.stamp.text())
      .flag("deleted", letter.change.deleted)
      .flag("patch", letter.change.patch)
      .row("change", letter.change.row)
      .row("row", letter.row);
  return begin;
}

Outcome<Line> line_of(std::string_view text) {
  namespace json = tidemark::json;
  const auto value = json::parse(text);
  if (!value || value->as<json::Object>() == nullptr)
    return Error{Errc::bad_input, "it is no JSON object"};
  json::Reader reader;
  const json::Place root(*value);
  const auto kind = kind_of(reader.text(root["line"]));
  if (!kind) return kind.error();
  Line line{*kind, {}, {}};
  if (*kind == LineKind::file || *kind == LineKind::letter) return line;
  line.record.table = reader.text(root["table"]);
  line.record.id = reader.id(root["id"]);
  const json::Place row = root["row"];
  const bool deleted = *kind == LineKind::pending && row && row.value()->is_null();
  if (!deleted) line.row = reader.row(row, false);
  if (!reader.ok()) return Error{Errc::bad_input, reader.error().detail};
  return line;
}

}  // namespace cli
