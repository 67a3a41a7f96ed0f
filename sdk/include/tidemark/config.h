// Config: every limit and interval of the engine, with its unit in the name and a default that
// suits an app on a phone.
#ifndef TIDEMARK_CONFIG_H
#define TIDEMARK_CONFIG_H

#include <cstdint>

namespace tidemark {

/// The settings of an engine.
struct Config {
  /// How far ahead of now a stamp may be before the hub answers `clock`.
  std::int64_t drift_ms_max = 60'000;
  /// A newly learned clock offset that differs by more than this from the one in use re-stamps what
  /// was never sent.
  std::int64_t offset_step_ms = 2'000;

  /// Records in one push, at most; a local transaction is split only where it alone is larger.
  std::uint32_t push_records_max = 500;
  /// Bytes of rows in one push, at most, likewise.
  std::uint32_t push_bytes_max = 1u << 20;
  /// Writes that the store is asked to load for one push: the window in which what shares a record
  /// is kept together.
  std::uint32_t outbox_writes_max = 2'000;
  /// Records that a pull asks for: the most that a hub gives. Its page ends at page_bytes_max too.
  std::uint32_t pull_records_max = 5'000;

  /// Retry n waits a random time up to min(backoff_ms_max, backoff_ms_base * 2^n) ("full jitter").
  std::int64_t backoff_ms_base = 500;
  std::int64_t backoff_ms_max = 60'000;
  /// How long a local write waits for company before it is sent.
  std::int64_t push_delay_ms = 10;
  /// Pull again after this long: without a live connection, and as a safety net with one.
  std::int64_t poll_ms = 15'000;
  std::int64_t poll_live_ms = 300'000;

  /// With something to do and no progress for so long the session is `stalled`: it gives up what is
  /// under way and tries another way, a stronger one each time that this passes again.
  std::int64_t stall_ms = 120'000;
};

}  // namespace tidemark

#endif  // TIDEMARK_CONFIG_H
