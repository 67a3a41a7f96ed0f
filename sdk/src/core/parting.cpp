// The three ways to another node.
#include "parting.h"

#include <algorithm>
#include <utility>

namespace tidemark {
namespace {

// What the milliseconds of a stamp can hold.
constexpr WallMs kStampMsMax = (WallMs{1} << 48) - 1;

Stamp next(Stamp stamp, std::uint64_t by = 1) noexcept {
  stamp.time += std::min(by, ~std::uint64_t{0} - stamp.time);
  return stamp;
}

Stamp stamp_of(WallMs ms, Node node) noexcept {
  return {static_cast<std::uint64_t>(std::clamp<WallMs>(ms, 0, kStampMsMax)) << 16, node};
}

}  // namespace

void Parting::decide(Way way, std::int64_t shift_ms, Node spare, Bounds bounds,
                     const Clock& clock) noexcept {
  way_ = way;
  shift_ms_ = shift_ms;
  spare_ = spare;
  bounds_ = bounds;
  last_ = clock.last();
  given_ = {};
}

void Parting::leave(Clock& clock, Stamp ground, std::uint32_t pending, WallMs now) noexcept {
  last_moved_ = {};
  if (left_) return;  // nobody heard how the last attempt ended
  left_ = clock;
  old_ = clock.node();
  left_at_ = clock.corrected(now);
  Stamp from = std::max(ground, given_);
  if (way_ == Way::renamed) from = std::max(from, next(clock.last()));
  if (way_ == Way::moved) from = std::max(from, end_of_moved(clock, pending));
  clock.restart(spare_, from);
}

void Parting::turn_back(Clock& clock) noexcept {
  if (!left_) return;
  given_ = clock.last();
  clock = *std::exchange(left_, std::nullopt);
  clock.observe(given_);
}

void Parting::finish() noexcept {
  way_ = std::nullopt;
  left_ = std::nullopt;
}

// What is written from now on follows all that is moved, also what is moved behind an attempt that
// failed.
Stamp Parting::end_of_moved(const Clock& clock, std::uint32_t pending) const noexcept {
  const Stamp moved = stamp_of(last_.ms() + shift_ms_, old_);
  const Stamp since = clock.last() > last_ ? stamp_of(left_at_, old_) : Stamp{};
  return next(std::max({bounds_.floor, bounds_.logged, moved, since, given_}), pending);
}

Result<Stamp> Parting::restamp(Clock& clock, Stamp first, std::uint32_t count,
                               WallMs now) noexcept {
  if (!is_due()) return clock.reserve(count, now);
  if (way_ == Way::anew) return renew(clock, first, count, now);
  if (way_ == Way::moved) return move(clock, first, count);
  // One up, so that what it won against under its old node it still wins against.
  // At the end of time there is no such stamp: the endpoint will refuse the old one.
  const bool fits = next(first, count).time - first.time == count;
  return first.node == old_ && fits ? Stamp{next(first).time, clock.node()} : first;
}

// Written while an attempt was under way, and not sent: it must follow what was written before it.
bool Parting::is_overtaken(const Clock& clock, Stamp first) const noexcept {
  return first.node == clock.node() && first <= last_moved_;
}

Result<Stamp> Parting::renew(Clock& clock, Stamp first, std::uint32_t count, WallMs now) noexcept {
  if (count == 0) return Errc::bad_input;
  const Stamp last = next(first, count - 1);
  if (last.ms() > bounds_.fine_until || is_overtaken(clock, first)) {
    const auto stamp = clock.reserve(count, now);
    last_moved_ = clock.last();
    return stamp;
  }
  // What was written after it stays after it.
  clock.observe(last);
  return first;
}

Result<Stamp> Parting::move(Clock& clock, Stamp first, std::uint32_t count) noexcept {
  if (count == 0) return Errc::bad_input;
  const bool overtaken = is_overtaken(clock, first);
  if (first.node != old_ && !overtaken) {
    // What was written after it stays after it.
    last_moved_ = std::max(last_moved_, next(first, count - 1));
    return first;
  }
  const bool is_right = overtaken || first > last_;
  const WallMs ms = is_right ? std::min(first.ms(), left_at_) : first.ms() + shift_ms_;
  Clock moved(clock.node());
  moved.observe(std::max(bounds_.floor, last_moved_));
  const auto stamp = moved.reserve(count, ms);
  last_moved_ = moved.last();
  clock.observe(moved.last());
  return stamp;
}

}  // namespace tidemark
