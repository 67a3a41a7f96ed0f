// `pending`, `losses`, `letters`: what waits, what lost, what was refused.
#include <algorithm>

#include "commands.h"
#include "device.h"
#include "file.h"
#include "lines.h"
#include "output.h"

namespace cli {
namespace {

std::string place_of(const tidemark::RecordKey& record) {
  return plain(record.table) + ' ' + plain(record.id);
}

std::string row_text(const tidemark::Row& row) {
  JsonObject object;
  for (const auto& [name, value] : row) object.raw(name, value);
  return plain(object.end());
}

std::string words_of(const tidemark::PendingRecord& record) {
  std::string line = place_of(record) + ":";
  for (const auto operation : record.operations) line.append(" ").append(name_of(operation));
  if (!record.fields) return line;
  line += " of";
  for (const std::string& field : *record.fields) line += ' ' + plain(field);
  return line;
}

std::string words_of(std::size_t number, const tidemark::Loss& loss) {
  return std::to_string(number) + "  " + time_text(loss.at) + "  " + place_of(loss) +
         (loss.deleted ? " (deleted since)  " : "  ") + row_text(loss.row);
}

std::string words_of(const tidemark::DeadLetter& letter) {
  return std::to_string(letter.id) + "  " + time_text(letter.at) + "  " + place_of(letter.change) +
         "  " + letter.code + ": " + plain(letter.message);
}

std::string json_of(std::size_t number, const tidemark::Loss& loss) {
  return JsonObject()
      .number("n", static_cast<std::int64_t>(number))
      .text("table", loss.table)
      .text("id", loss.id)
      .number("at", loss.at)
      .text("stamp", loss.stamp.text())
      .text("winner", loss.winner.text())
      .flag("deleted", loss.deleted)
      .row("row", loss.row)
      .end();
}

Try<Exit> done_or(const tidemark::Outcome<tidemark::Done>& done, const Arguments& given,
                  const char* what) {
  if (!done) return failure_of(done.error());
  if (given.json)
    print_line(JsonObject().text("file", given.file).flag("done", true).end());
  else
    print_line(what);
  return Exit::done;
}

}  // namespace

Try<Exit> pending(const Arguments& given) {
  auto store = store_of(given);
  if (!store) return store.error();
  const auto records = (*store)->pending_records();
  if (!records) return failure_of(records.error());
  JsonArray list;
  for (const auto& record : *records) {
    if (given.json)
      list.raw(members_of(record).end());
    else
      print_line(words_of(record));
  }
  if (given.json)
    print_line(JsonObject().text("file", given.file).raw("pending", list.end()).end());
  return Exit::done;
}

Try<Exit> losses(const Arguments& given) {
  auto file = look_into(given);
  if (!file) return file.error();
  if (const auto tables = synced_tables_of(given, *file); !tables) return tables.error();
  const auto client = client_of(given);
  if (!client) return client.error();
  auto found = given.url.empty() ? (*client)->local_losses() : (*client)->losses();
  if (!found) return failure_of(found.error());
  // The oldest first: a new one changes no number.
  std::reverse(found->begin(), found->end());
  if (given.undo) {
    const auto count = static_cast<std::int64_t>(found->size());
    if (*given.undo < 1 || *given.undo > count)
      return usage_failure("there is no loss " + std::to_string(*given.undo),
                           "tidemark losses FILE lists them");
    const auto at = static_cast<std::size_t>(*given.undo - 1);
    return done_or((*client)->undo((*found)[at]), given, "written again; the next sync sends it");
  }
  JsonArray list;
  for (std::size_t i = 0; i < found->size(); ++i) {
    if (given.json)
      list.raw(json_of(i + 1, (*found)[i]));
    else
      print_line(words_of(i + 1, (*found)[i]));
  }
  if (given.json) print_line(JsonObject().text("file", given.file).raw("losses", list.end()).end());
  return Exit::done;
}

Try<Exit> letters(const Arguments& given) {
  auto store = store_of(given);
  if (!store) return store.error();
  if (given.retry)
    return done_or((*store)->retry_dead_letter(*given.retry), given, "the next sync sends it");
  if (given.discard)
    return done_or((*store)->discard_dead_letter(*given.discard), given,
                   "given up; the next sync shows what the endpoint has");
  const auto found = (*store)->dead_letters();
  if (!found) return failure_of(found.error());
  JsonArray list;
  for (const auto& letter : *found) {
    if (given.json)
      list.raw(members_of(letter).end());
    else
      print_line(words_of(letter));
  }
  if (given.json)
    print_line(JsonObject().text("file", given.file).raw("letters", list.end()).end());
  return Exit::done;
}

}  // namespace cli
