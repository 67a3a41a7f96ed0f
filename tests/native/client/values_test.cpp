// What stores do with values that they do not understand.
#include "store/values.h"

#include <catch2/catch_test_macros.hpp>

namespace stores = tidemark::stores;
using tidemark::Row;

TEST_CASE("a patched row has the fields of the patch, and lacks what it removed") {
  const Row before{{"a", "1"}, {"b", "2"}};
  const Row patch{{"b", std::string(tidemark::kAbsent)}, {"c", "3"}};
  CHECK(stores::patched_row(before, patch) == Row{{"a", "1"}, {"c", "3"}});
}

TEST_CASE("a field changed if its text did, or it came or went") {
  const Row before{{"a", "1"}, {"b", "2"}, {"c", "3"}};
  const Row after{{"a", "1"}, {"b", "4"}, {"d", "5"}};
  CHECK(stores::changed_fields(before, after) == std::vector<std::string>{"b", "d", "c"});
  CHECK(stores::changed_fields(before, before).empty());
}

TEST_CASE("a field that is there is above one that is not, and else the greater text wins") {
  const Row mine{{"a", "1"}, {"gone", std::string(tidemark::kAbsent)}};
  const Row theirs{{"a", "2"}, {"gone", "0"}};
  CHECK(stores::compare_fields(mine, theirs, "a") < 0);
  CHECK(stores::compare_fields(theirs, mine, "a") > 0);
  CHECK(stores::compare_fields(mine, theirs, "gone") < 0);
  CHECK(stores::compare_fields(mine, theirs, "neither") == 0);
  // By UTF-16 code units, as JavaScript: what lies past U+FFFF is below U+E000.
  CHECK(stores::compare_fields({{"a", "\"\U00010000\""}}, {{"a", "\"\uE000\""}}, "a") < 0);
}
