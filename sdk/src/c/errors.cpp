// Errors of the C API: a code for each call, and its detail for the thread that made it.
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>

#include "handle.h"

namespace tidemark::c {
namespace {

thread_local std::string last_detail;

// Of a string literal, so that there is a zero behind it.
const char* text_of(std::string_view literal) noexcept { return literal.data(); }

// Any number may come from C: one that no error has stays one that none has.
Errc errc_of(int code) noexcept {
  constexpr int kMax = std::numeric_limits<std::underlying_type_t<Errc>>::max();
  return static_cast<Errc>(code < 0 || code > kMax ? kMax : code);
}

}  // namespace

tidemark_errc failed(const Error& error) {
  last_detail = error.detail;
  return static_cast<tidemark_errc>(error.code);
}

tidemark_errc give(const std::string& text, char** out) {
  const std::size_t bytes = text.size() + 1;
  auto* copy = static_cast<char*>(std::malloc(bytes));
  if (copy == nullptr) return failed({Errc::limit_exceeded, "no memory"});
  std::memcpy(copy, text.c_str(), bytes);
  *out = copy;
  return tidemark_errc_ok;
}

}  // namespace tidemark::c

extern "C" {

const char* tidemark_version(void) noexcept { return TIDEMARK_VERSION; }

const char* tidemark_error_name(int code) noexcept {
  return tidemark::c::text_of(tidemark::name_of(tidemark::c::errc_of(code)));
}

const char* tidemark_error_message(int code) noexcept {
  return tidemark::c::text_of(tidemark::message_of(tidemark::c::errc_of(code)));
}

const char* tidemark_error_detail(void) noexcept { return tidemark::c::last_detail.c_str(); }

void tidemark_free(char* text) noexcept { std::free(text); }

}  // extern "C"
