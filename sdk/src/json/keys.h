// Ids: the canonical JSON text of a record's key, which is a string, a safe integer, or an array of
// these that is not empty.
#ifndef TIDEMARK_JSON_KEYS_H
#define TIDEMARK_JSON_KEYS_H

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tidemark/result.h"

namespace tidemark::json {

/// The greatest safe integer: JavaScript tells it from its neighbours.
inline constexpr std::int64_t kSafeMax = 9'007'199'254'740'991;
/// Bytes of an id, at most.
inline constexpr std::size_t kIdBytesMax = 1'024;
/// Levels of arrays in a key, at most.
inline constexpr std::size_t kKeyDepthMax = 8;

struct Key {
  std::variant<std::string, std::int64_t, std::vector<Key>> is;

  bool operator==(const Key&) const = default;
};

/// The id of a key, or Errc::key_unsupported for one that is none or too long.
[[nodiscard]] Outcome<std::string> id_of(const Key& key);
/// The key of an id, or Errc::bad_reply for a text that is not exactly as id_of() writes it.
[[nodiscard]] Outcome<Key> key_of(std::string_view id);

}  // namespace tidemark::json

#endif  // TIDEMARK_JSON_KEYS_H
