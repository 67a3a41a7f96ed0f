// What sync is doing, as the app is told.
#ifndef TIDEMARK_STATUS_H
#define TIDEMARK_STATUS_H

#include <cstdint>

#include "tidemark/result.h"
#include "tidemark/stamp.h"

namespace tidemark {

/// The last three: `outdated` and `wrong_account` wait for the app (Errc::schema_outdated,
/// Errc::account_mismatch), `stalled` goes on by itself.
enum class Phase : std::uint32_t {
  idle,
  syncing,
  waiting,
  offline,
  needs_auth,
  paused,
  closed,
  outdated,
  wrong_account,
  stalled
};

/// What the engine knows of its exchanges.
struct Status {
  Phase phase = Phase::closed;
  std::uint32_t pending = 0;
  /// 0: never.
  WallMs last_synced_at = 0;
  /// Why the last exchange failed, or ok.
  Errc error = Errc::ok;
  bool online = true;

  bool operator==(const Status&) const = default;
};

}  // namespace tidemark

#endif  // TIDEMARK_STATUS_H
