// Keys, rows and changes, as they are in requests and in reports.
#include "json/writer.h"

namespace tidemark::json {

void put_key(Writer& out, const RecordKey& key) {
  out.member("table", std::string_view(key.table));
  out.member("id", std::string_view(key.id));
}

void put_row(Writer& out, const Row& row) {
  out.name("row");
  out.open('{');
  for (const auto& [field, value] : row) {
    out.name(field);
    out.raw(value);
  }
  out.close('}');
}

void put_change(Writer& out, const Change& change) {
  out.open('{');
  put_key(out, change);
  out.member("stamp", std::string_view(change.stamp.text()));
  out.flag("deleted", change.deleted);
  out.flag("patch", change.patch);
  out.flag("create", change.create);
  if (!change.deleted) put_row(out, change.row);
  if (!change.fields.empty()) {
    out.name("fields");
    out.open('{');
    for (const auto& [field, at] : change.fields) out.member(field, std::string_view(at.text()));
    out.close('}');
  }
  out.member("born", change.born);
  out.member("offer", change.offer);
  out.close('}');
}

}  // namespace tidemark::json
