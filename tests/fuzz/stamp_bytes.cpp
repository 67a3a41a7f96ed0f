// Stamps to bytes, text and cells and back; and that all of them have one order.
#include <array>

#include "fuzz.h"

namespace {

using tidemark::Stamp;

Stamp check(const std::array<std::uint8_t, 16>& bytes) {
  const Stamp stamp = Stamp::from_bytes(bytes);
  fuzz::require(stamp.bytes() == bytes, "bytes of a stamp of bytes are these");
  const auto parsed = Stamp::parse(stamp.text());
  fuzz::require(parsed.ok() && *parsed == stamp, "a stamp's text is parsed to the stamp");
  const auto cell = tidemark::Cell::of(1, 2, stamp);
  fuzz::require(cell.stamp() == stamp, "a cell keeps its stamp");
  const auto ms = static_cast<std::uint64_t>(stamp.ms());
  fuzz::require((ms << 16 | stamp.counter()) == stamp.time, "a time is ms and counter");
  return stamp;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<std::uint8_t, 16> a{}, b{};
  std::copy_n(data, std::min(size, a.size()), a.begin());
  // What is left over changes the first into the second, so that they often begin alike.
  b = a;
  if (size > a.size())
    std::copy_backward(data + a.size(), data + std::min(size, 2 * a.size()), b.end());
  const Stamp first = check(a);
  const Stamp second = check(b);
  const auto order = first <=> second;
  fuzz::require((a <=> b) == order, "byte order is logical order");
  fuzz::require((first.text() <=> second.text()) == order, "text order is logical order");
  return 0;
}
