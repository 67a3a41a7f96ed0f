// Wiring: the clock, the batch and the session, and what each arrival means to them.
#include "tidemark/engine.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "outbox.h"
#include "parting.h"
#include "session.h"

namespace tidemark {
namespace {

// Sums and differences of times within this are exact, and stay within 64 bits.
constexpr std::int64_t kWallMsMax = std::int64_t{1} << 53;
std::int64_t within(std::int64_t ms) noexcept { return std::clamp(ms, -kWallMsMax, kWallMsMax); }

Config within(Config config) noexcept {
  for (std::int64_t* ms : {&config.drift_ms_max, &config.offset_step_ms, &config.backoff_ms_base,
                           &config.backoff_ms_max, &config.push_delay_ms, &config.poll_ms,
                           &config.poll_live_ms, &config.stall_ms})
    *ms = std::clamp<std::int64_t>(*ms, 0, kWallMsMax);
  // Or every look at the clock would find the session stalled once more.
  config.stall_ms = std::max<std::int64_t>(config.stall_ms, 1);
  return config;
}

}  // namespace

struct Engine::Impl {
  Impl(const Config& c, Node node) : config(c), clock(node), session(c) {}

  // Takes the hub's time from a reply, and returns by how much it moved the clock if that matters
  // for what is already stamped.
  std::int64_t learn_time(const Reply& reply) noexcept {
    const std::int64_t estimate =
        estimate_offset_ms(reply.sent_at, reply.received_at, reply.server_at);
    const std::int64_t error = std::max<std::int64_t>(0, reply.received_at - reply.sent_at) / 2;
    const std::int64_t shift = estimate - clock.offset_ms();
    // Within the estimate's own error the old offset is as good, and keeping it keeps the clock
    // smooth.
    if (std::abs(shift) <= error) return 0;
    clock.set_offset_ms(estimate);
    offset_least = -kWallMsMax;
    return std::abs(shift) > std::max(error, config.offset_step_ms) ? shift : 0;
  }

  // Until the hub has told its time: a clock that shows less than a stamp which the hub accepted is
  // behind by that much at least. Stamps would otherwise stand still at that one, and be moved into
  // the future by what is then learned.
  void catch_up(WallMs now) noexcept {
    const std::int64_t behind = accepted.ms() - clock.corrected(now);
    if (session.has_answered() || behind <= config.offset_step_ms) return;
    clock.set_offset_ms(clock.offset_ms() + behind);
    offset_least = clock.offset_ms();
  }

  // Whether what is pending is to be stamped again, under a new node. `floor`: the greatest stamp
  // that was accepted before this reply.
  Session::Parts part(const Reply& reply, bool first_answer, std::int64_t shift, Stamp floor,
                      Node spare) noexcept {
    using Parts = Session::Parts;
    if (session.must_restamp()) return Parts::no;
    const Parting::Bounds bounds{floor, logged, reply.clock_refused > 0 ? fine(reply) : 0};
    const auto decide = [&](Parting::Way way, Parts parts) {
      parting.decide(way, shift, spare, bounds, clock);
      return parts;
    };
    if (reply.cloned > 0) return decide(Parting::Way::renamed, Parts::when_read);
    if (reply.clock_refused > 0) return decide(Parting::Way::anew, Parts::when_read);
    // Only before the first push of an engine is it certain that nothing under its node was ever
    // sent: the hub shows none of it, and what it shows must meet the stamps as they will be.
    if (!first_answer || shift == 0 || pending == 0) return Parts::no;
    return decide(Parting::Way::moved, Parts::at_once);
  }

  // Up to where stamps stay that the endpoint refused others of. One that refuses again without
  // saying less is not to be believed: nothing is fine.
  WallMs fine(const Reply& reply) noexcept {
    const bool again = session.status().error == Errc::clock_ahead;
    const bool is_less = reply.fine_until < fine_until;
    fine_until = reply.fine_until;
    return again && !is_less ? 0 : fine_until;
  }

  void leave_node(WallMs now) noexcept {
    parting.leave(clock, ground(), pending, now);
    session.forget_turns();
  }

  // What the hub accepted when its own clock was ahead is no ground to stand on: it would refuse
  // all that follows.
  [[nodiscard]] Stamp ground() const noexcept {
    return is_ahead(accepted, server_at, config.drift_ms_max) ? Stamp{} : accepted;
  }

