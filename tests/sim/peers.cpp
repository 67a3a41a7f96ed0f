// What peers do, and what must be true of them whatever happens: in the end all hold the join of
// what was written, which a naive model finds without the core's merge; and a clock that is wrong
// harms nobody else's.
#include "peers.h"

#include <algorithm>
#include <cstdio>

#include "mutants.h"

namespace sim {

namespace {

constexpr std::int64_t kAheadMs = 60'000;

Change change_of(Record record, const Columns& columns, const Values& values) {
  Change change;
  change.record = record;
  change.columns = columns;
  change.values = values;
  return change;
}

}  // namespace

void Peers::Naive::take(const Change& change) {
  const Columns& columns = change.columns;
  for (int f = 0; f < kFields; ++f)
    if (columns.of(f) != kNoStamp)
      fields[f] = std::max(fields[f], {columns.of(f), change.values[f]});
  deleted = std::max(deleted, {columns.reg, columns.deleted});
}

void Peers::Naive::take(const Naive& other) {
  for (int f = 0; f < kFields; ++f) fields[f] = std::max(fields[f], other.fields[f]);
  deleted = std::max(deleted, other.deleted);
}

Peers::Peers(const Schedule& schedule, bool trace)
    : schedule_(schedule), tracing_(trace), random_(schedule.seed) {
  peers_.resize(schedule.profile.devices);
  for (int i = 0; i < schedule.profile.devices; ++i) boot(i);
}

void Peers::run() {
  for (const Action& action : schedule_.actions)
    if (failure.empty()) act(action);
}

void Peers::act(const Action& action) {
  random_ = Random(action.seed);
  ++steps;
  hash(static_cast<std::uint64_t>(action.act) << 8 | action.device);
  if (tracing_) std::printf("%s\n", describe(action).c_str());
  const auto count = static_cast<std::uint32_t>(peers_.size());
  const int i = action.device;
  if (i >= static_cast<int>(count)) return;
  Peer& peer = peers_[i];
  static constexpr std::int64_t kLeaps[] = {-60'000, 60'000, 3'600'000, 365 * 86'400'000LL};
  switch (action.act) {
    case Act::write:
    case Act::transaction:
      return write(i);
    case Act::sync:
      return tell(i, static_cast<int>(random_.below(count)));
    case Act::deliver:
      if (!network_.empty()) deliver(random_.below(static_cast<std::uint32_t>(network_.size())));
      return;
    case Act::pass:
      now_ += 1 + random_.below(schedule_.profile.long_times ? 86'400'000 : 100'000);
      return release(peer);
    case Act::clock:
      peer.skew_ms = random_.chance(300) ? 0 : peer.skew_ms + kLeaps[random_.below(4)];
      return;
    case Act::crash:
    case Act::boot:
      return boot(i);
    case Act::backup_device:
      peer.backup = peer.stored;
      peer.naive_backup = peer.naive;
      return;
    case Act::restore_device:
      peer.stored = peer.backup;
      peer.naive = peer.naive_backup;
      return boot(i);
    case Act::evict:
      peer.stored = {};
      peer.naive = {};
      return boot(i);
    case Act::check:
      return check();
    default:
      return;
  }
}

// A new node at every start; the clock goes on from what is stored.
void Peers::boot(int i) {
  Peer& peer = peers_[i];
  peer.memory.clock = tidemark::Clock(Node{random_.word() | 1});
  peer.memory.quarantine = tidemark::Quarantine(kAheadMs);
  for (const Held& held : peer.stored.held) peer.memory.clock.observe(held.columns.greatest());
  const std::vector<Change> waiting = std::move(peer.stored.waiting);
  peer.stored.waiting.clear();
  for (const Change& change : waiting) take(i, change);
}

void Peers::write(int i) {
  Peer& peer = peers_[i];
  const auto record = static_cast<Record>(random_.below(kRecords));
  const auto stamp = peer.memory.clock.reserve(1, wall(peer));
  if (!stamp) return;
  const Held& held = peer.stored.held[record];
  const Value number = ++last_write_;
  Columns columns;
  columns.reg = *stamp;
  Values values{};
  const bool shown = held.any && !held.columns.deleted;
  if (shown && random_.chance(schedule_.profile.deletes)) {
    columns.deleted = true;
  } else if (!shown || !is_field_table(record)) {
    columns.base = *stamp;
    values.fill(number);
  } else {
    const auto field = static_cast<int>(random_.below(kFields));
    columns.field[field] = *stamp;
    values[field] = number;
  }
  if (tracing_) std::printf("  write %u: record %u at %s\n", number, record, stamp->text().c_str());
  apply(peer, change_of(record, columns, values));
}

// All it holds; the network may lose it, so it is told again and again.
void Peers::tell(int i, int other) {
  if (i == other) return;
  Message message;
  message.to = other;
  const Stored& stored = peers_[i].stored;
  for (Record r = 0; r < kRecords; ++r)
    if (stored.held[r].any)
      message.changes.push_back(change_of(r, stored.held[r].columns, stored.held[r].values));
  network_.push_back(std::move(message));
}

void Peers::deliver(std::size_t at) {
  const Message message = network_[at];
  const bool doubled = !quiet_ && random_.chance(schedule_.profile.doubles);
  if (!doubled) network_.erase(network_.begin() + static_cast<std::ptrdiff_t>(at));
  now_ += 1 + random_.below(60);
  if (!quiet_ && random_.chance(schedule_.profile.loss)) return;
  for (const Change& change : message.changes) take(message.to, change);
  hash(message.changes.size());
}

void Peers::take(int i, const Change& change) {
  Peer& peer = peers_[i];
  peer.naive[change.record].take(change);
  const Stamp stamp = change.columns.greatest();
  const auto number = static_cast<std::uint32_t>(peer.stored.waiting.size());
  const bool known =
      std::any_of(peer.stored.waiting.begin(), peer.stored.waiting.end(), [&](const Change& each) {
        return each.record == change.record && each.columns == change.columns &&
               each.values == change.values;
      });
  if (known) return;
  if (is(Mutant::quarantine_drops) && tidemark::is_ahead(stamp, wall(peer), kAheadMs)) return;
  if (is(Mutant::no_quarantine) || peer.memory.quarantine.admit(number, stamp, wall(peer)))
    apply(peer, change);
  else
    peer.stored.waiting.push_back(change);
}

void Peers::apply(Peer& peer, const Change& change) {
  const Stamp stamp = change.columns.greatest();
  const bool own = stamp.node == peer.memory.clock.node();
  if (!own && stamp.ms() > wall(peer) + kAheadMs && !(stamp <= peer.memory.clock.last()))
    fail("a change is applied before its time");
  peer.naive[change.record].take(change);
  peer.memory.clock.observe(stamp);
  Held& held = peer.stored.held[change.record];
  const JoinResult joined = join(held.columns, change.columns);
  for (int f = 0; f < kFields; ++f) {
    const bool said = change.columns.of(f) != kNoStamp;
    const Side side = joined.sides.of(f);
    if (said && (side == Side::remote || (side == Side::tie && change.values[f] > held.values[f])))
      held.values[f] = change.values[f];
  }
  held.columns = joined.columns;
  held.any = true;
}

void Peers::release(Peer& peer) {
  const auto due = peer.memory.quarantine.release(wall(peer));
  std::vector<Change> waiting = std::move(peer.stored.waiting);
  peer.stored.waiting.clear();
  for (const std::uint32_t number : due) apply(peer, waiting[number]);
  for (std::uint32_t n = 0; n < waiting.size(); ++n)
    if (std::find(due.begin(), due.end(), n) == due.end())
      peer.stored.waiting.push_back(waiting[n]);
  // Numbers are places, and these have moved.
  if (!due.empty()) boot(static_cast<int>(&peer - peers_.data()));
}

// Clocks are set right, time passes until every stamp is of the past, and all tell all.
void Peers::check() {
  std::array<Naive, kRecords> naive{};
  Stamp last;
  for (const Peer& peer : peers_)
    for (Record r = 0; r < kRecords; ++r) naive[r].take(peer.naive[r]);
  for (const Message& message : network_)
    for (const Change& change : message.changes) naive[change.record].take(change);
  for (const Naive& each : naive) {
    last = std::max(last, each.deleted.first);
    for (const auto& [stamp, value] : each.fields) last = std::max(last, stamp);
  }
  quiet_ = true;
  now_ = std::max(now_, last.ms());
  for (Peer& peer : peers_) peer.skew_ms = 0;
  for (Peer& peer : peers_) release(peer);
  while (!network_.empty() && failure.empty()) deliver(0);
  const int peers = static_cast<int>(peers_.size());
  for (int i = 0; i < peers; ++i)
    for (int other = 0; other < peers; ++other) tell(i, other);
  while (!network_.empty() && failure.empty()) deliver(0);
  for (int i = 0; i < peers; ++i) tell(0, i);
  while (!network_.empty() && failure.empty()) deliver(0);
  quiet_ = false;
  for (int i = 0; i < peers && failure.empty(); ++i) {
    const Stored& stored = peers_[i].stored;
    if (!stored.waiting.empty()) return fail("a change waits although its time has come");
    for (Record r = 0; r < kRecords; ++r) {
      const Held& held = stored.held[r];
      const std::string where = "record " + std::to_string(r) + " of peer " + std::to_string(i);
      if (held.columns.reg != naive[r].deleted.first ||
          held.columns.deleted != naive[r].deleted.second)
        return fail(where + " is not the reference model's");
      for (int f = 0; f < kFields; ++f)
        if (held.values[f] != naive[r].fields[f].second)
          return fail("a value of " + where + " is not the reference model's");
    }
  }
}

void Peers::fail(const std::string& what) {
  if (failure.empty()) failure = what;
}

void Peers::hash(std::uint64_t word) {
  trace_hash = (trace_hash ^ (word + static_cast<std::uint64_t>(now_))) * 0x100000001b3u;
}

}  // namespace sim
