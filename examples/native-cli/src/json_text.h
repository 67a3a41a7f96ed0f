// JSON as it is written: an object or an array, member by member, on one line.
#ifndef TIDEMARK_CLI_JSON_TEXT_H
#define TIDEMARK_CLI_JSON_TEXT_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tidemark/wire.h"

namespace cli {

class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  /// Null where there is none.
  JsonObject& maybe_text(std::string_view name, const std::optional<std::string>& value);
  JsonObject& number(std::string_view name, std::int64_t value);
  JsonObject& flag(std::string_view name, bool value);
  /// `value`: JSON.
  JsonObject& raw(std::string_view name, std::string_view value);
  JsonObject& row(std::string_view name, const tidemark::Row& row);
  JsonObject& row(std::string_view name, const std::optional<tidemark::Row>& row);
  [[nodiscard]] std::string end() const { return '{' + members_ + '}'; }

 private:
  std::string members_;
};

class JsonArray {
 public:
  JsonArray& raw(std::string_view item);
  JsonArray& text(std::string_view item);
  [[nodiscard]] std::string end() const { return '[' + items_ + ']'; }

 private:
  std::string items_;
};

}  // namespace cli

#endif  // TIDEMARK_CLI_JSON_TEXT_H
