// hash64 against one that is written as the two papers have it: bit by bit, no multiplication.
#include "tidemark/digest.h"

#include "fuzz.h"

namespace {

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  for (int bit = 0; bit < 64; ++bit)
    if (b >> bit & 1) product += a << bit;
  return product;
}

std::uint64_t expected(std::span<const std::uint8_t> bytes) {
  std::uint64_t hash = 14695981039346656037u;
  for (const std::uint8_t byte : bytes) hash = times(hash ^ byte, 1099511628211u);
  for (const std::uint64_t factor : {0xff51afd7ed558ccdu, 0xc4ceb9fe1a85ec53u}) {
    hash ^= hash >> 33;
    hash = times(hash, factor);
  }
  return hash ^ hash >> 33;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  fuzz::require(tidemark::hash64(bytes) == expected(bytes), "hash64 is FNV-1a and a finalizer");
  return 0;
}
