// What goes over the network, and what becomes of it there.
#include <algorithm>

#include "mutants.h"
#include "world.h"

namespace sim {

using tidemark::Errc;

void World::send(int i, std::uint32_t message, Request request) {
  Message out;
  out.device = i;
  out.hub = states_[i].account;
  out.id = message;
  out.life = states_[i].life;
  out.request = std::move(request);
  if (i == held_device_) held_.push_back(out);
  network_.push_back(std::move(out));
}

void World::exchange(int i) {
  for (int rounds = 0; rounds < 24 && failure.empty(); ++rounds) {
    const auto own = std::find_if(network_.begin(), network_.end(),
                                  [i](const Message& each) { return each.device == i; });
    if (own == network_.end()) return;
    deliver(static_cast<std::size_t>(own - network_.begin()));
  }
}

// One message arrives, or something happens to it.
void World::deliver(std::size_t at) {
  Message message = network_[at];
  const bool doubled = !quiet_ && random_.chance(profile_.doubles);
  if (!doubled) network_.erase(network_.begin() + static_cast<std::ptrdiff_t>(at));
  advance(1 + random_.below(60));
  if (!quiet_ && random_.chance(profile_.loss)) return;
  if (!message.is_reply) return at_hub(message);
  hash(static_cast<std::uint64_t>(message.reply.cursor.seq) << 32 | message.reply.page.size());
  Device& it = device(message.device);
  if (message.life != states_[message.device].life) return;
  const bool half = !quiet_ && random_.chance(profile_.loss / 4);
  const bool failed = half || message.fault != Errc::ok;
  const Errc fault = half ? Errc::bad_reply : message.fault;
  note("  device %d receives: cursor %u, settles %zu", message.device, it.disk.cursor.seq,
       message.reply.results.size());
  it.deliver(message.id, failed ? nullptr : &message.reply, fault);
  if (it.alive) it.pump();
}

void World::at_hub(const Message& message) {
  Message answer;
  answer.device = message.device;
  answer.hub = message.hub;
  answer.id = message.id;
  answer.life = message.life;
  answer.is_reply = true;
  Hub& hub = hubs_[message.hub];
  const bool before = !quiet_ && random_.chance(profile_.hub_crash);
  const bool after = !quiet_ && random_.chance(profile_.hub_crash);
  const std::uint32_t seq = hub.data.seq;
  if (before)
    answer.fault = Errc::unavailable;
  else
    answer.reply = hub.answer(message.request, now_);
  note_reached(message.request, answer.reply);
  tell(message, answer.reply, before || after);
  if (after) answer.fault = Errc::network;
  if (hub.data.seq != seq && profile_.live)
    for (int i = 0; i < static_cast<int>(devices_.size()); ++i)
      if (i != message.device && device(i).alive && states_[i].account == message.hub) {
        device(i).poke();
        device(i).pump();
      }
  if (hub.data.seq < seq) fail("the hub's seq went back");
  counts.resets += answer.reply.reset;
  network_.push_back(std::move(answer));
}

void World::note_reached(const Request& request, const Reply& reply) {
  for (std::size_t i = 0; i < reply.results.size(); ++i) {
    const Outcome outcome = reply.results[i].outcome;
    if (outcome != Outcome::applied && outcome != Outcome::merged) continue;
    const Change& change = request.changes[i];
    for (int f = 0; f < kFields; ++f) {
      Write& write = writes_[change.values[f]];
      if (change.values[f] != 0 && change.columns.of(f) >= write.least()) write.reached = true;
    }
  }
}

}  // namespace sim
