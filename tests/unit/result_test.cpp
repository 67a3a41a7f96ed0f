// Errors: their numbers are stored and sent, so they are listed here once more; and Result, which
// carries a value or one of them.
#include "tidemark/result.h"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>
#include <vector>

using tidemark::Errc;
using tidemark::Result;

namespace {

struct Known {
  int number;
  const char* name;
  bool retryable = false;
};

// A code may be added; none may change its number, its name, or whether it is retried.
constexpr Known known[] = {{0, "ok"},
                           {1, "bad_input"},
                           {2, "bad_stamp"},
                           {3, "clock_overflow"},
                           {4, "limit_exceeded"},
                           {5, "wrong_state"},
                           {20, "network", true},
                           {21, "timeout", true},
                           {22, "bad_reply", true},
                           {23, "rate_limited", true},
                           {24, "unavailable", true},
                           {25, "internal", true},
                           {26, "clock_ahead", true},
                           {40, "unauthorized"},
                           {41, "forbidden"},
                           {42, "not_found"},
                           {43, "bad_request"},
                           {44, "too_large"},
                           {45, "protocol_unsupported"},
                           {46, "method_not_allowed"},
                           {47, "reset_required", true},
                           {48, "schema_outdated"},
                           {49, "account_mismatch"},
                           {50, "purged"},
                           {60, "key_unsupported"},
                           {61, "value_unsupported"},
                           {62, "table_unsupported"},
                           {63, "store_failed", true},
                           {64, "closed"},
                           {65, "paused"},
                           {66, "offline", true},
                           {67, "engine_failed"},
                           {68, "constraint"},
                           {69, "account_pending"},
                           {70, "stalled", true},
                           {71, "reread_pending", true}};

constexpr const char* kUnknown = "an unknown error";

}  // namespace

TEST_CASE("errors: numbers, names and what is retried stay as they were sent") {
  for (const auto& [number, name, retryable] : known) {
    const auto code = static_cast<Errc>(number);
    CAPTURE(number);
    CHECK(tidemark::name_of(code) == name);
    CHECK(tidemark::is_retryable(code) == retryable);
    CHECK(tidemark::message_of(code) != kUnknown);
  }
}

TEST_CASE("errors: every code has a name of its own and says what happened") {
  std::set<std::string> names;
  for (const Errc code : {
#define TIDEMARK_ERROR(name, number, retryable, message, hint) Errc::name,
#include "tidemark/errors.def"
#undef TIDEMARK_ERROR
       }) {
    CAPTURE(static_cast<int>(code));
    CHECK(names.insert(std::string(tidemark::name_of(code))).second);
    CHECK_FALSE(tidemark::message_of(code).empty());
  }
  CHECK(names.size() >= std::size(known));
}

TEST_CASE("errors: a number from a newer version is internal, and not retried") {
  const auto code = static_cast<Errc>(65'535);
  CHECK(tidemark::name_of(code) == "internal");
  CHECK(tidemark::message_of(code) == kUnknown);
  CHECK_FALSE(tidemark::is_retryable(code));
}

TEST_CASE("result: a value and no error, or an error and no value") {
  const Result<std::string> value = std::string("a stamp");
  CHECK(value.ok());
  CHECK(static_cast<bool>(value));
  CHECK(value.error() == Errc::ok);
  CHECK(*value == "a stamp");
  CHECK(value->size() == 7);
  const Result<std::string> error = Errc::bad_stamp;
  CHECK_FALSE(error.ok());
  CHECK_FALSE(static_cast<bool>(error));
  CHECK(error.error() == Errc::bad_stamp);
}

TEST_CASE("result: a value can be moved out") {
  Result<std::vector<int>> result = std::vector<int>{1, 2, 3};
  const int* data = result->data();
  const std::vector<int> taken = *std::move(result);
  CHECK(taken.data() == data);
}
