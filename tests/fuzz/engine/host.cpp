// What a host does by itself.
#include "engine/host.h"

#include <cstdlib>
#include <utility>

namespace fuzz {
namespace {

using namespace tidemark;

std::int64_t interval(Input& in) {
  return choice(in, 16) == 0 ? any_number(in) : std::int64_t{choice(in, 1000)};
}

Config config_from(Input& in) {
  Config config;
  if (choice(in, 2) == 0) return config;
  config.push_records_max = choice(in, 8);
  config.push_bytes_max = choice(in, 8);
  config.stall_ms = interval(in);
  config.offset_step_ms = interval(in);
  config.backoff_ms_base = interval(in);
  config.backoff_ms_max = interval(in);
  config.push_delay_ms = interval(in);
  config.poll_ms = interval(in);
  config.poll_live_ms = interval(in);
  if (choice(in, 4) == 0) config.drift_ms_max = std::abs(any_number(in) / 2);
  return config;
}

}  // namespace

Host::Host(World& world)
    : world_(&world),
      config_(config_from(in())),
      engine_(config_, spare()),
      reading_(choice(in(), 4) == 0) {}

std::int64_t Host::after_now(std::int64_t ms) const {
  std::int64_t sum = 0;
  return __builtin_add_overflow(now_, ms, &sum) ? now_ : sum;
}

std::int64_t Host::any_ms() {
  switch (choice(in(), 8)) {
    case 0:
      return any_number(in());
    case 1:
      return after_now(choice(in(), 1 << 16) * 1000);
    case 2:
      return after_now(-std::int64_t{choice(in(), 1 << 16)} * 1000);
    case 3:
      return choice(in(), 1 << 16);
    default:
      return after_now(choice(in(), 256));
  }
}

void Host::restore() {
  const Stamp accepted = stamp(in());
  engine_.restore(accepted, stamp(in()), any_ms());
}

void Host::start() {
  if (!closed_) close();
  engine_.start(count_pending(), now_, reading_);
  closed_ = paused_ = live_ = false;
  online_ = true;
  halted_ = Errc::ok;
  // Who starts an engine has no status to go on from.
  told_ = {};
}

void Host::close() {
  engine_.close();
  closed_ = true;
  end_late();
}

void Host::pause() {
  engine_.pause();
  paused_ = true;
  end_late();
}

// What was asked for is not asked for any more; a transaction under way ends all the same.
void Host::end_late() {
  const auto asked = std::exchange(asked_, std::nullopt);
  if (asked && asked->is_write() && choice(in(), 2) == 0) store(*asked);
}

void Host::resume() {
  engine_.resume(now_);
  paused_ = false;
  halted_ = Errc::ok;
}

void Host::sync_now() {
  engine_.sync_now(now_);
  halted_ = Errc::ok;
}

void Host::set_online(bool online) {
  engine_.handle_online(online, now_);
  online_ = online;
}

void Host::hear_clock() {
  const std::int64_t offset_ms = any_ms();
  const Stamp accepted = stamp(in());
  engine_.handle_clock(offset_ms, accepted, choice(in(), 2) == 0, spare());
}

void Host::note_copied() { copied_ = Node{world_->nodes}; }

std::optional<Stamp> Host::stamps(std::uint32_t count) {
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

void Host::reserve() { stamps(word()); }

void Host::write() {
  const std::uint32_t count = 1 + choice(in(), 3);
  const auto first = stamps(count);
  if (!first) return;
  entries_.push_back({*first, count, true, ++world_->entries});
  engine_.handle_write(count, now_);
  require_distinct();
}

void Host::require_distinct() const {
  for (std::size_t i = 0; i < entries_.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      require(!entries_[i].overlaps(entries_[j]), "no stamp is made twice under one node");
}

std::uint32_t Host::count_pending() const {
  std::uint32_t count = 0;
  for (const Entry& entry : entries_) count += entry.is_pending ? entry.count : 0;
  return count;
}

void Host::deliver_late() {
  if (!pushes_.empty()) world_->hub.take(pushes_[choice(in(), 256) % pushes_.size()]);
}

bool Host::is_through() const {
  const Status status = engine_.status();
  return status.phase == Phase::idle && status.pending == 0 && status.error == Errc::ok &&
         !reading_ && answered_;
}

void Host::mend() {
  constexpr int kAnswersMax = 5000;
  is_mended_ = true;
  now_ = 1'700'000'000'000;
  if (closed_) start();
  set_online(true);
  resume();
  for (int i = 0; !is_through() && !out_of_time_; ++i) {
    require(i < kAnswersMax, "mended, the engine sends everything and reads to the end");
    poll();
    if (!asked_) continue;
    answer();
    check();
  }
}

}  // namespace fuzz
