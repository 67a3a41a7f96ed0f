// What an exchange does to a memory database, in its order: what was acknowledged, what was asked
// for, the page, the reset or the sweep, and the journal.
#include <algorithm>
#include <utility>

#include "contents.h"
#include "store/covered.h"
#include "store/losses.h"
#include "store/pending.h"
#include "store/values.h"

namespace tidemark::testing {
namespace {

using Result = Acknowledgement::Result;

void bury(Contents& next, const Change& change, const Acknowledgement& why, WallMs now) {
  DeadLetter letter{++next.letters, change, why.code, why.message, now, std::nullopt};
  for (const auto* rows : {&next.rows, &next.graves})
    if (const auto row = rows->find(change); row != rows->end() && !letter.row)
      letter.row = row->second;
  next.dead.push_back(std::move(letter));
  if (change.deleted)
    read_again(next, change);
  else
    keep_doubt(next, change);
}

// What the hub took is not what the app shows: it was decided by stamps that have changed since.
void show_taken(Contents& next, const Change& change, WallMs now) {
  if (!next.state.tables.contains(change.table)) return;
  const auto row = next.rows.find(change);
  if (!change.deleted && row == next.rows.end()) read_again(next, change);
  if (!change.deleted || row == next.rows.end()) return;
  if (!writes_of(next, change).empty()) return;
  const Stamp stamp = change.stamp;
  keep_losses(next, {{stores::loss_of_shown(change, row->second, stamp, stamp, now)}}, now);
  next.rows.erase(row);
}

void apply_pending(Contents& next, const Change& change, const std::vector<LogWrite>& writes,
                   WallMs now) {
  if (change.absent) return;
  // Decided by stamps that may change before they are sent: what comes of it is read again.
  read_again(next, change);
  const Columns local = stores::fold_writes(writes);
  const auto joined = stores::join(local, stores::columns_of(change));
  const auto here = next.rows.find(change);
  const auto grave = next.graves.find(change);
  std::optional<Row> row;
  if (grave != next.graves.end()) row = grave->second;
  if (here != next.rows.end()) row = here->second;
  const Row shown = row.value_or(Row{});
  keep_losses(next, stores::losses_of(local, shown, change, joined, now), now);
  std::set<std::int64_t> covered;
  for (const std::size_t i : stores::covered_by(change, writes, local, shown))
    covered.insert(writes[i].entry);
  std::erase_if(next.log, [&](const LogWrite& write) { return covered.contains(write.entry); });
  auto decision = stores::decide(local, row, change, joined);
  if (decision.kind == stores::Decision::Kind::put) next.rows[change] = std::move(decision.row);
  if (decision.kind != stores::Decision::Kind::remove) return;
  if (here == next.rows.end()) return;
  next.graves[change] = here->second;
  next.rows.erase(here);
}

bool apply_clean(Contents& next, const Change& change) {
  if (change.deleted || change.absent) return next.rows.erase(change), true;
  if (!change.patch) return next.rows[change] = change.row, true;
  const auto before = next.rows.find(change);
  if (before == next.rows.end()) return false;
  before->second = stores::patched_row(before->second, change.row);
  return true;
}

// One journal entry for what the hub now holds, and none for what all its backups do.
void keep_journal(Contents& next, const StoreCommit& commit) {
  // What comes with a reset counts in another epoch.
  const std::int64_t safe = commit.reset ? 0 : commit.safe.value_or(0);
  if (commit.seq && *commit.seq > safe && !commit.journal.empty()) {
    stores::JournalEntry entry{*commit.seq, {}, false};
    for (const ChangeHead& head : commit.journal) entry.heads.push_back({head, false});
    next.journal.push_back(std::move(entry));
  }
  std::erase_if(next.journal, [&](const auto& entry) { return entry.seq <= safe; });
}

std::uint32_t take_changes(Contents& next, const StoreCommit& commit, WallMs now) {
  for (const Change& record : commit.records) forget_reread(next, record);
  apply_changes(next, commit.records, now);
  for (const Change& change : commit.changes) {
    if (next.state.sweeping) next.marks.insert(change);
    if (!change.patch) forget_reread(next, change);
  }
  return apply_changes(next, commit.changes, now);
}

void take_state(SyncState& state, const StoreCommit& commit) {
  if (commit.clock) state.clock = commit.clock;
  if (commit.offset_ms) state.offset_ms = commit.offset_ms;
  if (!state.hub) state.hub = commit.hub;
}

}  // namespace

void acknowledge(Contents& next, const StoreCommit& commit, WallMs now) {
  std::map<std::int64_t, Result> results;
  // Several writes may have been one change.
  std::map<std::size_t, const Acknowledgement*> dead;
  std::set<std::size_t> taken;
  for (const Acknowledgement& each : commit.acknowledged) {
    results[each.write.entry] = each.result;
    if (each.result == Result::dead && each.change) dead[*each.change] = &each;
    if (each.result == Result::sent && each.change) taken.insert(*each.change);
  }
  for (const auto& [i, why] : dead) bury(next, commit.pushed[i], *why, now);
  const auto result_of = [&](const LogWrite& write) -> std::optional<Result> {
    const auto found = results.find(write.entry);
    return found == results.end() ? std::nullopt : std::optional(found->second);
  };
  std::stable_partition(next.log.begin(), next.log.end(),
                        [&](const LogWrite& write) { return result_of(write) != Result::later; });
  std::erase_if(next.log, [&](const LogWrite& write) {
    const auto result = result_of(write);
    return result == Result::sent || result == Result::dead;
  });
  for (LogWrite& write : next.log)
    if (result_of(write) == Result::need_full) {
      write.columns = stores::whole_again(write);
      write.create = false;
    }
  for (const std::size_t i : taken) show_taken(next, commit.pushed[i], now);
}

std::uint32_t apply_changes(Contents& next, std::span<const Change> changes, WallMs now) {
  std::uint32_t missing = 0;
  for (const Change& change : changes) {
    if (!next.state.tables.contains(change.table)) continue;
    const auto writes = writes_of(next, change);
    if (!writes.empty())
      apply_pending(next, change, writes, now);
    else if (!apply_clean(next, change)) {
      read_again(next, change);
      ++missing;
    }
  }
  return missing;
}

void keep_losses(Contents& next, std::span<const Loss> found, WallMs now) {
  const std::vector<Loss> known(next.losses.begin(), next.losses.end());
  for (Loss& loss : stores::new_losses(found, known)) {
    ++next.lost;
    next.losses.push_back({std::move(loss), false});
  }
  std::erase_if(next.losses, [&](const Loss& each) { return each.at < now - stores::kLossMs; });
  if (next.losses.size() > stores::kLossesMax)
    next.losses.erase(next.losses.begin(), next.losses.end() - stores::kLossesMax);
}

void keep_doubt(Contents& next, const RecordKey& record) {
  if (next.journal.empty()) return;
  const std::int64_t seq = next.journal.back().seq;
  next.journal.push_back({seq, {stores::doubt_of(record)}, false});
}

void read_again(Contents& next, const RecordKey& record) {
  const auto& all = next.rereads;
  if (std::find(all.begin(), all.end(), record) == all.end()) next.rereads.push_back(record);
}

void forget_reread(Contents& next, const RecordKey& record) { std::erase(next.rereads, record); }

void drop_graves(Contents& next) {
  std::erase_if(next.graves, [&](const auto& it) { return writes_of(next, it.first).empty(); });
}

CommitResult exchanged(Contents& next, const StoreCommit& commit, Node node, WallMs now) {
  const std::uint32_t lost = next.lost;
  const std::int64_t letters = next.letters;
  SyncState& state = next.state;
  acknowledge(next, commit, now);
  take_state(state, commit);
  CommitResult result;
  result.missing = take_changes(next, commit, now);
  // A table was added meanwhile: its cursor stays.
  const bool moved = commit.page && commit.page->after != state.cursor;
  if (commit.reset)
    apply_reset(next, *commit.reset, node);
  else if (commit.page && !moved)
    stores::move_cursor(state, commit.page->cursor);
  if (commit.complete && state.sweeping && !moved && !commit.reset) sweep(next);
  keep_journal(next, commit);
  drop_graves(next);
  result.pending = static_cast<std::uint32_t>(next.log.size());
  result.counted = counted_of(next);
  result.rereads = static_cast<std::uint32_t>(next.rereads.size());
  result.sweeping = state.sweeping;
  result.losses = next.lost - lost;
  result.refused = static_cast<std::uint32_t>(next.letters - letters);
  result.cursor = state.cursor;
  result.known = state.known;
  for (const auto& [table, mode] : state.tables) result.tables.push_back(table);
  return result;
}

}  // namespace tidemark::testing
