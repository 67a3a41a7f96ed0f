// The Transport port: how requests reach an endpoint. A call gives a reply that was checked to be
// one, or an Error whose code says what the engine can do about it. Nothing is retried here.
#ifndef TIDEMARK_PORT_TRANSPORT_H
#define TIDEMARK_PORT_TRANSPORT_H

#include <atomic>
#include <cstdint>

#include "tidemark/ledger.h"
#include "tidemark/wire.h"

namespace tidemark {

/// Bytes of bodies as transferred, counted while a call is under way.
struct Traffic {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

/// How one call is made, given up and counted.
struct CallOptions {
  /// The last token was refused: get a new one.
  bool refresh_token = false;
  /// Becomes true when the call is to be given up: it then ends soon, with Errc::closed. May be
  /// null; outlives the call.
  const std::atomic<bool>* aborted = nullptr;
  /// Where the call counts its bytes. May be null; outlives the call.
  Traffic* traffic = nullptr;
};

/// One call at a time. Calls block until the reply is here, the call failed, or `aborted`.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Outcome<PullReply> pull(const PullRequest& request, const CallOptions& options) = 0;
  virtual Outcome<FullReply> full(const FullRequest& request, const CallOptions& options) = 0;
  /// Calls that a bare endpoint lacks: Errc::not_found.
  virtual Outcome<LossesReply> losses(const LossesRequest& request, const CallOptions& options) = 0;
  virtual Outcome<DigestReply> digest(const DigestRequest& request, const CallOptions& options) = 0;
  virtual Outcome<MetaReply> meta(const CallOptions& options) = 0;
};

}  // namespace tidemark

#endif  // TIDEMARK_PORT_TRANSPORT_H
