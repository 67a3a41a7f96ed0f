// Stamps to bytes and text and back, and the clock's three rules: local event, receive, restart.
#include "tidemark/stamp.h"

#include <algorithm>
#include <limits>

namespace tidemark {
namespace {

constexpr WallMs kMsMax = (WallMs{1} << 48) - 1;
constexpr std::size_t kTextLength = 34;
constexpr std::size_t kCounterDash = 12;
constexpr std::size_t kNodeDash = 17;

void put_hex(std::string& out, std::uint64_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out.push_back("0123456789abcdef"[(value >> shift) & 15]);
}

Result<std::uint64_t> parse_hex(std::string_view text) noexcept {
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9')
      value = value << 4 | static_cast<std::uint64_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      value = value << 4 | static_cast<std::uint64_t>(c - 'a' + 10);
    else
      return Errc::bad_stamp;
  }
  return value;
}

}  // namespace

std::array<std::uint8_t, 16> Stamp::bytes() const noexcept {
  std::array<std::uint8_t, 16> out{};
  const auto node_bits = static_cast<std::uint64_t>(node);
  for (std::size_t i = 0; i < 8; ++i) {
    out[i] = static_cast<std::uint8_t>(time >> (56 - 8 * i));
    out[8 + i] = static_cast<std::uint8_t>(node_bits >> (56 - 8 * i));
  }
  return out;
}

Stamp Stamp::from_bytes(const std::array<std::uint8_t, 16>& bytes) noexcept {
  std::uint64_t time = 0;
  std::uint64_t node = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    time = time << 8 | bytes[i];
    node = node << 8 | bytes[8 + i];
  }
  return {time, Node{node}};
}

std::string Stamp::text() const {
  std::string out;
  out.reserve(kTextLength);
  put_hex(out, time >> 16, 12);
  out.push_back('-');
  put_hex(out, counter(), 4);
  out.push_back('-');
  put_hex(out, static_cast<std::uint64_t>(node), 16);
  return out;
}

Result<Stamp> Stamp::parse(std::string_view text) noexcept {
  if (text.size() != kTextLength || text[kCounterDash] != '-' || text[kNodeDash] != '-')
    return Errc::bad_stamp;
  const auto ms = parse_hex(text.substr(0, kCounterDash));
  const auto counter = parse_hex(text.substr(kCounterDash + 1, 4));
  const auto node = parse_hex(text.substr(kNodeDash + 1));
  if (!ms || !counter || !node) return Errc::bad_stamp;
  return Stamp{*ms << 16 | *counter, Node{*node}};
}

WallMs Clock::corrected(WallMs now) const noexcept {
  // Both are clamped first, so that the sum cannot overflow whatever a host or a hub says.
  return std::clamp(std::clamp<WallMs>(now, -kMsMax, kMsMax) +
                        std::clamp<std::int64_t>(offset_ms_, -kMsMax, kMsMax),
                    WallMs{0}, kMsMax);
}

Result<Stamp> Clock::reserve(std::uint32_t count, WallMs now) noexcept {
  if (count == 0) return Errc::bad_input;
  constexpr auto kTimeMax = std::numeric_limits<std::uint64_t>::max();
  if (last_.time > kTimeMax - count) return Errc::clock_overflow;
  const auto physical = static_cast<std::uint64_t>(corrected(now)) << 16;
  const std::uint64_t first = std::max(physical, last_.time + 1);
  if (first > kTimeMax - (count - 1)) return Errc::clock_overflow;
  last_ = {first + (count - 1), node_};
  return Stamp{first, node_};
}

void Clock::observe(Stamp seen) noexcept { last_ = std::max(last_, seen); }

void Clock::restart(Node node, Stamp floor) noexcept {
  node_ = node;
  last_ = floor;
}

bool is_ahead(Stamp stamp, WallMs now, std::int64_t drift_ms_max) noexcept {
  const std::int64_t drift_ms = std::clamp<std::int64_t>(drift_ms_max, -kMsMax, kMsMax);
  return stamp.ms() > std::clamp<WallMs>(now, 0, kMsMax) + drift_ms;
}

std::int64_t estimate_offset_ms(WallMs sent, WallMs received, WallMs server) noexcept {
  const WallMs a = std::clamp<WallMs>(sent, -kMsMax, kMsMax);
  const WallMs b = std::clamp<WallMs>(received, -kMsMax, kMsMax);
  return std::clamp<WallMs>(server, -kMsMax, kMsMax) - (a + (b - a) / 2);
}

}  // namespace tidemark
