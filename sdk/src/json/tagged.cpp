// The grammar of tagged values, as js/src/values.ts has it.
#include "json/tagged.h"

#include <algorithm>

namespace tidemark::json {
namespace {

constexpr std::string_view kTagPrefix = "$tm:";
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

using Fault = std::optional<std::string>;

Fault check(const Value& value, std::size_t depth);

bool is_bigint(std::string_view text) noexcept {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_number(std::string_view text) noexcept {
  return text == "NaN" || text == "Infinity" || text == "-Infinity" || text == "-0";
}

// An app's own object that looks tagged: its one member is checked, it itself is not.
Fault check_untagged(const Value& content, std::size_t depth) {
  if (const auto* members = content.as<Object>(); members && members->size() == 1)
    return check(members->front().value, depth + 1);
  if (const auto* items = content.as<Array>(); items && items->size() == 1)
    return check(items->front(), depth + 1);
  return "a value is tagged $tm:object and has not one key";
}

Fault check_tagged(std::string_view tag, const Value& content, std::size_t depth) {
  const auto* text = content.as<std::string>();
  bool is = false;
  if (tag == "$tm:object") return check_untagged(content, depth);
  if (tag == "$tm:undefined") is = true;
  if (tag == "$tm:number") is = text && is_number(*text);
  if (tag == "$tm:date") is = content.is_null() || content.as<double>();
  if (tag == "$tm:bigint") is = text && is_bigint(*text);
  if (tag == "$tm:bytes") is = text && bytes_of_base64(*text);
  if (is) return {};
  return "a value is tagged " + std::string(tag);
}

Fault check(const Value& value, std::size_t depth) {
  const auto* items = value.as<Array>();
  const auto* members = value.as<Object>();
  if (!items && !members) return {};
  if (depth >= 2 * kValueDepthMax) return "a value is nested too deep";
  if (items) {
    for (const Value& each : *items)
      if (Fault fault = check(each, depth + 1)) return fault;
    return {};
  }
  if (members->size() == 1 && members->front().name.starts_with(kTagPrefix))
    return check_tagged(members->front().name, members->front().value, depth);
  for (const Member& each : *members)
    if (Fault fault = check(each.value, depth + 1)) return fault;
  return {};
}

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

}  // namespace

std::optional<std::string> fault_of(const Value& value) { return check(value, 0); }

bool is_absent(const Value& value) noexcept {
  const auto* members = value.as<Object>();
  return members && members->size() == 1 && members->front().name == "$tm:absent";
}

std::string base64(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < count ? bytes[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= count ? kAlphabet[bits >> (18 - 6 * k) & 0x3f] : '=';
  }
  return out;
}

std::optional<std::vector<std::uint8_t>> bytes_of_base64(std::string_view text) {
  std::string packed;
  for (const char c : text)
    if (!is_space(c)) packed += c;
  if (packed.size() % 4 == 0)
    for (int k = 0; k < 2 && packed.ends_with('='); ++k) packed.pop_back();
  if (packed.size() % 4 == 1) return {};
  std::vector<std::uint8_t> out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : packed) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == kAlphabet.npos) return {};
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out.push_back(static_cast<std::uint8_t>(bits >> held));
  }
  return out;
}

}  // namespace tidemark::json
