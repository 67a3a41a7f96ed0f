// Push: merges changes into the hub's records under one seq, as js/src/worker/push.ts does.
#include <algorithm>

#include "hub.h"
#include "mutants.h"

namespace sim {

using tidemark::Errc;

bool Hub::take_turn(const Request& request) {
  if (request.turn == 0) return true;
  auto& turns = data.turns;
  const auto found = std::find_if(turns.begin(), turns.end(),
                                  [&](const auto& each) { return each.node == request.node; });
  if (found == turns.end()) {
    turns.push_back({request.node, request.turn});
    return true;
  }
  const auto& before = request.turns_before;
  const bool next = std::find(before.begin(), before.end(), found->turn) != before.end();
  const bool again = request.turn == found->turn;
  if (!next && !again && !is(Mutant::no_turns)) return false;
  found->turn = request.turn;
  return true;
}

std::optional<WallMs> Hub::bound_of(Stamp stamp) const {
  for (const auto& [node, until] : data.retired)
    if (node == stamp.node) return until;
  return std::nullopt;
}

void Hub::retire(Node node, WallMs until) {
  if (!bound_of({0, node}) && !is(Mutant::no_retirement)) data.retired.push_back({node, until});
}

std::optional<WallMs> Hub::clock_until(const Change& change, WallMs now) {
  const auto& columns = change.columns;
  std::vector<Stamp> stamps{columns.base, columns.reg};
  stamps.insert(stamps.end(), columns.field.begin(), columns.field.end());
  std::erase(stamps, kNoStamp);
  // What is offered was taken once, by a hub that had not retired its node.
  const bool offer = change.offer.epoch != 0;
  const WallMs latest = now + kDriftMs;
  const auto is_ahead = [&](Stamp stamp) {
    return stamp.ms() > latest && !is(Mutant::no_drift_bound);
  };
  for (const Stamp stamp : stamps)
    if (is_ahead(stamp)) retire(stamp.node, latest);
  std::optional<WallMs> until;
  for (const Stamp stamp : stamps) {
    const auto bound = bound_of(stamp);
    if (is_ahead(stamp) || (!offer && bound && stamp.ms() > *bound))
      until = std::min(until.value_or(latest), bound.value_or(latest));
  }
  return until;
}

void Hub::push(const Request& request, WallMs now, Reply& reply) {
  if (!take_turn(request)) {
    reply.results.assign(request.changes.size(), {Outcome::clone, Errc::ok});
    return;
  }
  Push push{request, request.cursor.from, data.seq, {}};
  bool stopped = false;
  for (Change change : request.changes) {
    if (is(Mutant::clamp_future)) {
      const auto clamp = [&](Stamp& stamp) {
        if (stamp.ms() > now) stamp.time = static_cast<std::uint64_t>(now) << 16;
      };
      clamp(change.columns.base);
      clamp(change.columns.reg);
      for (Stamp& stamp : change.columns.field) clamp(stamp);
    }
    const Result said = verdict_of(change);
    HubRecord& held = data.records[change.record];
    Result result;
    if (const auto until = clock_until(change, now))
      result = {Outcome::clock, Errc::ok, *until};
    else if (stopped || said.outcome != Outcome::applied)
      result = is(Mutant::poison_blocks) ? Result{Outcome::kept, Errc::unavailable} : said;
    // Nor is it held whole where the base is missing: of that one, only a delete was ever heard.
    else if (const auto refused = held.columns.has_base() ? std::nullopt : refuse_absent(change))
      result = *refused;
    else
      result = held.held ? merge(push, change) : insert(push, change);
    if (said.outcome != Outcome::applied && is(Mutant::poison_blocks)) stopped = true;
    const bool taken = result.outcome == Outcome::applied || result.outcome == Outcome::merged;
    if (taken && data.records[change.record].held) data.taken.push_back({change, push.seq});
    push.results.push_back(result);
  }
  if (is(Mutant::partial_ack_all) && !push.results.empty())
    std::fill(push.results.begin(), push.results.end(), push.results.front());
  if (push.seq != data.seq) {
    data.seq = push.seq;
    if (data.marks.empty() || now - data.marks.back().at >= kMarkMs) {
      data.marks.push_back({now, data.seq});
      maintain(now);
    }
  }
  reply.results = std::move(push.results);
  reply.push_seq = data.seq;
}

Result Hub::verdict_of(const Change& change) const { return verdict ? verdict(change) : Result{}; }

bool Hub::is_late(const Change& change) const {
  const bool offer = change.offer.epoch != 0;
  const Stamp purged = purged_after(change.offer.epoch, !offer || is(Mutant::global_purge_mark));
  return purged != kNoStamp && change.columns.reg <= purged;
}

std::optional<Result> Hub::refuse_absent(const Change& change) const {
  if (change.columns.deleted) return std::nullopt;
  const bool created = change.create && !is(Mutant::create_ignored);
  if (is_late(change) && !created && !is(Mutant::no_purge_mark))
    return Result{Outcome::rejected, Errc::purged};
  if (change.is_patch() && !is(Mutant::zombie_patch)) return Result{Outcome::need_full, Errc::ok};
  return std::nullopt;
}

Result Hub::insert(Push& push, const Change& change) {
  push.seq = data.seq + 1;
  HubRecord& held = data.records[change.record];
  held = {};
  held.held = true;
  held.columns = change.columns;
  for (int f = 0; f < kFields; ++f)
    if (held.columns.field[f] != kNoStamp) held.field_seq[f] = push.seq;
  held.seq = held.whole_seq = push.seq;
  // Its writer may have taken the delete that was purged since for the winner.
  held.by_node = is_late(change) ? Node{0} : push.request.node;
  held.values = change.values;
  return {};
}

namespace {

// What a change does to a record, other than to lose.
struct News {
  bool any = false, whole = false, register_lost = false, unlike = false;
  Fields fields = 0;
};

struct Merged {
  Values values{};
  Fields lost = 0, replaced = 0;
};

Merged merge_values(const HubRecord& held, const Change& change, const JoinResult& joined) {
  Merged merged;
  const Fields said = change.columns.deleted ? 0 : change.columns.written();
  for (int f = 0; f < kFields; ++f) {
    const Value mine = held.values[f];
    const Value theirs = has(said, f) ? change.values[f] : 0;
    const Side side = joined.sides.of(f);
    bool remote_wins = side == Side::remote || (side == Side::tie && theirs > mine);
    if (is(Mutant::arrival_order) && has(said, f)) remote_wins = true;
    merged.values[f] = remote_wins ? theirs : mine;
    if (mine == theirs) continue;
    if (remote_wins)
      merged.replaced |= 1u << f;
    else if (has(said, f) && side == Side::local)
      merged.lost |= 1u << f;
  }
  return merged;
}

bool is_outdone(const HubRecord& held, Fields lost, std::uint32_t read) {
  if (held.whole_seq > read) return false;
  for (int f = 0; f < kFields; ++f)
    if (has(lost, f) && held.seq_of(f) <= read) return true;
  return false;
}

News news_of(const HubRecord& held, const Change& change, const JoinResult& joined,
             const Merged& merged, bool outdone) {
  News news;
  for (int f = 0; f < kFields; ++f) {
    const auto side = joined.sides.field[f];
    if (side == Side::remote || (side == Side::tie && has(merged.replaced, f)))
      news.fields |= 1u << f;
  }
  const bool turned = change.columns.deleted != held.columns.deleted;
  const bool register_won = joined.sides.reg == Side::remote;
  news.register_lost = turned && !register_won;
  const bool shown = news.register_lost && held.lost_reg != change.columns.reg;
  const bool base_written =
      joined.sides.base == Side::remote || (joined.sides.base == Side::tie && merged.replaced != 0);
  news.whole = base_written || shown || outdone || (turned && register_won);
  // Its writer may lack the fields under the tombstone, or have taken the delete for the winner.
  const bool revived = turned && register_won && !change.columns.deleted;
  news.unlike = news.register_lost || revived || outdone;
  news.any = news.whole || register_won || news.fields != 0;
  return news;
}

}  // namespace

Result Hub::merge(Push& push, const Change& change) {
  HubRecord& held = data.records[change.record];
  const HubRecord before = held;
  const JoinResult joined = join(before.columns, change.columns);
  const Merged merged = merge_values(before, change, joined);
  const bool outdone = is_outdone(before, merged.lost, push.read);
  const News news = news_of(before, change, joined, merged, outdone);
  const bool delete_won =
      change.columns.deleted && !before.columns.deleted && joined.sides.reg == Side::remote;
  keep_losses(push, before, change, joined, news.register_lost, delete_won);
  const bool lost = merged.lost != 0 || news.register_lost;
  const Result result{lost ? Outcome::merged : Outcome::applied, Errc::ok};
  if (!news.any) return result;
  push.seq = data.seq + 1;
  held.columns = joined.columns;
  for (int f = 0; f < kFields; ++f)
    if (held.columns.field[f] == kNoStamp)
      held.field_seq[f] = 0;
    else if (has(news.fields, f) || before.field_seq[f] == 0)
      held.field_seq[f] = push.seq;
  held.seq = push.seq;
  if (news.whole) held.whole_seq = push.seq;
  // The writer holds the record as it is now only if it had read all that it was before.
  const Node node = push.request.node;
  const bool had_read = before.by_node == node || before.seq <= push.read;
  const bool holds = had_read || is(Mutant::own_rows_left_out);
  held.by_node = holds && !news.unlike ? node : Node{0};
  if (news.register_lost) held.lost_reg = change.columns.reg;
  held.values = merged.values;
  return result;
}

// A value that loses to a write whose writer had not read it.
void Hub::keep_losses(const Push& push, const HubRecord& held, const Change& change,
                      const JoinResult& joined, bool register_lost, bool delete_won) {
  if (is(Mutant::no_hub_ledger)) return;
  const Fields said = change.columns.deleted ? 0 : change.columns.written();
  for (int f = 0; f < kFields; ++f) {
    const Value mine = held.values[f];
    const Value theirs = has(said, f) ? change.values[f] : 0;
    const Side side = joined.sides.of(f);
    const bool remote_wins = side == Side::remote || (side == Side::tie && theirs > mine);
    const bool differs = mine != theirs;
    Loss loss{change.record, {}, {}, false};
    const bool edit_lost = register_lost && !change.columns.deleted;
    if (theirs != 0 && ((differs && !remote_wins) || edit_lost)) {
      loss.stamp = change.columns.of(f);
      loss.values[f] = theirs;
      loss.deleted = edit_lost;
      add_loss(loss);
    }
    // A writer knows what it wrote before; who offers is not the writer.
    const bool own = change.offer.epoch == 0 && held.columns.of(f).node == push.request.node;
    const bool unseen = held.seq_of(f) > push.read && !own;
    if (mine != 0 && unseen && ((differs && remote_wins && has(said, f)) || delete_won)) {
      loss = {change.record, held.columns.of(f), {}, delete_won};
      loss.values[f] = mine;
      if (!is(Mutant::held_losses_ignored)) add_loss(loss);
    }
  }
}

void Hub::add_loss(const Loss& loss) {
  for (const Loss& each : data.losses)
    if (each.record == loss.record && each.stamp == loss.stamp && each.values == loss.values)
      return;
  data.losses.push_back(loss);
}

}  // namespace sim
