// Texts of stamps into cells, many at a time: most of what a host writes is stamps, and JavaScript
// takes several times as long over their digits. Eight are read at once, as the bytes of one number
// (WebAssembly is little-endian: the first digit is the lowest byte).
#include <emscripten/emscripten.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tidemark/change.h"

namespace {

constexpr std::size_t kTextLength = 34;

constexpr std::uint64_t each_byte(std::uint64_t value) { return value * 0x0101010101010101; }

// Four digits at `high`, then four at `low`. Sets bits of `wrong` if one is none.
std::uint32_t word_at(const char* high, const char* low, std::uint64_t& wrong) {
  std::uint64_t text = 0;
  std::memcpy(&text, high, 4);
  std::memcpy(reinterpret_cast<char*>(&text) + 4, low, 4);
  // Letters alone have bit 6; their lower halves count from 1.
  std::uint64_t digits = (text & each_byte(15)) + (text >> 6 & each_byte(1)) * 9;
  const std::uint64_t letters = (digits + each_byte(6)) >> 4 & each_byte(1);
  const std::uint64_t again = digits + each_byte('0') + letters * ('a' - '9' - 1);
  wrong |= (digits & each_byte(0xf0)) | (text ^ again);
  digits = (digits << 4 | digits >> 8) & 0x00ff00ff00ff00ff;
  digits = (digits << 8 | digits >> 16) & 0x0000ffff0000ffff;
  return static_cast<std::uint32_t>(digits << 16 | digits >> 32);
}

tidemark::Stamp stamp_of(const char* text, std::uint64_t& wrong) {
  wrong |= static_cast<std::uint64_t>((text[12] ^ '-') | (text[17] ^ '-'));
  const std::uint64_t time_high = word_at(text, text + 4, wrong);
  const std::uint64_t node_high = word_at(text + 18, text + 22, wrong);
  return {time_high << 32 | word_at(text + 8, text + 13, wrong),
          tidemark::Node{node_high << 32 | word_at(text + 26, text + 30, wrong)}};
}

}  // namespace

// The first word of each of the `count` cells is the place of a text among `texts`, of 34
// characters each: writes the stamps in its stead. Returns whether all are stamps.
extern "C" EMSCRIPTEN_KEEPALIVE bool tm_read_stamps(const void* /* engine */, tidemark::Cell* cells,
                                                    std::uint32_t count, const char* texts) {
  std::uint64_t wrong = 0;
  std::uint32_t last = ~std::uint32_t{0};
  tidemark::Stamp stamp;
  for (std::uint32_t i = 0; i < count; ++i) {
    tidemark::Cell& cell = cells[i];
    if (cell.time_high != last) {
      last = cell.time_high;
      stamp = stamp_of(texts + last * kTextLength, wrong);
    }
    cell = tidemark::Cell::of(cell.record, cell.field, stamp);
  }
  return wrong == 0;
}
