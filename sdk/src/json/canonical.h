// Canonical texts: one JSON text for each value, the same as js/src/values.ts gives it, byte for
// byte. Of two values that lost the same race the greater text wins, and digests are taken of them,
// so both languages must agree.
#ifndef TIDEMARK_JSON_CANONICAL_H
#define TIDEMARK_JSON_CANONICAL_H

#include <string>
#include <string_view>

#include "json/value.h"
#include "tidemark/wire.h"

namespace tidemark::json {

/// The canonical text of any value. Strings and names are written as JSON.stringify does, a lone
/// surrogate as its escape: the text is UTF-8.
[[nodiscard]] std::string write(const Value& value);
void append(std::string& out, const Value& value);

/// A text as JSON. `text` is what is_text() takes.
void append_quoted(std::string& out, std::string_view text);
[[nodiscard]] std::string quoted(std::string_view text);
/// A finite number as JavaScript prints it; -0 as 0. What is not finite is null, as there.
void append_number(std::string& out, double number);

/// The canonical text of a value in its tagged form (protocol.md, Values), whatever JSON text it
/// is given as. Errc::value_unsupported for what is no JSON or has a tag outside the grammar.
[[nodiscard]] Outcome<std::string> canonical(std::string_view text);
/// The canonical text of a row: what its digest is taken of.
[[nodiscard]] std::string canonical(const Row& row);

/// Which of two canonical texts wins a tie: below 0, 0, or above, as JavaScript orders them.
[[nodiscard]] int compare_tagged(std::string_view a, std::string_view b) noexcept;

}  // namespace tidemark::json

#endif  // TIDEMARK_JSON_CANONICAL_H
