// JSON texts become values. The grammar is nlohmann/json's; what it and JavaScript see differently
// is settled here.
#include <algorithm>
#include <charconv>
#include <numeric>
// An app may use nlohmann/json as well, with exceptions: of one name the linker would keep one
// body, and ours ends the program where the app expects a throw. So ours has a name of its own.
#define NLOHMANN_JSON_NAMESPACE nlohmann::of_tidemark
#define NLOHMANN_JSON_NAMESPACE_BEGIN \
  namespace nlohmann {                \
  inline namespace of_tidemark {
#define NLOHMANN_JSON_NAMESPACE_END \
  }                                 \
  }
#include <nlohmann/json.hpp>

#include "json/text.h"
#include "json/value.h"

namespace tidemark::json {
namespace {

/// nlohmann/json takes no lone surrogate, JSON does. Before it reads, each becomes this character,
/// which means nothing in Unicode, and the four digits of its code; so does this character itself.
constexpr std::string_view kMark = "\xef\xb7\x90";
constexpr std::uint16_t kMarkUnit = 0xfdd0;
constexpr std::size_t kEscape = 6;  // \uXXXX

/// The code unit of the escape \uXXXX at `i`, or 0.
std::uint16_t unit_at(std::string_view text, std::size_t i) noexcept {
  if (i + kEscape > text.size() || text[i] != '\\' || text[i + 1] != 'u') return 0;
  std::uint16_t unit = 0;
  const char* begin = text.data() + i + 2;
  const auto [end, error] = std::from_chars(begin, begin + 4, unit, 16);
  return error == std::errc{} && end == begin + 4 ? unit : std::uint16_t{0};
}

bool is_high(std::uint16_t unit) noexcept { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(std::uint16_t unit) noexcept { return unit >= 0xdc00 && unit < 0xe000; }

void append_marked(std::string& out, std::uint16_t unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += kMark;
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 0xf];
}

/// How long the escape at `i` is, a pair of surrogates being one.
std::size_t length_of_escape(std::string_view text, std::size_t i) noexcept {
  const std::uint16_t unit = unit_at(text, i);
  if (unit == 0) return std::min<std::size_t>(2, text.size() - i);
  return is_high(unit) && is_low(unit_at(text, i + kEscape)) ? 2 * kEscape : kEscape;
}

/// `text` with its lone surrogates marked; none where it has none.
std::optional<std::string> marked(std::string_view text) {
  if (text.find("\\ud") == text.npos && text.find("\\uD") == text.npos) return {};
  std::string out;
  bool found = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t plain = std::min(text.find_first_of("\\\xef", i), text.size());
    out += text.substr(i, plain - i);
    i = plain;
    if (i == text.size()) break;
    if (text.substr(i, kMark.size()) == kMark) {
      append_marked(out, kMarkUnit);
      i += kMark.size();
      continue;
    }
    const bool escape = text[i] == '\\';
    const std::size_t length = escape ? length_of_escape(text, i) : 1;
    const std::uint16_t unit = unit_at(text, i);
    const bool lone = length == kEscape && (is_high(unit) || is_low(unit));
    if (lone || unit == kMarkUnit)
      append_marked(out, unit);
    else
      out += text.substr(i, length);
    found |= lone;
    i += length;
  }
  if (!found) return {};
  return out;
}

/// The text that became `text` when it was marked.
std::string unmarked(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t plain = std::min(text.find(kMark, i), text.size());
    out += text.substr(i, plain - i);
    if (plain == text.size()) break;
    std::uint16_t unit = 0;
    const char* digits = text.data() + plain + kMark.size();
    std::from_chars(digits, digits + 4, unit, 16);
    append_unit(out, unit);
    i = plain + kMark.size() + 4;
  }
  return out;
}

/// In their order; of those of one name the last one stays.
void sort_members(Object& members) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&members](std::size_t a, std::size_t b) {
    const std::string &left = members[a].name, &right = members[b].name;
    return left == right ? a < b : name_less(left, right);
  });
  Object sorted;
  sorted.reserve(members.size());
  for (const std::size_t i : order) {
    if (!sorted.empty() && sorted.back().name == members[i].name) sorted.pop_back();
    sorted.push_back(std::move(members[i]));
  }
  members = std::move(sorted);
}

/// Builds a value as the parser goes along. Every answer is whether to go on.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(bool is_marked) : is_marked_(is_marked) {}
  Value take() { return std::move(root_); }

  bool null() override { return put({}); }
  bool boolean(bool is) override { return put({is}); }
  bool number_integer(number_integer_t is) override { return put({static_cast<double>(is)}); }
  bool number_unsigned(number_unsigned_t is) override { return put({static_cast<double>(is)}); }
  bool number_float(number_float_t is, const string_t&) override { return put({is}); }
  bool string(string_t& is) override { return put({text_of(is)}); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open({Object{}}); }
  bool key(string_t& is) override {
    std::get<Object>(open_.back()->is).push_back({text_of(is), {}});
    return true;
  }
  bool end_object() override {
    sort_members(std::get<Object>(open_.back()->is));
    open_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return open({Array{}}); }
  bool end_array() override {
    open_.pop_back();
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  std::string text_of(std::string& is) const { return is_marked_ ? unmarked(is) : std::move(is); }

  /// Where the next value goes: it stays there as long as it is open.
  Value& place() {
    if (open_.empty()) return root_;
    if (auto* items = std::get_if<Array>(&open_.back()->is)) return items->emplace_back();
    return std::get<Object>(open_.back()->is).back().value;
  }
  bool put(Value value) {
    place() = std::move(value);
    return true;
  }
  bool open(Value value) {
    if (open_.size() == kDepthMax) return false;
    Value& at = place();
    at = std::move(value);
    open_.push_back(&at);
    return true;
  }

  bool is_marked_;
  Value root_;
  std::vector<Value*> open_;
};

}  // namespace

std::optional<Value> parse(std::string_view text) {
  if (text.size() > kTextBytesMax) return {};
  // The parser takes a NUL for the end.
  if (text.find('\0') != text.npos) return {};
  const auto without_lone = marked(text);
  Builder builder(without_lone.has_value());
  if (!nlohmann::json::sax_parse(without_lone ? std::string_view(*without_lone) : text, &builder))
    return {};
  return builder.take();
}

}  // namespace tidemark::json
