// Texts as JavaScript has them, in C++: UTF-8 in which a lone surrogate, that no UTF-8 can hold, is
// the three bytes that the same arithmetic gives it (WTF-8). So every name survives, and texts are
// ordered alike in both languages.
#ifndef TIDEMARK_JSON_TEXT_H
#define TIDEMARK_JSON_TEXT_H

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::json {

/// Whether `text` is UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;
/// Whether `text` is UTF-8, but for lone surrogates: what JSON can say and quote() takes.
[[nodiscard]] bool is_text(std::string_view text) noexcept;

/// The order of JavaScript's `<`, by UTF-16 code units: below 0, 0, or above. Takes any bytes.
[[nodiscard]] int compare_texts(std::string_view a, std::string_view b) noexcept;

/// Appends one UTF-16 code unit that is not half of a pair.
void append_unit(std::string& out, std::uint16_t unit);

}  // namespace tidemark::json

#endif  // TIDEMARK_JSON_TEXT_H
