// JSON of the store's own tables, written: the forms that js/src/stores/sqlite gives to
// JSON.stringify.
#include "sqlite/texts.h"

#include <algorithm>
#include <utility>

#include "json/canonical.h"
#include "json/text.h"

namespace tidemark::sqlite {
namespace {

/// An object, member by member.
class Object {
 public:
  Object& raw(std::string_view name, std::string_view json) {
    out_ += out_.empty() ? '{' : ',';
    json::append_quoted(out_, name);
    out_ += ':';
    out_ += json;
    return *this;
  }
  Object& text(std::string_view name, std::string_view is) { return raw(name, json::quoted(is)); }
  Object& number(std::string_view name, std::int64_t is) { return raw(name, std::to_string(is)); }
  /// Said only where it is true.
  Object& flag(std::string_view name, bool is) { return is ? raw(name, "true") : *this; }
  Object& key(const RecordKey& key) { return text("table", key.table).text("id", key.id); }
  [[nodiscard]] std::string take() { return out_.empty() ? "{}" : std::move(out_) + '}'; }

 private:
  std::string out_;
};

template <typename List, typename Put>
std::string list_of(const List& list, Put put) {
  std::string out = "[";
  for (const auto& each : list) {
    if (out.size() > 1) out += ',';
    out += put(each);
  }
  return out + ']';
}

std::string text_of(const FieldStamps& fields) {
  Object out;
  for (const auto& [name, at] : fields) out.text(name, at.text());
  return out.take();
}

std::string text_of_head(const stores::JournalHead& head) {
  Object out;
  out.key(head);
  if (head.doubt) return out.raw("doubt", "true").take();
  out.text("stamp", head.stamp.text()).flag("deleted", head.deleted).flag("patch", head.patch);
  if (!head.fields.empty()) out.raw("fields", text_of(head.fields));
  if (!head.names.empty()) out.raw("names", sqlite::text_of(head.names));
  if (head.born) out.text("born", *head.born);
  return out.take();
}

}  // namespace

std::string text_of(const Change& change) {
  Object out;
  out.key(change).text("stamp", change.stamp.text());
  out.flag("deleted", change.deleted).flag("patch", change.patch).flag("create", change.create);
  if (!change.deleted) out.raw("row", json::canonical(change.row));
  if (!change.fields.empty()) out.raw("fields", text_of(change.fields));
  if (change.offer) out.text("offer", *change.offer);
  if (change.born) out.text("born", *change.born);
  return out.take();
}

std::string text_of(const Loss& loss, bool dropped) {
  Object out;
  out.key(loss).text("stamp", loss.stamp.text()).raw("row", json::canonical(loss.row));
  out.text("winner", loss.winner.text()).number("at", loss.at);
  return out.flag("deleted", loss.deleted).flag("dropped", dropped).take();
}

std::string text_of(const Columns& columns) {
  const auto field = [](const auto& each) {
    return '[' + json::quoted(each.first) + ",\"" + each.second.text() + "\"]";
  };
  Object out;
  out.raw("base", columns.base ? json::quoted(columns.base->text()) : "null");
  out.text("register", columns.registered.text())
      .raw("deleted", columns.deleted ? "true" : "false");
  return out.raw("fields", list_of(columns.fields, field)).take();
}

std::string text_of(std::span<const stores::JournalHead> heads) {
  return list_of(heads, text_of_head);
}

std::string text_of(const SyncLogEntry& entry) {
  const bool failed = entry.code != Errc::ok;
  Object out;
  out.number("at", entry.at).number("durationMs", entry.duration_ms);
  out.text("outcome", failed ? "failed" : "ok");
  if (failed) out.text("code", name_of(entry.code));
  out.number("sent", entry.sent).number("received", entry.received);
  out.number("bytesSent", static_cast<std::int64_t>(entry.bytes_sent));
  out.number("bytesReceived", static_cast<std::int64_t>(entry.bytes_received));
  return out.number("pending", entry.pending).take();
}

std::string text_of(std::span<const std::string> strings) {
  return list_of(strings, [](const std::string& each) { return json::quoted(each); });
}

std::string text_of(std::span<const std::int64_t> numbers) {
  return list_of(numbers, [](std::int64_t each) { return std::to_string(each); });
}

std::string fields_of(const Loss& loss) {
  std::vector<std::string> names;
  for (const auto& [name, value] : loss.row) names.push_back(name);
  std::sort(names.begin(), names.end(),
            [](const auto& a, const auto& b) { return json::compare_texts(a, b) < 0; });
  return text_of(names);
}

}  // namespace tidemark::sqlite
