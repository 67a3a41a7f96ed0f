// JSON of the store's own tables, read.
#include <cmath>
#include <utility>

#include "json/canonical.h"
#include "json/replies.h"
#include "json/value.h"
#include "sqlite/texts.h"

namespace tidemark::sqlite {
namespace {

/// Reads members; what is not there, or of another kind, is `wrong`.
class Members {
 public:
  explicit Members(const json::Value& of) : of_(of) { wrong = of.as<json::Object>() == nullptr; }

  std::string text(std::string_view name) {
    const json::Value* value = of_.find(name);
    const auto* is = value ? value->as<std::string>() : nullptr;
    wrong = wrong || is == nullptr;
    return is ? *is : std::string();
  }
  Stamp stamp(std::string_view name) { return stamp_of(text(name)); }
  Stamp stamp_of(std::string_view text) {
    const auto stamp = Stamp::parse(text);
    wrong = wrong || !stamp.ok();
    return stamp ? *stamp : Stamp{};
  }
  std::int64_t number(std::string_view name) {
    const json::Value* value = of_.find(name);
    const auto* is = value ? value->as<double>() : nullptr;
    wrong = wrong || is == nullptr || !(std::abs(*is) < 9e15);
    return wrong ? 0 : std::llround(*is);
  }
  bool flag(std::string_view name) const {
    const json::Value* value = of_.find(name);
    const auto* is = value ? value->as<bool>() : nullptr;
    return is && *is;
  }
  const json::Value* find(std::string_view name) const { return of_.find(name); }
  void key(RecordKey& out) {
    out.table = text("table");
    out.id = text("id");
  }
  void fields(FieldStamps& out) {
    const json::Value* value = of_.find("fields");
    const auto* members = value ? value->as<json::Object>() : nullptr;
    if (members == nullptr) return;
    for (const auto& [name, at] : *members)
      if (const auto* is = at.as<std::string>()) out.emplace(name, stamp_of(*is));
  }

  bool wrong = false;

 private:
  const json::Value& of_;
};

std::optional<Row> row_in(const json::Value* value) {
  const auto* members = value ? value->as<json::Object>() : nullptr;
  if (members == nullptr) return std::nullopt;
  Row row;
  for (const auto& [name, is] : *members) row.emplace(name, json::write(is));
  return row;
}

std::optional<std::vector<std::string>> strings_in(const json::Value* value) {
  const auto* items = value ? value->as<json::Array>() : nullptr;
  if (items == nullptr) return std::nullopt;
  std::vector<std::string> out;
  for (const json::Value& item : *items) {
    const auto* is = item.as<std::string>();
    if (is == nullptr) return std::nullopt;
    out.push_back(*is);
  }
  return out;
}

template <typename T, typename Read>
std::optional<T> read(std::string_view text, Read read) {
  const auto value = json::parse(text);
  if (!value) return std::nullopt;
  Members in(*value);
  T out = read(in);
  return in.wrong ? std::nullopt : std::optional(std::move(out));
}

stores::JournalHead head_of(Members& in) {
  stores::JournalHead head;
  in.key(head);
  head.doubt = in.flag("doubt");
  if (head.doubt) return head;
  head.stamp = in.stamp("stamp");
  head.deleted = in.flag("deleted");
  head.patch = in.flag("patch");
  in.fields(head.fields);
  if (auto names = strings_in(in.find("names"))) head.names = *std::move(names);
  if (in.find("born")) head.born = in.text("born");
  return head;
}

}  // namespace

std::optional<Change> change_of(std::string_view text) {
  return read<Change>(text, [](Members& in) {
    Change out;
    in.key(out);
    out.stamp = in.stamp("stamp");
    out.deleted = in.flag("deleted");
    out.patch = in.flag("patch");
    out.create = in.flag("create");
    out.row = row_in(in.find("row")).value_or(Row{});
    in.fields(out.fields);
    if (in.find("offer")) out.offer = in.text("offer");
    if (in.find("born")) out.born = in.text("born");
    return out;
  });
}

std::optional<KeptLoss> loss_of(std::string_view text) {
  return read<KeptLoss>(text, [](Members& in) {
    KeptLoss out;
    in.key(out);
    out.stamp = in.stamp("stamp");
    out.winner = in.stamp("winner");
    out.row = row_in(in.find("row")).value_or(Row{});
    out.deleted = in.flag("deleted");
    out.at = in.number("at");
    out.dropped = in.flag("dropped");
    return out;
  });
}

std::optional<Columns> columns_of(std::string_view text) {
  return read<Columns>(text, [](Members& in) {
    Columns out;
    if (const json::Value* base = in.find("base"); base && !base->is_null())
      out.base = in.stamp("base");
    out.registered = in.stamp("register");
    out.deleted = in.flag("deleted");
    const json::Value* fields = in.find("fields");
    const auto* pairs = fields ? fields->as<json::Array>() : nullptr;
    in.wrong = in.wrong || pairs == nullptr;
    for (const json::Value& each : pairs ? *pairs : json::Array()) {
      const auto pair = strings_in(&each);
      in.wrong = in.wrong || !pair || pair->size() != 2;
      if (!in.wrong) out.fields.emplace((*pair)[0], in.stamp_of((*pair)[1]));
    }
    return out;
  });
}

std::optional<std::vector<stores::JournalHead>> heads_of(std::string_view text) {
  const auto value = json::parse(text);
  const auto* items = value ? value->as<json::Array>() : nullptr;
  if (items == nullptr) return std::nullopt;
  std::vector<stores::JournalHead> heads;
  for (const json::Value& item : *items) {
    Members in(item);
    heads.push_back(head_of(in));
    if (in.wrong) return std::nullopt;
  }
  return heads;
}

std::optional<SyncLogEntry> entry_of(std::string_view text) {
  return read<SyncLogEntry>(text, [](Members& in) {
    SyncLogEntry out;
    out.at = in.number("at");
    out.duration_ms = in.number("durationMs");
    if (in.text("outcome") != "ok")
      out.code = json::code_named(in.find("code") ? in.text("code") : "").value_or(Errc::internal);
    out.sent = static_cast<std::uint32_t>(in.number("sent"));
    out.received = static_cast<std::uint32_t>(in.number("received"));
    out.bytes_sent = static_cast<std::uint64_t>(in.number("bytesSent"));
    out.bytes_received = static_cast<std::uint64_t>(in.number("bytesReceived"));
    out.pending = static_cast<std::uint32_t>(in.number("pending"));
    return out;
  });
}

std::optional<std::vector<std::string>> strings_of(std::string_view text) {
  const auto value = json::parse(text);
  return strings_in(value ? &*value : nullptr);
}

std::optional<Row> row_of(std::string_view text) {
  const auto value = json::parse(text);
  return row_in(value ? &*value : nullptr);
}

Error damaged(std::string_view table) {
  return {Errc::storage_damaged, std::string(table) + " holds what no store has written there"};
}

}  // namespace tidemark::sqlite
