// Order and members of objects.
#include "json/value.h"

#include <charconv>
#include <cstdint>

#include "json/text.h"

namespace tidemark::json {
namespace {

/// The greatest that JavaScript takes for the index of an item.
constexpr std::uint64_t kIndexMax = 0xfffffffe;

std::optional<std::uint64_t> index_of(std::string_view name) noexcept {
  if (name.empty() || name.size() > 10 || (name[0] == '0' && name.size() > 1)) return {};
  std::uint64_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc{} || end != name.data() + name.size() || index > kIndexMax) return {};
  return index;
}

}  // namespace

const Value* Value::find(std::string_view name) const noexcept {
  if (const Object* members = as<Object>())
    for (const Member& each : *members)
      if (each.name == name) return &each.value;
  return nullptr;
}

bool name_less(std::string_view a, std::string_view b) noexcept {
  const auto index_a = index_of(a), index_b = index_of(b);
  if (index_a && index_b) return *index_a < *index_b;
  if (index_a || index_b) return index_a.has_value();
  return compare_texts(a, b) < 0;
}

}  // namespace tidemark::json
