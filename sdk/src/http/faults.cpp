// Statuses and their codes.
#include "http/faults.h"

#include "json/replies.h"
#include "json/text.h"

namespace tidemark::http {
namespace {

/// Of an endpoint's words, as much as is kept.
constexpr std::size_t kWordsMax = 1'000;

Errc code_of(long status) noexcept {
  switch (status) {
    case 400:
    case 422:
      return Errc::bad_request;
    case 401:
      return Errc::unauthorized;
    case 403:
      return Errc::forbidden;
    case 404:
      return Errc::not_found;
    case 405:
      return Errc::method_not_allowed;
    case 408:
      return Errc::timeout;
    case 413:
      return Errc::too_large;
    case 425:
      return Errc::unavailable;
    case 426:
      return Errc::protocol_unsupported;
    case 429:
      return Errc::rate_limited;
    case 500:
      return Errc::internal;
    default:
      return status > 500 ? Errc::unavailable : Errc::bad_reply;
  }
}

/// No other is a reason for a conflict: one that halts sync must come from a hub that means it.
bool is_conflict(Errc code) noexcept {
  return code == Errc::reset_required || code == Errc::schema_outdated ||
         code == Errc::account_mismatch;
}

std::string_view beginning(std::string_view words) {
  if (words.size() <= kWordsMax) return words;
  words = words.substr(0, kWordsMax);
  // Not half a character.
  for (int k = 0; k < 4 && !json::is_utf8(words); ++k) words.remove_suffix(1);
  return words;
}

}  // namespace

Error fault_of(const Reply& reply) {
  Error out{code_of(reply.status), std::to_string(reply.status), reply.retry_after_ms};
  if (const auto said = json::read_error(reply.body)) {
    if (reply.status == 409 && is_conflict(said->code)) out.code = said->code;
    if (!said->message.empty()) out.detail.append(" ").append(beginning(said->message));
  } else if (reply.status >= 300 && reply.status < 400) {
    out.detail += " (redirects are not followed)";
  }
  return out;
}

}  // namespace tidemark::http
