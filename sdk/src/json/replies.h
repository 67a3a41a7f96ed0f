// Replies of protocol 1, checked before any of them is believed, as js/src/transports/replies.ts
// does: Errc::bad_reply names the first place that is wrong. A captive portal's page, half a body
// or another server's JSON end here, and change nothing. Any bytes may be given.
#ifndef TIDEMARK_JSON_REPLIES_H
#define TIDEMARK_JSON_REPLIES_H

#include <optional>
#include <string>
#include <string_view>

#include "tidemark/ledger.h"
#include "tidemark/wire.h"

namespace tidemark::json {

[[nodiscard]] Outcome<PullReply> read_pull(std::string_view text);
/// Of a push and a full: the reply to a request of so many `changes`.
[[nodiscard]] Outcome<PushReply> read_push(std::string_view text, std::size_t changes);
[[nodiscard]] Outcome<FullReply> read_full(std::string_view text, std::size_t changes);
[[nodiscard]] Outcome<LossesReply> read_losses(std::string_view text);
[[nodiscard]] Outcome<DigestReply> read_digest(std::string_view text);
[[nodiscard]] Outcome<MetaReply> read_meta(std::string_view text);

/// Why an endpoint refused a request, in its words; none for a body that is no error of ours.
struct Refusal {
  Errc code = Errc::ok;
  std::string message;
};
[[nodiscard]] std::optional<Refusal> read_error(std::string_view text);

/// The code of that name in errors.def.
[[nodiscard]] std::optional<Errc> code_named(std::string_view name) noexcept;

}  // namespace tidemark::json

#endif  // TIDEMARK_JSON_REPLIES_H
