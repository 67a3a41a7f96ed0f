// What the host does, and what it demands of the engine.
#include "engine/host.h"

#include <type_traits>
#include <variant>

namespace fuzz {
namespace {

using namespace tidemark;

constexpr int kOutputsMax = 16;
/// What a host can say whose numbers are doubles.
constexpr std::int64_t kMsMax = std::int64_t{1} << 53;

Config config_from(Input& in) {
  Config config;
  if (choice(in, 2) == 0) return config;
  config.push_records_max = choice(in, 8);
  config.push_bytes_max = choice(in, 8);
  config.stall_ms = 1 + choice(in, 1000);
  config.offset_step_ms = choice(in, 100);
  config.backoff_ms_base = choice(in, 100);
  config.push_delay_ms = choice(in, 100);
  config.poll_ms = 1 + choice(in, 100);
  config.poll_live_ms = 1 + choice(in, 1000);
  return config;
}

}  // namespace

Host::Host(Input& in) : in_(in), engine_(config_from(in), spare()) {}

std::int64_t Host::after_now(std::int64_t ms) const {
  std::int64_t sum = 0;
  return __builtin_add_overflow(now_, ms, &sum) ? now_ : sum;
}

std::int64_t Host::any_ms() {
  switch (choice(in_, 8)) {
    case 0:
      return std::clamp(any_number(in_), -kMsMax, kMsMax);
    case 1:
      return after_now(choice(in_, 1 << 16) * 1000);
    case 2:
      return after_now(-std::int64_t{choice(in_, 1 << 16)} * 1000);
    case 3:
      return choice(in_, 1 << 16);
    default:
      return after_now(choice(in_, 256));
  }
}

void Host::restore() {
  const Stamp accepted = stamp(in_);
  engine_.restore(accepted, stamp(in_), any_ms());
}

void Host::start() {
  pending_ = choice(in_, 2) == 0 ? count_pending() : word();
  engine_.start(pending_, now_, choice(in_, 4) == 0);
  closed_ = paused_ = false;
  // Who starts an engine has no status to go on from.
  told_ = {};
}

void Host::close() {
  engine_.close();
  closed_ = true;
}

void Host::pause() {
  engine_.pause();
  paused_ = true;
}

void Host::resume() {
  engine_.resume(now_);
  paused_ = false;
}

void Host::hear_clock() {
  const std::int64_t offset_ms = any_ms();
  const Stamp accepted = stamp(in_);
  const bool restart = choice(in_, 2) == 0 && !is_moving_;
  engine_.handle_clock(offset_ms, accepted, restart, spare());
}

void Host::pass_time() { now_ = any_ms(); }

std::optional<Stamp> Host::stamps(std::uint32_t count) {
  if (is_moving_) return std::nullopt;
  const Stamp before = engine_.clock().last();
  const auto first = engine_.reserve(count, now_);
  if (!first) {
    require(count == 0 || first.error() == Errc::clock_overflow, "stamps until the end of time");
    return std::nullopt;
  }
  require(*first > before, "a stamp is greater than all made or seen");
  require(first->node == engine_.clock().node(), "a stamp names the clock's node");
  require(engine_.clock().last().time == first->time + (count - 1), "the clock knows the last");
  return *first;
}

void Host::reserve() {
  const std::uint32_t count = word();
  if (const auto first = stamps(count)) entries_.push_back({*first, count, false});
  require_distinct();
}

void Host::write() {
  const std::uint32_t count = 1 + choice(in_, 3);
  const auto first = stamps(count);
  if (!first) return;
  entries_.push_back({*first, count, true});
  engine_.handle_write(count, now_);
  pending_ += count;
  require_distinct();
}

void Host::require_distinct() const {
  for (std::size_t i = 0; i < entries_.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      require(!entries_[i].overlaps(entries_[j]), "no stamp is made twice under one node");
}

std::uint32_t Host::count_pending() {
  std::uint32_t count = 0;
  for (const Entry& entry : entries_) count += entry.is_pending ? entry.count : 0;
  return count;
}

void Host::poll() {
  for (int i = 0;; ++i) {
    require(i < kOutputsMax, "poll comes to an end");
    const auto output = engine_.poll(now_);
    if (!output) break;
    if (const auto* wake = std::get_if<Wake>(&*output)) {
      require(wake->at > now_, "to wake at a time that has come would be to spin");
      break;
    }
    note(*output);
  }
  require(engine_.status() == told_, "a status that changes is told");
}

void Host::note(const Output& output) {
  if (std::holds_alternative<StatusChanged>(output)) told_ = engine_.status();
  std::visit(
      [&](const auto& step) {
        if constexpr (requires { step.ticket; }) note_asked({step.ticket, output.index()});
      },
      output);
}

void Host::note_asked(Asked asked) {
  require(!closed_ && !paused_, "nothing is asked for by an engine at rest");
  require(ever_asked_.empty() || asked.ticket >= ever_asked_.rbegin()->ticket, "tickets go upward");
  require(ever_asked_.insert(asked).second, "nothing is asked for twice under one ticket");
  asked_ = asked;
  is_fresh_ = true;
  if (asked.kind == kKind<LoadOutbox>) is_moving_ = false;
}

void Host::answer() {
  const auto asked = std::exchange(asked_, std::nullopt);
  if (asked) answer(*asked);
}

void Host::answer_late() {
  std::vector<Asked> earlier;
  for (const Asked& each : ever_asked_)
    if (each.ticket < ever_asked_.rbegin()->ticket) earlier.push_back(each);
  if (earlier.empty()) return;
  const Asked late = earlier[choice(in_, 256) % earlier.size()];
  Status before = engine_.status();
  const Stamp last = engine_.clock().last();
  const Stamp accepted = engine_.accepted();
  const Node node = engine_.clock().node();
  const auto entries = entries_;
  const bool is_moving = is_moving_;
  is_fresh_ = false;
  if (late.kind == kKind<Restamp>)
    engine_.handle_restamped(late.ticket, now_, word());
  else
    answer(late);
  entries_ = entries;
  is_moving_ = is_moving;
  before.pending = pending_;
  require(engine_.status() == before, "a late answer changes no status");
  require(engine_.clock().last() == last && engine_.accepted() == accepted &&
              engine_.clock().node() == node,
          "a late answer moves no clock");
}

void Host::check() {
  const Status status = engine_.status();
  require(status.phase <= Phase::stalled, "a phase is one of the list");
  require(status.pending == pending_, "what is pending is what the host said");
  require(!closed_ || status.phase == Phase::closed, "what is closed says so");
  is_fresh_ = false;
}

}  // namespace fuzz
