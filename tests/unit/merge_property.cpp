// The laws of a join, on random states with shrinking: without them retries, duplicates and
// reordering would not be harmless.
#include <rapidcheck.h>

#include <catch2/catch_test_macros.hpp>

#include "states.h"

namespace rc {

// Few stamps and few fields, so that ties and overlaps are the rule.
template <>
struct Arbitrary<states::State> {
  static Gen<states::State> arbitrary() {
    const auto at = gen::inRange<std::uint64_t>(1, 50);
    return gen::exec([at] {
      states::State state;
      if (*gen::arbitrary<bool>()) state.base = *at;
      for (tidemark::Field field = tidemark::kFirstField; field < tidemark::kFirstField + 4;
           ++field)
        if (*gen::arbitrary<bool>()) state.fields[field] = *at;
      if (state.base)
        std::erase_if(state.fields, [&](const auto& f) { return f.second <= *state.base; });
      state.reg = *at;
      state.deleted = *gen::arbitrary<bool>();
      return state;
    });
  }
};

}  // namespace rc

namespace {

using states::join;
using states::State;

void check(const char* name, const auto& property) {
  INFO(name);
  CHECK(rc::check(name, property));
}

// What the join means, said in the plainest way: of every field, the greatest stamp.
std::uint64_t stamp_of(const State& state, tidemark::Field field) {
  const auto found = state.fields.find(field);
  const auto own = found == state.fields.end() ? 0 : found->second;
  return std::max(own, state.base.value_or(0));
}

}  // namespace

TEST_CASE("property: the join is commutative") {
  check("commutative", [](const State& a, const State& b) { RC_ASSERT(join(a, b) == join(b, a)); });
}

TEST_CASE("property: the join is associative") {
  check("associative", [](const State& a, const State& b, const State& c) {
    RC_ASSERT(join(join(a, b), c) == join(a, join(b, c)));
  });
}

TEST_CASE("property: the join is idempotent, and absorbs what it has seen") {
  check("idempotent", [](const State& a, const State& b) {
    RC_ASSERT(join(a, a) == a);
    RC_ASSERT(join(join(a, b), b) == join(a, b));
  });
}

TEST_CASE("property: every field has the greatest stamp of both sides") {
  check("pointwise maximum", [](const State& a, const State& b) {
    const State joined = join(a, b);
    for (tidemark::Field field = tidemark::kFirstField; field < tidemark::kFirstField + 5; ++field)
      RC_ASSERT(stamp_of(joined, field) == std::max(stamp_of(a, field), stamp_of(b, field)));
  });
}
