// Stamp, the hybrid logical time of a write, and Clock, which makes them.
// Hybrid logical clocks: Kulkarni, Demirbas, Madappa, Avva, Leone: "Logical Physical Clocks",
// OPODIS 2014.
#ifndef TIDEMARK_STAMP_H
#define TIDEMARK_STAMP_H

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace tidemark {

/// 64 random bits, drawn by the host at every engine start, so that two tabs, a clone and a
/// restored backup never share one.
enum class Node : std::uint64_t {};

/// Milliseconds since 1970 as the host's clock says; may be wrong, may jump.
using WallMs = std::int64_t;

/// When and by whom a value was written. Totally ordered; the default is before every stamp that a
/// clock makes.
struct Stamp {
  /// `ms:48 | counter:16`: one number, so that n consecutive stamps are n consecutive times.
  std::uint64_t time = 0;
  Node node{0};

  auto operator<=>(const Stamp&) const = default;

  [[nodiscard]] constexpr WallMs ms() const noexcept { return static_cast<WallMs>(time >> 16); }
  [[nodiscard]] constexpr std::uint16_t counter() const noexcept {
    return static_cast<std::uint16_t>(time);
  }

  /// 16 bytes, big-endian: byte order is logical order.
  [[nodiscard]] std::array<std::uint8_t, 16> bytes() const noexcept;
  [[nodiscard]] static Stamp from_bytes(const std::array<std::uint8_t, 16>& bytes) noexcept;
  /// `0192f1c3a4b5-0003-a1b2c3d4e5f60708`: 34 characters, text order is logical order.
  [[nodiscard]] std::string text() const;
  /// The stamp of a text, or Errc::bad_stamp for anything but exactly the form that text() gives.
  [[nodiscard]] static Result<Stamp> parse(std::string_view text) noexcept;
};

/// The clock of one engine. Now is always an argument; nothing is read from the machine.
class Clock {
 public:
  explicit Clock(Node node) noexcept : node_(node) {}

  [[nodiscard]] Node node() const noexcept { return node_; }
  /// The greatest stamp made or seen.
  [[nodiscard]] Stamp last() const noexcept { return last_; }
  /// What is added to the host's clock to get the hub's time, in milliseconds.
  [[nodiscard]] std::int64_t offset_ms() const noexcept { return offset_ms_; }
  void set_offset_ms(std::int64_t offset_ms) noexcept { offset_ms_ = offset_ms; }
  /// `now` in the hub's time, clamped to what a stamp can hold.
  [[nodiscard]] WallMs corrected(WallMs now) const noexcept;

  /// The first of `count` >= 1 consecutive stamps, all greater than every stamp made or seen.
  /// Errc::bad_input for a count of 0, Errc::clock_overflow at the end of time (year 10889); the
  /// clock then stays as it was.
  [[nodiscard]] Result<Stamp> reserve(std::uint32_t count, WallMs now) noexcept;
  /// Takes note of a stamp made elsewhere: later ones here will be greater.
  void observe(Stamp seen) noexcept;
  /// Starts over under a new node, from `floor`: for a clock that turned out to run ahead (see
  /// protocol.md, `clock`).
  void restart(Node node, Stamp floor) noexcept;

 private:
  Node node_;
  Stamp last_;
  std::int64_t offset_ms_ = 0;
};

/// Whether `stamp` is further ahead of `now` than `drift_ms_max` allows.
[[nodiscard]] bool is_ahead(Stamp stamp, WallMs now, std::int64_t drift_ms_max) noexcept;

/// The hub's time minus ours: NTP's estimate, which halves the round trip. `server` is when the hub
/// answered.
[[nodiscard]] std::int64_t estimate_offset_ms(WallMs sent, WallMs received, WallMs server) noexcept;

}  // namespace tidemark

#endif  // TIDEMARK_STAMP_H
