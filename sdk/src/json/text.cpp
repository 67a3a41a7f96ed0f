// UTF-8 and its order as UTF-16.
#include "json/text.h"

#include <algorithm>
#include <utility>

namespace tidemark::json {
namespace {

constexpr std::uint32_t kBad = 0xffffffff;

bool is_surrogate(std::uint32_t point) noexcept { return point >= 0xd800 && point <= 0xdfff; }

unsigned byte_at(std::string_view text, std::size_t i) noexcept {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

/// The code point at `i`, which moves past it, surrogates included; kBad: there is none, and `i`
/// moves past one byte.
std::uint32_t next_point(std::string_view text, std::size_t& i) noexcept {
  const unsigned lead = byte_at(text, i++);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4) return kBad;
  std::uint32_t point = lead & (0x3fu >> more);
  for (int k = 0; k < more; ++k) {
    const unsigned byte = byte_at(text, i + static_cast<std::size_t>(k));
    if ((byte & 0xc0) != 0x80) return kBad;
    point = point << 6 | (byte & 0x3f);
  }
  constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  if (point < least[more] || point > 0x10ffff) return kBad;
  i += static_cast<std::size_t>(more);
  return point;
}

/// The UTF-16 code units of a text, one after another.
class Units {
 public:
  explicit Units(std::string_view text) noexcept : text_(text) {}
  /// -1 at the end.
  int next() noexcept {
    if (low_ != 0) return std::exchange(low_, 0);
    if (i_ >= text_.size()) return -1;
    const std::size_t begin = i_;
    const std::uint32_t point = next_point(text_, i_);
    if (point == kBad) return static_cast<int>(byte_at(text_, begin));
    if (point < 0x10000) return static_cast<int>(point);
    low_ = static_cast<int>(0xdc00 + (point & 0x3ff));
    return static_cast<int>(0xd7c0 + (point >> 10));
  }

 private:
  std::string_view text_;
  std::size_t i_ = 0;
  int low_ = 0;
};

bool is_continuation(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const std::uint32_t point = next_point(text, i);
    if (point == kBad || is_surrogate(point)) return false;
  }
  return true;
}

bool is_text(std::string_view text) noexcept {
  bool after_high = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::uint32_t point = next_point(text, i);
    // A pair has a form of four bytes, and no other.
    if (point == kBad || (after_high && point >= 0xdc00 && point <= 0xdfff)) return false;
    after_high = point >= 0xd800 && point < 0xdc00;
  }
  return true;
}

int compare_texts(std::string_view a, std::string_view b) noexcept {
  const std::size_t least = std::min(a.size(), b.size());
  auto same = static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(least), b.begin()).first -
      a.begin());
  // Back to where the first character that differs begins.
  const auto inside = [same](std::string_view text) {
    return same < text.size() && is_continuation(text[same]);
  };
  if (inside(a) || inside(b))
    while (same > 0 && is_continuation(a[--same])) {
    }
  Units left(a.substr(same)), right(b.substr(same));
  for (;;) {
    const int x = left.next(), y = right.next();
    if (x != y) return x < y ? -1 : 1;
    if (x == -1) return 0;
  }
}

void append_unit(std::string& out, std::uint16_t unit) {
  const auto put = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (unit < 0x80) return put(unit);
  if (unit < 0x800) {
    put(0xc0u | unit >> 6);
  } else {
    put(0xe0u | unit >> 12);
    put(0x80u | (unit >> 6 & 0x3fu));
  }
  put(0x80u | (unit & 0x3fu));
}

}  // namespace tidemark::json
