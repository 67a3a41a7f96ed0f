// JSON as JSON.stringify writes it, with the members of objects in one order.
#include "json/canonical.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "json/tagged.h"
#include "json/text.h"

namespace tidemark::json {
namespace {

void append_escape(std::string& out, unsigned unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 0xf];
}

void append_control(std::string& out, unsigned char control) {
  // From U+0008 on; the vertical tabulator has no letter in JSON.
  constexpr std::string_view letters = "btn fr";
  const std::size_t at = control < '\b' ? letters.npos : std::size_t{control} - '\b';
  if (at >= letters.size() || letters[at] == ' ') return append_escape(out, control);
  out += '\\';
  out += letters[at];
}

/// The surrogate whose three bytes begin at `i`, or 0.
unsigned surrogate_at(std::string_view text, std::size_t i) noexcept {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (byte(i) != 0xed || i + 2 >= text.size() || byte(i + 1) < 0xa0) return 0;
  return 0xd000u | (byte(i + 1) & 0x3fu) << 6 | (byte(i + 2) & 0x3fu);
}

/// The digits of a number, and where its point is: 0.d1d2… * 10^point.
struct Decimal {
  char digits[20];
  int count = 0;
  int point = 0;
};

/// The fewest digits that are read as this number again, of these the nearest.
Decimal shortest(double positive) noexcept {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, positive, std::chars_format::scientific);
  Decimal out;
  const char* at = text;
  for (; *at != 'e'; ++at)
    if (*at != '.') out.digits[out.count++] = *at;
  int exponent = 0;
  const char* sign = at + 1;
  std::from_chars(*sign == '+' ? sign + 1 : sign, end.ptr, exponent);
  out.point = exponent + 1;
  return out;
}

/// Powers of ten that are written out: JavaScript's Number::toString.
constexpr int kPointMax = 21;
constexpr int kPointMin = -5;

void append_plain(std::string& out, const Decimal& of) {
  const std::string_view digits(of.digits, static_cast<std::size_t>(of.count));
  if (of.point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-of.point), '0');
    out += digits;
    return;
  }
  const auto before = static_cast<std::size_t>(of.point);
  out += digits.substr(0, before);
  if (digits.size() <= before) {
    out.append(before - digits.size(), '0');
    return;
  }
  out += '.';
  out += digits.substr(before);
}

void append_exponential(std::string& out, const Decimal& of) {
  out += of.digits[0];
  if (of.count > 1) {
    out += '.';
    out.append(of.digits + 1, static_cast<std::size_t>(of.count) - 1);
  }
  out += of.point > 0 ? "e+" : "e-";
  out += std::to_string(std::abs(of.point - 1));
}

template <typename List, typename Put>
void append_list(std::string& out, const List& list, char open, char close, Put put) {
  out += open;
  bool first = true;
  for (const auto& each : list) {
    if (!first) out += ',';
    first = false;
    put(each);
  }
  out += close;
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i];
    } else if (byte < 0x20) {
      append_control(out, byte);
    } else if (const unsigned lone = surrogate_at(text, i); lone != 0) {
      append_escape(out, lone);
      i += 2;
    } else {
      out += text[i];
    }
  }
  out += '"';
}

std::string quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_quoted(out, text);
  return out;
}

void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  if (number == 0) {
    out += '0';
    return;
  }
  if (number < 0) out += '-';
  const Decimal decimal = shortest(std::abs(number));
  if (decimal.point > kPointMin - 1 && decimal.point <= kPointMax)
    append_plain(out, decimal);
  else
    append_exponential(out, decimal);
}

void append(std::string& out, const Value& value) {
  if (const auto* text = value.as<std::string>()) {
    append_quoted(out, *text);
  } else if (const auto* number = value.as<double>()) {
    append_number(out, *number);
  } else if (const auto* truth = value.as<bool>()) {
    out += *truth ? "true" : "false";
  } else if (const auto* items = value.as<Array>()) {
    append_list(out, *items, '[', ']', [&out](const Value& each) { append(out, each); });
  } else if (const auto* members = value.as<Object>()) {
    append_list(out, *members, '{', '}', [&out](const Member& each) {
      append_quoted(out, each.name);
      out += ':';
      append(out, each.value);
    });
  } else {
    out += "null";
  }
}

std::string write(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

Outcome<std::string> canonical(std::string_view text) {
  const auto value = parse(text);
  if (!value) return Error{Errc::value_unsupported, "not JSON"};
  if (auto fault = fault_of(*value)) return Error{Errc::value_unsupported, *std::move(fault)};
  return write(*value);
}

std::string canonical(const Row& row) {
  std::vector<Row::const_pointer> fields;
  for (const auto& field : row) fields.push_back(&field);
  std::sort(fields.begin(), fields.end(),
            [](const auto* a, const auto* b) { return name_less(a->first, b->first); });
  std::string out;
  append_list(out, fields, '{', '}', [&out](const auto* field) {
    append_quoted(out, field->first);
    out += ':';
    out += field->second;
  });
  return out;
}

int compare_tagged(std::string_view a, std::string_view b) noexcept { return compare_texts(a, b); }

}  // namespace tidemark::json
