// Texts from outside (a path, a name in a file) are made what JSON can say; rows are canonical
// texts already.
#include "json_text.h"

#include "json/canonical.h"
#include "sqlite/column_values.h"

namespace cli {
namespace {

std::string quoted_text(std::string_view text) {
  return tidemark::json::quoted(tidemark::sqlite::utf8_of(text));
}

void add_comma(std::string& out) {
  if (!out.empty()) out += ',';
}

}  // namespace

JsonObject& JsonObject::raw(std::string_view name, std::string_view value) {
  add_comma(members_);
  members_.append(quoted_text(name)).append(1, ':').append(value);
  return *this;
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  return raw(name, quoted_text(value));
}

JsonObject& JsonObject::maybe_text(std::string_view name, const std::optional<std::string>& value) {
  return value ? raw(name, quoted_text(*value)) : raw(name, "null");
}

JsonObject& JsonObject::number(std::string_view name, std::int64_t value) {
  return raw(name, std::to_string(value));
}

JsonObject& JsonObject::flag(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}

JsonObject& JsonObject::row(std::string_view name, const tidemark::Row& row) {
  return raw(name, tidemark::json::canonical(row));
}

JsonObject& JsonObject::row(std::string_view name, const std::optional<tidemark::Row>& given) {
  return given ? row(name, *given) : raw(name, "null");
}

JsonArray& JsonArray::raw(std::string_view item) {
  add_comma(items_);
  items_ += item;
  return *this;
}

JsonArray& JsonArray::text(std::string_view item) { return raw(quoted_text(item)); }

}  // namespace cli
