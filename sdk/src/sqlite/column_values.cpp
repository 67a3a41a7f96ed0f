// Tagged values to column values, and back.
#include "sqlite/column_values.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>

#include "json/canonical.h"
#include "json/tagged.h"
#include "json/text.h"

namespace tidemark::sqlite {
namespace {

/// As JavaScript has dates, in milliseconds on either side of 1970.
constexpr double kDateMax = 8.64e15;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

// What a column of numbers may take for one.
bool is_numeric(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (text.empty()) return false;
  if (is_digit(text[0])) return true;
  if (text[0] == '.') return text.size() > 1 && is_digit(text[1]);
  const auto lower = [](char c) { return static_cast<char>(c | 0x20); };
  return text.size() > 2 && lower(text[0]) == 'i' && lower(text[1]) == 'n' && lower(text[2]) == 'f';
}

bool is_bending(Affinity affinity) noexcept {
  return affinity != Affinity::text && affinity != Affinity::none;
}

Stored of_text(std::string_view text, Affinity affinity) {
  const bool plain = is_plain_text(text);
  return {plain ? std::string(text) : utf8_of(text),
          plain && !(is_bending(affinity) && is_numeric(text))};
}

Stored of_number(double number, Affinity affinity) {
  const bool is_whole = std::trunc(number) == number;
  const bool is_safe = is_whole && std::abs(number) <= double{kSafeMax};
  const bool exact =
      affinity != Affinity::text && (!is_whole || is_safe || affinity == Affinity::real);
  if (is_safe) return {static_cast<std::int64_t>(number), exact};
  return {number, exact};
}

Stored of_bigint(const std::string& digits, Affinity affinity) {
  std::int64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stopped != end) return {digits, false};
  const bool is_large = number > kSafeMax || number < -kSafeMax;
  return {number, is_large && affinity != Affinity::text && affinity != Affinity::real};
}

/// NaN, the infinities, and the zero below zero.
Stored of_special(const std::string& name, Affinity affinity) {
  if (name == "NaN") return {};
  if (name == "-0") return {-0.0, false};
  const double infinity = std::numeric_limits<double>::infinity();
  return {name == "Infinity" ? infinity : -infinity, affinity != Affinity::text};
}

// As Date.prototype.toISOString. A calendar of 16 bits does not reach as far as dates do: it is
// asked for the same day of another 400 years, which are all alike.
std::string iso_of(std::int64_t ms) {
  constexpr std::int64_t kDayMs = 86'400'000, kCycleMs = 146'097 * kDayMs;
  const std::int64_t cycles = ms / kCycleMs - (ms % kCycleMs < 0 ? 1 : 0);
  const std::int64_t rest = ms - cycles * kCycleMs, time = rest % kDayMs;
  const std::chrono::year_month_day date(std::chrono::sys_days(std::chrono::days(rest / kDayMs)));
  const long long year = static_cast<int>(date.year()) + 400 * cycles;
  char out[64];
  const int size =
      std::snprintf(out, sizeof out, year >= 0 && year <= 9999 ? "%04lld" : "%+07lld", year);
  std::snprintf(out + size, sizeof out - static_cast<std::size_t>(size),
                "-%02u-%02uT%02lld:%02lld:%02lld.%03lldZ", static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<long long>(time / 3'600'000),
                static_cast<long long>(time / 60'000 % 60),
                static_cast<long long>(time / 1'000 % 60), static_cast<long long>(time % 1'000));
  return out;
}

Stored of_date(const json::Value& content, Affinity affinity) {
  const auto* ms = content.as<double>();
  if (ms == nullptr || std::abs(*ms) > kDateMax) return {};
  const auto at = static_cast<std::int64_t>(*ms);
  if (affinity == Affinity::integer || affinity == Affinity::real) return {at, false};
  return {iso_of(at), false};
}

Stored of_tagged(const json::Value& value, std::string_view tagged, Affinity affinity) {
  const auto* members = value.as<json::Object>();
  const Stored whole{std::string(tagged), false};
  if (members == nullptr || members->size() != 1) return whole;
  const auto& [tag, content] = members->front();
  if (tag == "$tm:undefined") return {};
  if (tag == "$tm:date") return of_date(content, affinity);
  const auto* said = content.as<std::string>();
  if (said == nullptr) return whole;
  if (tag == "$tm:number") return of_special(*said, affinity);
  if (tag == "$tm:bigint") return of_bigint(*said, affinity);
  if (tag != "$tm:bytes") return whole;
  if (auto bytes = json::bytes_of_base64(*said)) return {*std::move(bytes), true};
  return whole;
}

/// Most values are plain texts and small numbers: these need no parser.
bool is_simple_text(std::string_view tagged) noexcept {
  return tagged.size() > 1 && tagged.front() == '"' && tagged.find('\\') == tagged.npos;
}

}  // namespace

Affinity affinity_of(std::string_view name) noexcept {
  if (name == "integer") return Affinity::integer;
  if (name == "text") return Affinity::text;
  if (name == "real") return Affinity::real;
  return name == "none" ? Affinity::none : Affinity::numeric;
}

Stored to_column(std::string_view tagged, Affinity affinity) {
  if (is_simple_text(tagged)) return of_text(tagged.substr(1, tagged.size() - 2), affinity);
  const auto value = json::parse(tagged);
  if (!value) return {std::string(tagged), false};
  if (const auto* text = value->as<std::string>()) return of_text(*text, affinity);
  if (const auto* number = value->as<double>()) return of_number(*number, affinity);
  if (const auto* truth = value->as<bool>()) return {std::int64_t{*truth}, false};
  return value->is_null() ? Stored{} : of_tagged(*value, tagged, affinity);
}

bool is_plain_text(std::string_view text) noexcept {
  return text.find('\0') == text.npos && json::is_utf8(text);
}

bool is_kept(const Value& part, Affinity affinity) {
  if (const auto* words = std::get_if<std::string>(&part)) return of_text(*words, affinity).exact;
  if (const auto* number = std::get_if<std::int64_t>(&part))
    return of_number(static_cast<double>(*number), affinity).exact;
  return std::holds_alternative<Blob>(part);
}

bool is_same_stored(const Value& column, const Value& stored) {
  if (column == stored) return true;
  const auto* real = std::get_if<double>(&column);
  if (real == nullptr || *real == 0) return false;
  if (const auto* words = std::get_if<std::string>(&stored)) return from_column(column) == *words;
  const auto* whole = std::get_if<std::int64_t>(&stored);
  const bool fits = *real >= -0x1p63 && *real < 0x1p63;
  return whole && fits && std::trunc(*real) == *real && static_cast<std::int64_t>(*real) == *whole;
}

std::string from_column(const Value& value) {
  if (const auto* words = std::get_if<std::string>(&value)) return json::quoted(utf8_of(*words));
  if (const auto* bytes = std::get_if<Blob>(&value))
    return R"({"$tm:bytes":")" + json::base64(*bytes) + "\"}";
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    const bool is_safe = *number <= kSafeMax && *number >= -kSafeMax;
    const std::string digits = std::to_string(*number);
    return is_safe ? digits : R"({"$tm:bigint":")" + digits + "\"}";
  }
  if (is_null(value)) return "null";
  const double real = std::get<double>(value);
  if (real == 0) return R"({"$tm:number":"-0"})";
  if (std::isinf(real))
    return real > 0 ? R"({"$tm:number":"Infinity"})" : R"({"$tm:number":"-Infinity"})";
  std::string out;
  json::append_number(out, real);
  return out;
}

std::string utf8_of(std::string_view text) {
  if (json::is_utf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    std::size_t size = std::min<std::size_t>(4, text.size());
    while (size > 0 && !json::is_utf8(text.substr(0, size))) --size;
    if (size == 0) out += "\xEF\xBF\xBD";
    out += text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

}  // namespace tidemark::sqlite
