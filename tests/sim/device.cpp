// The pump: what js/src/pump.ts does, over a disk and a network that can fail.
#include "device.h"

#include <algorithm>
#include <limits>

#include "mutants.h"

namespace sim {

using tidemark::Errc;

Device::Device(int index, DeviceHost& host, DeviceConfig device_config, std::uint64_t seed)
    : config(device_config), index_(index), host_(host), random_(seed) {}

void Device::boot() {
  const Node node = draw_node();
  engine_ = std::make_unique<tidemark::Engine>(config.engine, node);
  const Stamp newest = is(Mutant::clock_volatile) ? kNoStamp : disk.newest();
  const Stamp accepted = is(Mutant::clock_volatile) ? kNoStamp : disk.accepted;
  engine_->restore(accepted, newest, disk.offset_ms);
  exchange_ = {};
  deadline_ = wake_ = 0;
  alive = true;
  const bool reading = disk.cursor.epoch == 0 || disk.sweeping;
  engine_->start(disk.pending(), now(), reading && !is(Mutant::push_while_reading));
}

void Device::crash() {
  alive = false;
  exchange_ = {};
  deadline_ = wake_ = 0;
}

void Device::clone_from(const Device& other) {
  disk = other.disk;
  config = other.config;
  engine_ = std::make_unique<tidemark::Engine>(other.engine_->copy());
  exchange_ = other.exchange_;
  next_message_ = other.next_message_ + 1'000'000;
  wake_ = other.wake_;
  deadline_ = other.deadline_;
  alive = other.alive;
}

std::optional<Stamp> Device::reserve() {
  if (is(Mutant::plain_wall_clock)) {
    const auto time = static_cast<std::uint64_t>(std::max<WallMs>(now(), 1)) << 16;
    return Stamp{time | (random() & 0xffff), node()};
  }
  const auto stamp = engine_->reserve(1, now());
  if (!stamp) return std::nullopt;
  return *stamp;
}

void Device::wrote(std::uint32_t count) { engine_->handle_write(count, now()); }
void Device::set_online(bool online) { engine_->handle_online(online, now()); }
void Device::resume() { engine_->resume(now()); }
void Device::sync_now() { engine_->sync_now(now()); }
void Device::poke() { engine_->handle_poke(now()); }

void Device::pump() {
  wake_ = 0;
  while (alive) {
    const auto output = engine_->poll(now());
    if (!output || !step(*output)) return;
  }
}

// False: nothing more for now.
bool Device::step(const tidemark::Output& output) {
  if (const auto* wake = std::get_if<tidemark::Wake>(&output)) {
    wake_ = std::max<WallMs>(wake->at, 1);
    return false;
  }
  if (std::holds_alternative<tidemark::Verify>(output)) host_.verify(index_);
  if (const auto* load = std::get_if<tidemark::LoadOutbox>(&output)) this->load(*load);
  if (const auto* send = std::get_if<tidemark::Send>(&output)) this->send(*send);
  // A device can die before and after each operation of its store.
  const bool stores = std::holds_alternative<tidemark::Commit>(output) ||
                      std::holds_alternative<tidemark::Restamp>(output) ||
                      std::holds_alternative<tidemark::StartOver>(output);
  if (!stores) return true;
  if (host_.crashes(index_)) return crash(), false;
  if (const auto* commit = std::get_if<tidemark::Commit>(&output)) this->commit(*commit);
  if (const auto* restamp = std::get_if<tidemark::Restamp>(&output)) this->restamp(*restamp);
  if (const auto* over = std::get_if<tidemark::StartOver>(&output)) {
    disk.start_over();
    engine_->handle_committed(over->ticket, disk.pending(), disk.wanted(), now(), random());
  }
  host_.committed(index_);
  if (host_.crashes(index_)) return crash(), false;
  return true;
}

// A row is sent as it is now, so with the stamps of all that was written to it: also of what the
// limit leaves for later.
void Device::carry_stamps() {
  for (std::size_t i = view_.size(); i < disk.log.size(); ++i) {
    const Entry& later = disk.log[i];
    const auto last = std::find_if(view_.rbegin(), view_.rend(), [&](const Entry& entry) {
      return entry.record == later.record;
    });
    if (last == view_.rend()) continue;
    last->columns = fold({last->columns, later.columns});
    last->create = last->create || later.create;
  }
}

void Device::load(const tidemark::LoadOutbox& step) {
  view_.assign(disk.log.begin(), disk.log.end());
  view_rows_ = disk.all_rows();
  view_end_ = disk.next_entry;
  if (view_.size() > step.writes_max) {
    // A transaction that the limit cuts waits for the next time, unless it is the first.
    std::size_t end = step.writes_max;
    const std::uint32_t cut = view_[end].transaction;
    while (end > 0 && view_[end - 1].transaction == cut && !is(Mutant::transactions_cut)) --end;
    view_.resize(end == 0 ? step.writes_max : end);
    if (!is(Mutant::window_stamps)) carry_stamps();
  }
  records_.clear();
  writes_.clear();
  cells_.clear();
  bytes_.clear();
  thread_local std::vector<std::uint32_t> transactions;
  transactions.clear();
  for (const Entry& entry : view_) {
    const auto record = std::find(records_.begin(), records_.end(), entry.record);
    const auto number = static_cast<std::uint32_t>(record - records_.begin());
    if (record == records_.end()) {
      records_.push_back(entry.record);
      bytes_.push_back(kRowBytes);
    }
    const auto known = std::find(transactions.begin(), transactions.end(), entry.transaction);
    const auto transaction = static_cast<std::uint32_t>(known - transactions.begin());
    if (known == transactions.end()) transactions.push_back(entry.transaction);
    const auto before = cells_.size();
    append_cells(cells_, number, entry.columns);
    writes_.push_back({number, transaction, static_cast<std::uint32_t>(cells_.size() - before)});
  }
  const tidemark::OutboxView outbox{writes_, cells_, bytes_, disk.wanted()};
  const Errc code = engine_->handle_outbox(step.ticket, outbox, disk.pending(), now(), random());
  if (code == Errc::bad_input) std::abort();
}

void Device::send(const tidemark::Send& step) {
  if (step.refresh_token && config.can_refresh) config.token_ok = true;
  exchange_ = {};
  exchange_.message = next_message_++;
  exchange_.ticket = step.ticket;
  exchange_.cursor = disk.cursor;
  exchange_.sent_at = now();
  Request request;
  request.call = step.call;
  request.hub = disk.hub;
  request.schema = config.schema;
  request.token_ok = config.token_ok;
  request.cursor = disk.cursor;
  if (disk.cursor.epoch == 0) request.known = disk.known;
  request.node = node();
  request.turn = step.turn;
  request.turns_before = step.turns_before;
  request.whole = step.whole && !is(Mutant::own_left_out_of_reading);
  request.limit = step.records_max;
  if (step.call == tidemark::Call::full) {
    const auto& batch = engine_->batch();
    exchange_.pushes = batch.records > 0;
    if (exchange_.pushes)
      exchange_.batch = disk.build(view_, view_rows_, batch.selected, batch.cells, records_);
    if (!batch.split) host_.check_batch(index_, exchange_.batch);
    disk.sending(exchange_.batch, view_end_);
    request.changes = exchange_.batch.changes;
    for (Record r = 0; r < kRecords; ++r)
      if (disk.rereads[r]) request.rereads.push_back(r);
  }
  deadline_ = now() + kTimeoutMs;
  host_.send(index_, exchange_.message, std::move(request));
}

void Device::time_out() {
  deadline_ = 0;
  if (exchange_.message == 0) return;
  exchange_.message = 0;
  engine_->handle_fault(exchange_.ticket, Errc::timeout, 0, now(), random());
}

void Device::deliver(std::uint32_t message, const Reply* reply, Errc fault) {
  if (!alive) return;
  if (message != exchange_.message && !is(Mutant::late_reply)) return;
  if (exchange_.message == 0) return;
  exchange_.message = 0;
  deadline_ = 0;
  const bool other = reply != nullptr && reply->error == Errc::ok &&
                     reply->results.size() != exchange_.batch.changes.size();
  if (reply == nullptr || reply->error != Errc::ok || other) {
    const Errc code = reply == nullptr ? fault : other ? Errc::bad_reply : reply->error;
    engine_->handle_fault(exchange_.ticket, code, 0, now(), random());
    return;
  }
  exchange_.reply = *reply;
  engine_->handle_reply(exchange_.ticket, summary(*reply),
                        is(Mutant::node_kept) ? node() : draw_node());
}

tidemark::Reply Device::summary(const Reply& reply) const {
  tidemark::Reply summary;
  const auto see = [&](const Change& change) {
    summary.accepted = std::max(summary.accepted, change.columns.greatest());
  };
  summary.fine_until = std::numeric_limits<WallMs>::max();
  for (std::size_t i = 0; i < reply.results.size(); ++i) {
    switch (reply.results[i].outcome) {
      case Outcome::applied:
      case Outcome::merged:
        if (!is(Mutant::restamp_base_only)) see(exchange_.batch.changes[i]);
        summary.settled += 1;
        break;
      case Outcome::kept:
        summary.kept += 1;
        break;
      case Outcome::clock:
        summary.clock_refused += 1;
        summary.fine_until = std::min({summary.fine_until, reply.results[i].until,
                                       exchange_.batch.changes[i].columns.greatest().ms() - 1});
        break;
      case Outcome::clone:
        summary.cloned += 1;
        break;
      case Outcome::rejected:
      case Outcome::need_full:
        summary.settled += 1;
    }
  }
  if (!is(Mutant::no_receive))
    for (const Change& change : reply.page) see(change);
  for (const Change& change : reply.records) see(change);
  summary.more = reply.more;
  summary.reset = reply.reset;
  summary.sent_at = exchange_.sent_at;
  summary.received_at = host_.wall(index_);
  summary.server_at = reply.server_at;
  return summary;
}

void Device::commit(const tidemark::Commit& step) {
  if (host_.store_fails(index_)) {
    engine_->handle_store_fault(step.ticket, now(), random());
    return;
  }
  CommitInput input;
  input.batch = &exchange_.batch;
  input.after = exchange_.cursor;
  input.accepted = engine_->accepted();
  input.offset_ms = engine_->clock().offset_ms();
  if (step.refused != Errc::ok) {
    const Result result{step.give_up ? Outcome::rejected : Outcome::kept, step.refused};
    for (std::size_t i = 0; i < exchange_.batch.changes.size(); ++i)
      input.settled.push_back({i, result});
  } else if (exchange_.reply) {
    for (std::size_t i = 0; i < exchange_.reply->results.size(); ++i)
      input.settled.push_back({i, exchange_.reply->results[i]});
    input.reply = &*exchange_.reply;
  }
  host_.settled(index_, exchange_.batch, input.settled, input.reply ? input.reply->hub : disk.hub);
  if (is(Mutant::cursor_first) && input.reply != nullptr && !input.reply->reset) {
    disk.cursor = input.reply->cursor;
    input.after = disk.cursor;
    if (host_.crashes(index_)) return crash();
  }
  disk.commit(input);
  engine_->handle_committed(step.ticket, disk.pending(), disk.wanted(), now(), random());
}

void Device::restamp(const tidemark::Restamp& step) {
  if (host_.store_fails(index_)) {
    engine_->handle_store_fault(step.ticket, now(), random());
    return;
  }
  const WallMs at = now();
  disk.restamp(
      [this, at, &step](const Entry& entry) {
        const auto next = engine_->restamp(entry.columns.reg, 1, at);
        const Stamp stamp = next ? *next : entry.columns.reg;
        if (entry.write != 0) host_.restamped(index_, entry.write, stamp, step.refused);
        return stamp;
      },
      node());
  engine_->handle_restamped(step.ticket, now(), random());
}

}  // namespace sim
