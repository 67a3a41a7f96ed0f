// The loop, and what is around it: the lead, looking for writes, giving up.
#include "pump.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace tidemark::client {

Pump::Pump(const PumpContext& context, const Config& config)
    : context_(context), engine_(config, Node{context.host.random64()}), exchange_(Place{}) {}

std::uint32_t Pump::random32() { return static_cast<std::uint32_t>(context_.host.random64()); }

Stamping Pump::stamping() const {
  const Clock& clock = engine_.clock();
  return {clock.node(), clock.offset_ms(), clock.last()};
}

// What the store stamped for this engine.
void Pump::observe(const std::optional<Stamp>& newest) {
  const Clock& clock = engine_.clock();
  if (newest && newest->node == clock.node())
    engine_.handle_clock(clock.offset_ms(), *newest, false, clock.node());
}

Outcome<LoadedState> Pump::lead(Lock& lock) {
  lock.unlock();
  auto load = [](Store& store) { return store.load(); };
  auto before = context_.ports.with_store(load);
  lock.lock();
  if (!before) return before;
  // What this engine stamped itself is moved with its clock; of others it must stay ahead.
  const bool is_own = before->newest && before->newest->node == engine_.clock().node();
  const Stamp newest = is_own ? Stamp{} : before->newest.value_or(Stamp{});
  engine_.restore(before->clock.value_or(Stamp{}), newest, before->offset_ms.value_or(0));
  observe(before->newest);
  // Has the clock catch up with what was accepted. At the end of time the store will say so, too.
  (void)engine_.reserve(1, now());
  const Stamping how = stamping();
  lock.unlock();
  const auto term = context_.ports.with_store([&](Store& store) { return store.lead(how); });
  auto state = term ? context_.ports.with_store(load) : Outcome<LoadedState>(term.error());
  lock.lock();
  if (term) term_ = *term;
  return state;
}

void Pump::begin(const LoadedState& state) {
  led_away_ = false;
  place_ = {state.cursor, state.hub, state.known};
  device_ = state.device;
  tables_.clear();
  for (const auto& [table, mode] : state.tables) tables_.push_back(table);
  counted_ = std::max(counted_, state.counted);
  engine_.start(state.pending, now(), !state.cursor || state.sweeping);
}

void Pump::end() {
  engine_.close();
  abort();
  wanted_.close();
  led_away_ = false;
}

bool Pump::step(Lock& lock) {
  wake_at_ = std::nullopt;
  const auto step = engine_.poll(now());
  if (!step) return false;
  std::visit([&](const auto& it) { perform(lock, it); }, *step);
  return !std::holds_alternative<Wake>(*step);
}

bool Pump::look(Lock& lock) {
  const std::int64_t after = counted_;
  lock.unlock();
  const auto news =
      context_.ports.with_store([&](Store& store) { return store.written_since(after); });
  lock.lock();
  // A store that fails here fails at its next step as well, and then it is said.
  if (!news || news->entry <= counted_ || news->count == 0) return false;
  counted_ = news->entry;
  engine_.handle_write(news->count, now());
  return true;
}

void Pump::abort() {
  aborted_->store(true);
  aborted_ = not_aborted();
}

void Pump::give_up() {
  if (engine_.status().phase != Phase::paused) {
    engine_.pause();
    engine_.resume(now());
  }
  abort();
}

std::shared_ptr<Question> Pump::read_again(std::span<const RecordKey> records) {
  auto question = wanted_.ask(records);
  engine_.handle_poke(now());
  return question;
}

void Pump::perform(Lock&, const Verify&) { context_.listener.on_verify(); }
void Pump::perform(Lock&, const StatusChanged&) { context_.listener.on_status(); }
// There is no live connection: the engine polls the hub.
void Pump::perform(Lock&, const Live&) {}
void Pump::perform(Lock&, const Wake& step) { wake_at_ = step.at; }

}  // namespace tidemark::client
