// hash64 against values computed by an independent implementation.
#include "tidemark/digest.h"

#include <catch2/catch_test_macros.hpp>
#include <string_view>

namespace {

std::uint64_t hash_of(std::string_view text) {
  return tidemark::hash64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

TEST_CASE("hash64 is what the protocol says") {
  CHECK(hash_of("") == 0xefd01f60ba992926u);
  CHECK(hash_of("a") == 0x82a2a958a9bece5bu);
  CHECK(hash_of("\"todos\"\n\"k1\"") == 0x73701899fbf44afau);
}

}  // namespace
