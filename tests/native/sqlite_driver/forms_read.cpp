// JSON to the port's data. What a test gives is taken as it is: nlohmann/json ends the program
// where it is none.
#include <map>
#include <string>

#include "forms.h"

using namespace tidemark;

namespace forms {
namespace {

template <typename T>
std::optional<T> maybe_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<T>();
}

std::optional<Stamp> maybe_stamp(const Json& json, const char* name) {
  const auto text = maybe_of<std::string>(json, name);
  return text ? std::optional(stamp_of(*text)) : std::nullopt;
}

FieldStamps fields_of(const Json& json) {
  FieldStamps fields;
  for (const auto& [name, at] : json.items()) fields.emplace(name, stamp_of(at));
  return fields;
}

Row row_of(const Json& json) {
  Row row;
  for (const auto& [name, value] : json.items()) row.emplace(name, value.get<std::string>());
  return row;
}

Columns columns_of(const Json& json) {
  return {maybe_stamp(json, "base"), fields_of(json.at("fields")), stamp_of(json.at("register")),
          json.at("deleted")};
}

Change change_of(const Json& json) {
  Change change;
  static_cast<RecordKey&>(change) = record_of(json);
  change.stamp = stamp_of(json.at("stamp"));
  change.deleted = json.value("deleted", false);
  change.patch = json.value("patch", false);
  change.create = json.value("create", false);
  change.absent = json.value("absent", false);
  if (json.contains("row")) change.row = row_of(json.at("row"));
  if (json.contains("fields")) change.fields = fields_of(json.at("fields"));
  change.offer = maybe_of<std::string>(json, "offer");
  change.born = maybe_of<std::string>(json, "born");
  return change;
}

ChangeHead head_of(const Json& json) {
  const Change change = change_of(json);
  ChangeHead head{change,        change.stamp, change.deleted, change.patch,
                  change.fields, {},           change.born};
  if (json.contains("names")) head.names = json.at("names").get<std::vector<std::string>>();
  return head;
}

std::vector<Change> changes_of(const Json& json, const char* name) {
  std::vector<Change> changes;
  if (json.contains(name))
    for (const Json& each : json.at(name)) changes.push_back(change_of(each));
  return changes;
}

Acknowledgement acknowledgement_of(const Json& json) {
  using enum Acknowledgement::Result;
  static const std::map<std::string, Acknowledgement::Result> results = {
      {"sent", sent},   {"needFull", need_full},  {"dead", dead},
      {"later", later}, {"collision", collision}, {"deferred", deferred}};
  Acknowledgement out;
  out.write = write_of(json.at("write"));
  out.result = results.at(json.at("result"));
  out.past = json.value("past", std::int64_t{0});
  out.code = json.value("code", "");
  out.message = json.value("message", "");
  out.change = maybe_of<std::size_t>(json, "change");
  return out;
}

}  // namespace

RecordKey record_of(const Json& json) { return {json.at("table"), json.at("id")}; }

Stamp stamp_of(const Json& json) {
  const auto stamp = Stamp::parse(json.get<std::string>());
  return stamp ? *stamp : Stamp{};
}

LogWrite write_of(const Json& json) {
  LogWrite write;
  static_cast<RecordKey&>(write) = record_of(json);
  write.entry = json.at("entry");
  write.transaction = json.at("transaction");
  write.columns = columns_of(json.at("columns"));
  write.create = json.at("create");
  write.sent = json.value("sent", false);
  write.offer = maybe_of<std::string>(json, "offer");
  write.born = maybe_of<std::string>(json, "born");
  if (json.contains("carries"))
    for (const Json& each : json.at("carries")) write.carries.push_back(write_of(each));
  return write;
}

StoreCommit commit_of(const Json& json) {
  StoreCommit commit;
  for (const Json& each : json.at("acknowledged"))
    commit.acknowledged.push_back(acknowledgement_of(each));
  commit.pushed = changes_of(json, "pushed");
  commit.changes = changes_of(json, "changes");
  commit.records = changes_of(json, "records");
  if (json.contains("page"))
    commit.page = {maybe_of<std::string>(json.at("page"), "cursor"),
                   maybe_of<std::string>(json.at("page"), "after")};
  commit.clock = maybe_stamp(json, "clock");
  commit.offset_ms = maybe_of<std::int64_t>(json, "offsetMs");
  commit.hub = maybe_of<std::string>(json, "hub");
  commit.seq = maybe_of<std::int64_t>(json, "seq");
  commit.safe = maybe_of<std::int64_t>(json, "safe");
  if (json.contains("journal"))
    for (const Json& each : json.at("journal")) commit.journal.push_back(head_of(each));
  commit.complete = json.value("complete", false);
  if (json.contains("reset")) {
    const Json& reset = json.at("reset");
    commit.reset = {maybe_of<std::int64_t>(reset, "offer"), reset.at("adopt"),
                    maybe_of<std::string>(reset, "cursor"), maybe_of<std::string>(reset, "known")};
  }
  return commit;
}

LocalWrite local_of(const Json& json) {
  LocalWrite write;
  static_cast<RecordKey&>(write) = record_of(json);
  if (json.contains("row")) write.row = row_of(json.at("row"));
  write.deleted = json.value("deleted", false);
  write.patch = json.value("patch", false);
  return write;
}

Loss loss_of(const Json& json) {
  Loss loss;
  static_cast<RecordKey&>(loss) = record_of(json);
  loss.stamp = stamp_of(json.at("stamp"));
  loss.winner = stamp_of(json.at("winner"));
  loss.row = row_of(json.at("row"));
  loss.deleted = json.value("deleted", false);
  loss.at = json.at("at");
  return loss;
}

SyncLogEntry entry_of(const Json& json) {
  SyncLogEntry entry;
  entry.at = json.at("at");
  entry.duration_ms = json.at("durationMs");
  if (json.at("outcome") == "failed") entry.code = Errc::network;
  entry.sent = json.at("sent");
  entry.received = json.at("received");
  entry.bytes_sent = json.at("bytesSent");
  entry.bytes_received = json.at("bytesReceived");
  entry.pending = json.at("pending");
  return entry;
}

Stamping stamping_of(const Json& json) {
  // The node of a stamp.
  return {stamp_of(json.at("stamp")).node, json.at("offsetMs"),
          maybe_stamp(json, "after").value_or(Stamp{})};
}

}  // namespace forms
