// A JSON value as it was read: numbers as JavaScript's, texts as text.h says, the members of an
// object in the order of its canonical text.
#ifndef TIDEMARK_JSON_VALUE_H
#define TIDEMARK_JSON_VALUE_H

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tidemark::json {

struct Value;
struct Member;
using Array = std::vector<Value>;
using Object = std::vector<Member>;

struct Value {
  std::variant<std::monostate, bool, double, std::string, Array, Object> is;

  /// Null where it is of another kind.
  template <typename T>
  [[nodiscard]] const T* as() const noexcept {
    return std::get_if<T>(&is);
  }
  [[nodiscard]] bool is_null() const noexcept { return as<std::monostate>() != nullptr; }
  /// The member of an object; null where there is none, or this is none.
  [[nodiscard]] const Value* find(std::string_view name) const noexcept;
};

struct Member {
  std::string name;
  Value value;
};

/// Levels of arrays and objects in a text, at most.
inline constexpr std::size_t kDepthMax = 512;
/// Bytes of a text, at most.
inline constexpr std::size_t kTextBytesMax = std::size_t{256} << 20;

/// The value of a JSON text in UTF-8, as JSON.parse has it: of a name that is there twice the last
/// counts. None for anything else, and for what is over a limit; a number past the greatest double,
/// which is no value of the protocol, is one such.
[[nodiscard]] std::optional<Value> parse(std::string_view text);

/// Whether a member named `a` comes before one named `b`: names that count the items of an array
/// first, in the order of their numbers, then the others as compare_texts has them. That is the
/// order in which JavaScript writes an object whose keys were put in one by one, sorted.
[[nodiscard]] bool name_less(std::string_view a, std::string_view b) noexcept;

}  // namespace tidemark::json

#endif  // TIDEMARK_JSON_VALUE_H
