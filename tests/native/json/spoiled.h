// Replies that are spoiled in one place, and what is to be said of them.
#ifndef TIDEMARK_TESTS_JSON_SPOILED_H
#define TIDEMARK_TESTS_JSON_SPOILED_H

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "tidemark/result.h"
#include "vectors.h"

using Json = nlohmann::json;

inline constexpr const char* kStampA = "0192f1c3a4b5-0003-a1b2c3d4e5f60708";
inline constexpr const char* kStampB = "0192f1c3a4b6-0000-a1b2c3d4e5f60708";

inline Json with(Json reply, const std::string& pointer, const Json& value) {
  reply[Json::json_pointer(pointer)] = value;
  return reply;
}

inline Json without(Json reply, const std::string& name) {
  reply.erase(name);
  return reply;
}

template <typename T>
void check_refused(const tidemark::Outcome<T>& outcome, const std::string& place) {
  CAPTURE(place);
  CHECK(outcome.error().code == tidemark::Errc::bad_reply);
  CHECK_THAT(outcome.error().detail, Catch::Matchers::ContainsSubstring(place));
  CHECK(outcome.error().detail.size() < 200);
}

#endif  // TIDEMARK_TESTS_JSON_SPOILED_H
