// Keys and their texts: one text per key, one key per text.
#include "json/keys.h"

#include <cmath>
#include <optional>

#include "json/canonical.h"
#include "json/text.h"
#include "json/value.h"

namespace tidemark::json {
namespace {

/// Of a text that is no id, as much as an error quotes.
constexpr std::size_t kQuotedMax = 80;

bool is_safe(std::int64_t number) noexcept { return number >= -kSafeMax && number <= kSafeMax; }

/// Whether it is a key; appends its text.
bool append_key(std::string& out, const Key& key, std::size_t depth) {
  if (const auto* text = std::get_if<std::string>(&key.is)) {
    append_quoted(out, *text);
    return is_text(*text);
  }
  if (const auto* number = std::get_if<std::int64_t>(&key.is)) {
    out += std::to_string(*number);
    return is_safe(*number);
  }
  const auto& parts = std::get<std::vector<Key>>(key.is);
  if (parts.empty() || depth == kKeyDepthMax) return false;
  char before = '[';
  for (const Key& part : parts) {
    out += before;
    if (!append_key(out, part, depth + 1)) return false;
    before = ',';
  }
  out += ']';
  return true;
}

std::optional<Key> key_in(const Value& value, std::size_t depth) {
  if (const auto* text = value.as<std::string>()) return Key{*text};
  if (const auto* number = value.as<double>()) {
    if (std::trunc(*number) != *number || std::abs(*number) > static_cast<double>(kSafeMax))
      return {};
    return Key{static_cast<std::int64_t>(*number)};
  }
  const auto* items = value.as<Array>();
  if (!items || items->empty() || depth == kKeyDepthMax) return {};
  std::vector<Key> parts;
  for (const Value& each : *items) {
    auto part = key_in(each, depth + 1);
    if (!part) return {};
    parts.push_back(*std::move(part));
  }
  return Key{std::move(parts)};
}

/// The beginning of `text`, without half a character at its end.
std::string_view beginning(std::string_view text) {
  std::string_view begin = text.substr(0, kQuotedMax);
  while (!is_utf8(begin)) begin.remove_suffix(1);
  return begin;
}

}  // namespace

Outcome<std::string> id_of(const Key& key) {
  std::string id;
  if (!append_key(id, key, 0))
    return Error{Errc::key_unsupported, "not a string, a safe integer, or an array of these"};
  if (id.size() > kIdBytesMax)
    return Error{Errc::key_unsupported, "an id is over " + std::to_string(kIdBytesMax) + " bytes"};
  return id;
}

Outcome<Key> key_of(std::string_view id) {
  if (const auto value = parse(id))
    if (auto key = key_in(*value, 0)) {
      std::string text;
      if (append_key(text, *key, 0) && text == id) return *std::move(key);
    }
  return Error{Errc::bad_reply, "not an id: " + std::string(beginning(id))};
}

}  // namespace tidemark::json
