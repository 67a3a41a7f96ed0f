// Requests of protocol 1 as text. Names and labels are text (text.h); rows are taken as they are,
// canonical texts. Errc::bad_input names what is no text.
#ifndef TIDEMARK_JSON_REQUESTS_H
#define TIDEMARK_JSON_REQUESTS_H

#include <string>

#include "tidemark/ledger.h"
#include "tidemark/wire.h"

namespace tidemark::json {

/// The body of `POST full`.
[[nodiscard]] Outcome<std::string> full_body(const FullRequest& request);
/// The body of `POST push`, for an endpoint without full; pull_of() is what follows it.
[[nodiscard]] Outcome<std::string> push_body(const FullRequest& request);
[[nodiscard]] PullRequest pull_of(const FullRequest& request);
[[nodiscard]] Outcome<std::string> digest_body(const DigestRequest& request);

/// `cursor=e%3A1&limit=50`: what follows the question mark. May be empty.
[[nodiscard]] Outcome<std::string> pull_query(const PullRequest& request);
[[nodiscard]] Outcome<std::string> losses_query(const LossesRequest& request);

}  // namespace tidemark::json

#endif  // TIDEMARK_JSON_REQUESTS_H
