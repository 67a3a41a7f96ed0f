// Keys in their three forms.
#include "sqlite/keys.h"

#include <cmath>
#include <optional>
#include <utility>

#include "json/canonical.h"
#include "json/keys.h"
#include "json/text.h"
#include "json/value.h"

namespace tidemark::sqlite {
namespace {

/// A blob in an id: no key of JSON is one.
constexpr const char* kBlobMark = "$tm:bytes";

std::string_view bytes_of(const Blob& blob) {
  return {reinterpret_cast<const char*>(blob.data()), blob.size()};
}

json::Key blob_key(std::string hex) {
  return {std::vector<json::Key>{{kBlobMark}, {std::move(hex)}}};
}

std::optional<json::Key> key_of_part(const Value& part) {
  if (const auto* blob = std::get_if<Blob>(&part)) return blob_key(hex_of(bytes_of(*blob)));
  if (const auto* number = std::get_if<std::int64_t>(&part)) return json::Key{*number};
  const auto* words = std::get_if<std::string>(&part);
  if (words == nullptr || !json::is_utf8(*words)) return std::nullopt;
  return json::Key{*words};
}

std::optional<json::Key> key_of_json(const json::Value& part) {
  if (const auto* words = part.as<std::string>()) return json::Key{*words};
  if (const auto* number = part.as<double>()) {
    if (std::trunc(*number) != *number || std::abs(*number) > double{kSafeMax}) return std::nullopt;
    return json::Key{static_cast<std::int64_t>(*number)};
  }
  const json::Value* blob = part.find("blob");
  const auto* hex = blob ? blob->as<std::string>() : nullptr;
  return hex ? std::optional(blob_key(*hex)) : std::nullopt;
}

std::optional<json::Key> key_of_parts(const std::string& key) {
  const auto parts = json::parse(key);
  const auto* items = parts ? parts->as<json::Array>() : nullptr;
  if (items == nullptr) return std::nullopt;
  std::vector<json::Key> keys;
  for (const json::Value& item : *items) {
    auto part = key_of_json(item);
    if (!part) return std::nullopt;
    keys.push_back(*std::move(part));
  }
  return json::Key{std::move(keys)};
}

Error unsupported(std::string detail) { return {Errc::key_unsupported, std::move(detail)}; }

Outcome<Value> part_of(const json::Key& key, std::string_view id) {
  if (const auto* number = std::get_if<std::int64_t>(&key.is)) return Value(*number);
  if (const auto* words = std::get_if<std::string>(&key.is)) return Value(*words);
  const auto& items = std::get<std::vector<json::Key>>(key.is);
  const auto* mark = std::get_if<std::string>(&items[0].is);
  const auto* hex = items.size() == 2 ? std::get_if<std::string>(&items[1].is) : nullptr;
  if (mark == nullptr || hex == nullptr || *mark != kBlobMark)
    return unsupported(std::string(id) + " has an array in it");
  Blob bytes = blob_of_hex(*hex);
  // One blob has one id.
  if (hex_of(bytes_of(bytes)) != *hex) return unsupported(std::string(id) + " has no bytes in it");
  return Value(std::move(bytes));
}

int digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const int letter = (c | 0x20) - 'a';
  return letter >= 0 && letter < 6 ? letter + 10 : 0;
}

}  // namespace

Outcome<std::string> id_of(const Value& key, std::size_t columns) {
  const auto found = columns == 1 ? key_of_part(key) : key_of_parts(text(key));
  if (!found) return unsupported("not texts, safe integers or blobs");
  return json::id_of(*found);
}

Outcome<Values> parts_of(std::string_view id, std::size_t columns) {
  const auto key = json::key_of(id);
  if (!key) return key.error();
  const auto* items = std::get_if<std::vector<json::Key>>(&key->is);
  if (columns != 1 && (items == nullptr || items->size() != columns))
    return unsupported(std::string(id) + " is not a key of " + std::to_string(columns) +
                       " columns");
  Values parts;
  for (std::size_t i = 0; i < columns; ++i) {
    auto part = part_of(columns == 1 ? *key : (*items)[i], id);
    if (!part) return part.error();
    parts.push_back(*std::move(part));
  }
  return parts;
}

Value key_of(const Values& parts) {
  if (parts.size() == 1) return parts.front();
  std::string out;
  for (const Value& part : parts) {
    out += out.empty() ? '[' : ',';
    if (const auto* blob = std::get_if<Blob>(&part))
      out += R"({"blob":")" + hex_of(bytes_of(*blob)) + "\"}";
    else if (const auto* words = std::get_if<std::string>(&part))
      json::append_quoted(out, *words);
    else if (const auto* real = std::get_if<double>(&part))
      json::append_number(out, *real);
    else
      out += is_null(part) ? "null" : std::to_string(integer(part));
  }
  return out + ']';
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char byte : bytes) {
    const auto bits = static_cast<unsigned char>(byte);
    out += kDigits[bits >> 4];
    out += kDigits[bits & 15];
  }
  return out;
}

Blob blob_of_hex(std::string_view hex) {
  Blob out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(digit_of(hex[i]) << 4 | digit_of(hex[i + 1])));
  return out;
}

}  // namespace tidemark::sqlite
