// Every code of the library, and what it means for the exit code.
#include "failure.h"

#include <utility>

namespace cli {

using tidemark::Errc;

std::string_view hint_of(Errc code) noexcept {
  switch (code) {
#define TIDEMARK_ERROR(name, number, retryable, message, hint) \
  case Errc::name:                                             \
    return hint;
#include "tidemark/errors.def"
#undef TIDEMARK_ERROR
  }
  return "";
}

Exit exit_of(Errc code) noexcept {
  switch (code) {
    case Errc::ok:
      return Exit::done;
    case Errc::bad_input:
    case Errc::limit_exceeded:
      return Exit::usage;
    case Errc::table_unsupported:
    case Errc::store_failed:
    case Errc::storage_full:
    case Errc::storage_unavailable:
    case Errc::storage_damaged:
      return Exit::file;
    case Errc::network:
    case Errc::timeout:
    case Errc::bad_reply:
    case Errc::rate_limited:
    case Errc::unavailable:
    case Errc::internal:
    case Errc::clock_ahead:
    case Errc::not_found:
    case Errc::method_not_allowed:
    case Errc::reset_required:
    case Errc::offline:
    case Errc::stalled:
      return Exit::network;
    case Errc::unauthorized:
    case Errc::forbidden:
    case Errc::account_mismatch:
      return Exit::not_signed_in;
    case Errc::bad_request:
    case Errc::too_large:
    case Errc::purged:
    case Errc::key_unsupported:
    case Errc::value_unsupported:
    case Errc::constraint:
    case Errc::account_pending:
    case Errc::reread_pending:
      return Exit::refused;
    case Errc::protocol_unsupported:
    case Errc::schema_outdated:
    case Errc::app_outdated:
      return Exit::outdated;
    case Errc::bad_stamp:
    case Errc::clock_overflow:
    case Errc::wrong_state:
    case Errc::closed:
    case Errc::paused:
    case Errc::engine_failed:
      return Exit::internal;
  }
  return Exit::internal;
}

Failure failure_of(const tidemark::Error& error) {
  return {
      exit_of(error.code), std::string(name_of(error.code)), std::string(message_of(error.code)),
      error.detail,        std::string(hint_of(error.code)), is_retryable(error.code)};
}

Failure usage_failure(std::string message, std::string hint) {
  return {Exit::usage, "usage", std::move(message), {}, std::move(hint), false};
}

}  // namespace cli
