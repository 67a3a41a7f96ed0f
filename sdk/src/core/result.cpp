// The texts of errors.def by code.
#include "tidemark/result.h"

namespace tidemark {

std::string_view name_of(Errc code) noexcept {
  switch (code) {
#define TIDEMARK_ERROR(name, number, retryable, message, hint) \
  case Errc::name:                                             \
    return #name;
#include "tidemark/errors.def"
#undef TIDEMARK_ERROR
  }
  return "internal";
}

std::string_view message_of(Errc code) noexcept {
  switch (code) {
#define TIDEMARK_ERROR(name, number, retryable, message, hint) \
  case Errc::name:                                             \
    return message;
#include "tidemark/errors.def"
#undef TIDEMARK_ERROR
  }
  return "an unknown error";
}

bool is_retryable(Errc code) noexcept {
  switch (code) {
#define TIDEMARK_ERROR(name, number, retryable, message, hint) \
  case Errc::name:                                             \
    return retryable;
#include "tidemark/errors.def"
#undef TIDEMARK_ERROR
  }
  return false;
}

}  // namespace tidemark