  Config config;
  Clock clock;
  Session session;
  Parting parting;
  Batch batch;
  Stamp accepted;
  // The greatest stamp that was in the log when the engine started: of other nodes, never moved.
  Stamp logged;
  std::uint32_t pending = 0;
  // As of the last reply.
  WallMs server_at = 0;
  // Before the first answer: as far as the clock was found to be behind.
  std::int64_t offset_least = -kWallMsMax;
  // As of the last refusal.
  WallMs fine_until = 0;
};

Engine::Engine(const Config& config, Node node)
    : impl_(std::make_unique<Impl>(within(config), node)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::Engine(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Engine Engine::copy() const { return Engine(std::make_unique<Impl>(*impl_)); }

Status Engine::status() const noexcept { return impl_->session.status(); }
const Clock& Engine::clock() const noexcept { return impl_->clock; }
const Batch& Engine::batch() const noexcept { return impl_->batch; }

Stamp Engine::accepted() const noexcept { return impl_->accepted; }

void Engine::restore(Stamp accepted, Stamp newest, std::int64_t offset_ms) noexcept {
  impl_->accepted = accepted;
  impl_->logged = newest;
  impl_->clock.observe(std::max(accepted, newest));
  // What was stamped since it caught up must keep its distance to what follows.
  impl_->clock.set_offset_ms(std::max(within(offset_ms), impl_->offset_least));
}

Result<Stamp> Engine::reserve(std::uint32_t count, WallMs now) noexcept {
  impl_->catch_up(within(now));
  return impl_->clock.reserve(count, within(now));
}

Result<Stamp> Engine::restamp(Stamp first, std::uint32_t count, WallMs now) noexcept {
  return impl_->parting.restamp(impl_->clock, first, count, within(now));
}

void Engine::start(std::uint32_t pending, WallMs now, bool reading) noexcept {
  impl_->pending = pending;
  impl_->session.set_pending(pending);
  impl_->session.start(within(now), reading);
}

void Engine::close() noexcept { impl_->session.close(); }
void Engine::pause() noexcept { impl_->session.pause(); }
void Engine::resume(WallMs now) noexcept { impl_->session.resume(within(now)); }
void Engine::sync_now(WallMs now) noexcept { impl_->session.insist(within(now)); }

void Engine::handle_online(bool online, WallMs now) noexcept {
  impl_->session.set_online(online, within(now));
}

void Engine::handle_live(bool connected, WallMs now) noexcept {
  impl_->session.set_live(connected, within(now));
}

void Engine::handle_write(std::uint32_t count, WallMs now) noexcept {
  impl_->pending += count;
  impl_->session.set_pending(impl_->pending);
  impl_->session.nudge(within(now), impl_->config.push_delay_ms);
}

void Engine::handle_poke(WallMs now) noexcept { impl_->session.nudge(within(now), 0); }

void Engine::handle_clock(std::int64_t offset_ms, Stamp ground, bool restart, Node spare) noexcept {
  impl_->clock.set_offset_ms(within(offset_ms));
  impl_->offset_least = -kWallMsMax;
  // Our own pending entries are on the way to another node already.
  if (!restart || impl_->session.must_restamp()) return impl_->clock.observe(ground);
  impl_->clock.restart(spare, ground);
  impl_->session.forget_turns();
}

Errc Engine::handle_outbox(Ticket ticket, const OutboxView& outbox, std::uint32_t pending,
                           WallMs now, std::uint32_t random) {
  impl_->pending = pending;
  impl_->session.set_pending(pending);
  if (!impl_->session.is_current(ticket)) return Errc::wrong_state;
  // The first request only reads: its answer tells the hub's time, under which the first push is
  // then stamped.
  const OutboxView none;
  const bool may_push = impl_->session.may_push();
  auto batch = plan_batch(may_push ? outbox : none, impl_->session.records_max(),
                          impl_->config.push_bytes_max);
  if (!batch) {
    impl_->session.store_failed(within(now), random);
    return batch.error();
  }
  impl_->batch = *std::move(batch);
  impl_->session.loaded(impl_->batch.records, outbox.rereads, random);
  return Errc::ok;
}

void Engine::handle_reply(Ticket ticket, const Reply& received, Node spare) noexcept {
  if (!impl_->session.is_current(ticket)) return;
  Reply reply = received;
  for (WallMs* at : {&reply.fine_until, &reply.sent_at, &reply.received_at, &reply.server_at})
    *at = within(*at);
  const bool first_answer = !impl_->session.has_answered();
  const std::int64_t shift = impl_->learn_time(reply);
  const Stamp floor = impl_->accepted;
  impl_->server_at = reply.server_at;
  if (!is_ahead(reply.accepted, reply.server_at, impl_->config.drift_ms_max))
    impl_->accepted = std::max(impl_->accepted, reply.accepted);
  const Session::Parts parts = impl_->part(reply, first_answer, shift, floor, spare);
  impl_->clock.observe(impl_->accepted);
  impl_->session.replied(reply, parts);
}

void Engine::handle_fault(Ticket ticket, Errc code, std::int64_t retry_after_ms, WallMs now,
                          std::uint32_t random) noexcept {
  if (!impl_->session.is_current(ticket)) return;
  impl_->session.failed(code, within(retry_after_ms), within(now), random);
}

void Engine::handle_committed(Ticket ticket, std::uint32_t pending, std::uint32_t rereads,
                              WallMs now, std::uint32_t random) noexcept {
  impl_->pending = pending;
  impl_->session.set_pending(pending);
  if (impl_->session.is_current(ticket)) impl_->session.committed(rereads, within(now), random);
}

void Engine::handle_restamped(Ticket ticket, WallMs now, std::uint32_t random) noexcept {
  if (!impl_->session.is_current(ticket)) return;
  impl_->parting.finish();
  impl_->session.restamped(within(now), random);
}

void Engine::handle_store_fault(Ticket ticket, WallMs now, std::uint32_t random) noexcept {
  if (!impl_->session.is_current(ticket)) return;
  impl_->parting.turn_back(impl_->clock);
  impl_->session.store_failed(within(now), random);
}

std::optional<Output> Engine::poll(WallMs now) noexcept {
  auto output = impl_->session.poll(within(now));
  if (output && std::holds_alternative<Restamp>(*output)) impl_->leave_node(within(now));
  return output;
}

}  // namespace tidemark
