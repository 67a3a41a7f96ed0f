// The port's data to JSON.
#include "forms.h"

using namespace tidemark;

namespace forms {
namespace {

Json maybe(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

Json maybe(const std::optional<Stamp>& stamp) {
  return stamp ? Json(stamp->text()) : Json(nullptr);
}

Json of(const FieldStamps& fields) {
  Json out = Json::object();
  for (const auto& [name, at] : fields) out[name] = at.text();
  return out;
}

Json row_form(const Row& row) {
  Json out = Json::object();
  for (const auto& [name, value] : row) out[name] = value;
  return out;
}

Json of(const Columns& columns) {
  return {{"base", maybe(columns.base)},
          {"fields", of(columns.fields)},
          {"register", columns.registered.text()},
          {"deleted", columns.deleted}};
}

Json of(const LogWrite& write) {
  Json out = {{"entry", write.entry},  {"index", write.index}, {"transaction", write.transaction},
              {"table", write.table},  {"id", write.id},       {"columns", of(write.columns)},
              {"create", write.create}};
  if (write.sent) out["sent"] = true;
  if (write.offer) out["offer"] = *write.offer;
  if (write.born) out["born"] = *write.born;
  for (const LogWrite& each : write.carries) out["carries"].push_back(of(each));
  return out;
}

void put_head(const RecordKey& record, Json& out) {
  out["table"] = record.table;
  out["id"] = record.id;
}

Json of(const Change& change) {
  Json out = {{"stamp", change.stamp.text()}};
  put_head(change, out);
  if (change.deleted) out["deleted"] = true;
  if (change.patch) out["patch"] = true;
  if (change.create) out["create"] = true;
  if (!change.deleted) out["row"] = row_form(change.row);
  if (!change.fields.empty()) out["fields"] = of(change.fields);
  if (change.offer) out["offer"] = *change.offer;
  if (change.born) out["born"] = *change.born;
  return out;
}

}  // namespace

Json of(const LoadedState& state) {
  Json tables = Json::object();
  for (const auto& [name, merge] : state.tables)
    tables[name] = merge == MergeMode::record ? "record" : "field";
  return {{"cursor", maybe(state.cursor)},
          {"known", maybe(state.known)},
          {"clock", maybe(state.clock)},
          {"offsetMs", state.offset_ms ? Json(*state.offset_ms) : Json(nullptr)},
          {"device", state.device},
          {"tables", tables},
          {"hub", maybe(state.hub)},
          {"sweeping", state.sweeping},
          {"newest", maybe(state.newest)},
          {"pending", state.pending},
          {"counted", state.counted},
          {"adopted", state.adopted}};
}

Json of(const Outbox& outbox) {
  Json writes = Json::array(), rows = Json::array(), rereads = Json::array();
  for (const LogWrite& write : outbox.writes) writes.push_back(of(write));
  for (const auto& [record, row] : outbox.rows)
    rows.push_back({record.table, record.id, row_form(row)});
  for (const RecordKey& record : outbox.rereads)
    rereads.push_back({{"table", record.table}, {"id", record.id}});
  return {{"writes", writes},
          {"rows", rows},
          {"pending", outbox.pending},
          {"counted", outbox.counted},
          {"rereads", rereads}};
}

Json of(const CommitResult& result) {
  return {{"pending", result.pending},    {"counted", result.counted},
          {"missing", result.missing},    {"rereads", result.rereads},
          {"sweeping", result.sweeping},  {"losses", result.losses},
          {"refused", result.refused},    {"cursor", maybe(result.cursor)},
          {"known", maybe(result.known)}, {"tables", result.tables}};
}

Json of(const DeadLetter& letter) {
  Json out = {{"id", letter.id},
              {"change", of(letter.change)},
              {"code", letter.code},
              {"message", letter.message},
              {"at", letter.at}};
  if (letter.row) out["row"] = row_form(*letter.row);
  return out;
}

Json of(const Loss& loss) {
  Json out = {{"stamp", loss.stamp.text()},
              {"winner", loss.winner.text()},
              {"row", row_form(loss.row)},
              {"at", loss.at}};
  put_head(loss, out);
  if (loss.deleted) out["deleted"] = true;
  return out;
}

Json of(const PendingRecord& record) {
  Json operations = Json::array();
  for (const auto operation : record.operations)
    operations.push_back(operation == PendingRecord::Operation::create   ? "create"
                         : operation == PendingRecord::Operation::update ? "update"
                                                                         : "delete");
  Json out = {{"operations", operations},
              {"fields", record.fields ? Json(*record.fields) : Json(nullptr)},
              {"since", record.since}};
  put_head(record, out);
  if (record.row) out["row"] = row_form(*record.row);
  return out;
}

Json of(const ScanPage& page) {
  Json rows = Json::array();
  for (const auto& [id, row] : page.rows) rows.push_back({{"id", id}, {"row", row_form(row)}});
  return {{"rows", rows}, {"next", maybe(page.next)}};
}

Json of(const SyncLogEntry& entry) {
  Json out = {{"at", entry.at},
              {"durationMs", entry.duration_ms},
              {"outcome", entry.code == Errc::ok ? "ok" : "failed"},
              {"sent", entry.sent},
              {"received", entry.received},
              {"bytesSent", entry.bytes_sent},
              {"bytesReceived", entry.bytes_received},
              {"pending", entry.pending}};
  if (entry.code != Errc::ok) out["code"] = name_of(entry.code);
  return out;
}

Json of(const NewWrites& news) { return {{"count", news.count}, {"entry", news.entry}}; }

Json of(RecordState state) {
  return state == RecordState::synced    ? "synced"
         : state == RecordState::pending ? "pending"
                                         : "refused";
}

}  // namespace forms
