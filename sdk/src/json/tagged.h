// The tagged form of values (protocol.md, Key, field, value): its grammar, and the bytes in it.
#ifndef TIDEMARK_JSON_TAGGED_H
#define TIDEMARK_JSON_TAGGED_H

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace tidemark::json {

/// Levels of arrays and objects in a value that is written; in one that is read, tags count too.
inline constexpr std::size_t kValueDepthMax = 64;

/// What is wrong with a value in tagged form; none: it is in the grammar.
[[nodiscard]] std::optional<std::string> fault_of(const Value& value);
/// Whether a field of a patch says that the field was removed.
[[nodiscard]] bool is_absent(const Value& value) noexcept;

/// What `$tm:bytes` holds.
[[nodiscard]] std::string base64(std::span<const std::uint8_t> bytes);
/// The bytes of such a text; none for what is not base64. Spaces and missing padding are taken, as
/// JavaScript's atob takes them.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> bytes_of_base64(std::string_view text);

}  // namespace tidemark::json

#endif  // TIDEMARK_JSON_TAGGED_H
