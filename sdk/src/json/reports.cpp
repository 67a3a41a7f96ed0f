// Reports of a client, written, and the one that is read back.
#include "json/reports.h"

#include "json/reader.h"
#include "json/writer.h"

namespace tidemark::json {
namespace {

std::string_view name_of(PendingRecord::Operation operation) {
  using enum PendingRecord::Operation;
  return operation == create ? "create" : operation == update ? "update" : "delete";
}

void put_fields(Writer& out, const std::optional<std::vector<std::string>>& fields) {
  out.name("fields");
  if (!fields) return out.raw("null");
  out.open('[');
  for (const std::string& each : *fields) out.text(each);
  out.close(']');
}

void put(Writer& out, const PendingRecord& record) {
  out.open('{');
  put_key(out, record);
  out.name("operations");
  out.open('[');
  for (const auto each : record.operations) out.text(name_of(each));
  out.close(']');
  put_fields(out, record.fields);
  out.member("since", record.since);
  if (record.row) put_row(out, *record.row);
  out.close('}');
}

void put(Writer& out, const Loss& loss) {
  out.open('{');
  put_key(out, loss);
  out.member("stamp", std::string_view(loss.stamp.text()));
  out.member("winner", std::string_view(loss.winner.text()));
  put_row(out, loss.row);
  out.flag("deleted", loss.deleted);
  out.member("at", loss.at);
  out.close('}');
}

void put(Writer& out, const DeadLetter& letter) {
  out.open('{');
  out.member("id", letter.id);
  out.name("change");
  put_change(out, letter.change);
  out.member("code", std::string_view(letter.code));
  out.member("message", std::string_view(letter.message));
  out.member("at", letter.at);
  if (letter.row) put_row(out, *letter.row);
  out.close('}');
}

void put(Writer& out, const VerifyReport::Table& table) {
  out.open('{');
  out.member("equal", static_cast<std::int64_t>(table.equal));
  out.member("differing", static_cast<std::int64_t>(table.differing));
  out.member("repaired", static_cast<std::int64_t>(table.repaired));
  out.close('}');
}

template <typename List>
void put_list(Writer& out, const List& list) {
  out.open('[');
  for (const auto& each : list) put(out, each);
  out.close(']');
}

template <typename List>
Outcome<std::string> text_of_list(const List& list) {
  Writer out;
  put_list(out, list);
  return std::move(out).take();
}

Loss read_loss(Reader& in, const Place& place) {
  Loss out;
  if (!in.object(place)) return out;
  out.table = in.text(place["table"]);
  out.id = in.id(place["id"]);
  out.stamp = in.stamp(place["stamp"]);
  out.winner = in.stamp(place["winner"]);
  out.row = in.row(place["row"], false);
  out.deleted = in.flag(place["deleted"]);
  out.at = in.count(place["at"]);
  return out;
}

}  // namespace

Outcome<std::string> text_of(std::span<const PendingRecord> pending) {
  return text_of_list(pending);
}
Outcome<std::string> text_of(std::span<const Loss> losses) { return text_of_list(losses); }
Outcome<std::string> text_of(std::span<const DeadLetter> letters) { return text_of_list(letters); }

Outcome<std::string> text_of(const VerifyReport& report) {
  Writer out;
  out.open('{');
  out.name("tables");
  out.open('{');
  for (const auto& [table, found] : report.tables) {
    out.name(table);
    put(out, found);
  }
  out.close('}');
  out.member("at", report.at);
  out.close('}');
  return std::move(out).take();
}

Outcome<std::string> text_of(const PendingExport& all) {
  Writer out;
  out.open('{');
  out.member("version", std::int64_t{1});
  out.member("exportedAt", all.at);
  out.member("device", std::string_view(all.device));
  out.name("changes");
  put_list(out, all.changes);
  out.name("deadLetters");
  put_list(out, all.dead_letters);
  out.close('}');
  return std::move(out).take();
}

Outcome<Loss> loss_of(std::string_view text) {
  const auto value = parse(text);
  if (!value) return Error{Errc::bad_input, "a loss is JSON"};
  Reader in;
  Loss loss = read_loss(in, Place(*value));
  if (!in.ok()) return Error{Errc::bad_input, in.error().detail};
  return loss;
}

}  // namespace tidemark::json
