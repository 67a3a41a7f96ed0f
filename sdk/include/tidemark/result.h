// Result<T>: a value or why there is none, for everything that can fail because of its input or of
// the world. Ours rather than std::expected, whose presence depends on the user's language mode: a
// public type must not.
#ifndef TIDEMARK_RESULT_H
#define TIDEMARK_RESULT_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tidemark {

/// Every error there is, with the numbers of errors.def. Stored and sent: stable for ever.
enum class Errc : std::uint16_t {
#define TIDEMARK_ERROR(name, number, retryable, message, hint) name = number,
#include "tidemark/errors.def"
#undef TIDEMARK_ERROR
};

/// The name of `code` as on the wire, for example "bad_stamp"; "internal" for a number not in the
/// list.
[[nodiscard]] std::string_view name_of(Errc code) noexcept;
/// One English sentence on what happened; static storage.
[[nodiscard]] std::string_view message_of(Errc code) noexcept;
/// Whether the same request may succeed later without anyone changing anything.
[[nodiscard]] bool is_retryable(Errc code) noexcept;

/// A code, and what only the place that failed knows.
struct Error {
  Errc code = Errc::ok;
  /// For people and logs; may be empty. Never holds a token.
  std::string detail;
  /// What an endpoint asked for, or 0.
  std::int64_t retry_after_ms = 0;

  bool operator==(const Error&) const = default;
};

/// A value of T, or the error that says why there is none. Never both, never throws.
template <typename T, typename E = Errc>
class [[nodiscard]] Result {
 public:
  constexpr Result(T value) : value_(std::move(value)) {}
  constexpr Result(E error) : error_(std::move(error)) {}

  [[nodiscard]] constexpr bool ok() const noexcept { return value_.has_value(); }
  constexpr explicit operator bool() const noexcept { return ok(); }
  /// The default, Errc::ok, where there is a value.
  [[nodiscard]] constexpr const E& error() const noexcept { return error_; }
  /// The value. Only where ok().
  [[nodiscard]] constexpr const T& operator*() const& noexcept { return *value_; }
  [[nodiscard]] constexpr T& operator*() & noexcept { return *value_; }
  [[nodiscard]] constexpr T&& operator*() && noexcept { return *std::move(value_); }
  [[nodiscard]] constexpr const T* operator->() const noexcept { return &*value_; }
  [[nodiscard]] constexpr T* operator->() noexcept { return &*value_; }

 private:
  std::optional<T> value_;
  E error_{};
};

/// What a shell's call gives: a value, or an Error with its detail.
template <typename T>
using Outcome = Result<T, Error>;
/// The value of a call that gives none.
struct Done {};

}  // namespace tidemark

#endif  // TIDEMARK_RESULT_H
