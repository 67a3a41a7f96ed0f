// How the program ends, and what it says where it could not do what it was asked.
#ifndef TIDEMARK_CLI_FAILURE_H
#define TIDEMARK_CLI_FAILURE_H

#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace cli {

/// Exit codes: documented in --help and README.md, and never changed.
enum class Exit {
  done = 0,
  usage = 1,
  file = 2,
  network = 3,
  not_signed_in = 4,
  /// Something is left that somebody has to look at.
  refused = 5,
  /// The program, the app's schema or the endpoint is too old for the others.
  outdated = 6,
  internal = 7
};

/// Why a command ended early: an error of the library's, or wrong usage.
struct Failure {
  Exit exit = Exit::internal;
  std::string code;
  /// A sentence, and the detail that only the place knows.
  std::string message;
  std::string detail;
  std::string hint;
  bool retryable = false;
};

/// What can be done about an error.
[[nodiscard]] std::string_view hint_of(tidemark::Errc code) noexcept;
[[nodiscard]] Exit exit_of(tidemark::Errc code) noexcept;
[[nodiscard]] Failure failure_of(const tidemark::Error& error);
[[nodiscard]] Failure usage_failure(std::string message, std::string hint);

/// A value of T, or why there is none.
template <typename T>
using Try = tidemark::Result<T, Failure>;

}  // namespace cli

#endif  // TIDEMARK_CLI_FAILURE_H
