// Which values lost, and whether that is news.
#include "losses.h"

#include <algorithm>
#include <utility>

#include "merge_rows.h"
#include "values.h"

namespace tidemark::stores {
namespace {

bool is_of(const Loss& a, const Loss& b) {
  return a.stamp == b.stamp && static_cast<const RecordKey&>(a) == static_cast<const RecordKey&>(b);
}

// One side of a meeting: a stamp and a row.
struct Lost {
  const std::string& name;
  const Row& from;
  Stamp stamp;
  Stamp winner;
  bool deleted = false;
};

// Gathers the fields that one write lost to another.
class Found {
 public:
  Found(const RecordKey& record, WallMs now) : record_(record), now_(now) {}

  void lose(const Lost& lost) {
    // What a context writes over its own earlier write it knew.
    if (!has(lost.from, lost.name) || lost.stamp.node == lost.winner.node) return;
    const auto is_same = [&](const Loss& each) {
      return each.stamp == lost.stamp && each.winner == lost.winner;
    };
    auto loss = std::find_if(losses_.begin(), losses_.end(), is_same);
    if (loss == losses_.end())
      loss = losses_.insert(loss, {record_, lost.stamp, lost.winner, {}, lost.deleted, now_});
    loss->row.insert(*lost.from.find(lost.name));
  }
  std::vector<Loss> take() { return std::move(losses_); }

 private:
  const RecordKey& record_;
  WallMs now_;
  std::vector<Loss> losses_;
};

}  // namespace

std::vector<Loss> losses_of(const Columns& local, const Row& row, const Change& change,
                            const JoinedColumns& joined, WallMs now) {
  const Columns remote = columns_of(change);
  const bool remote_deletes = remote.deleted && joined.registered == Side::remote;
  // A delete stays against a patch: it may be stamped again, and then win after all.
  const bool local_deletes = local.deleted && (joined.registered != Side::remote || change.patch);
  Found found(change, now);
  for (const std::string& name : names_of(row, change.row)) {
    const auto mine_at = stamp_in(local, name);
    const auto theirs_at = stamp_in(remote, name);
    const int order = compare_fields(row, change.row, name);
    const bool remotes = remote_wins(name, joined, order);
    const bool met = order != 0 && mine_at && theirs_at;
    if (mine_at && (remote_deletes || (met && remotes)))
      found.lose({name, row, *mine_at, theirs_at.value_or(remote.registered), remote_deletes});
    if (theirs_at && (local_deletes || (met && !remotes)))
      found.lose({name, change.row, *theirs_at, mine_at.value_or(local.registered), local_deletes});
  }
  return found.take();
}

Loss loss_of_shown(const RecordKey& record, const Row& row, Stamp stamp, Stamp winner, WallMs now) {
  return {record, stamp, winner, row, true, now};
}

std::vector<Loss> new_losses(std::span<const Loss> found, std::span<const Loss> known) {
  std::vector<Loss> fresh;
  for (Loss loss : found) {
    std::erase_if(loss.row, [&](const auto& field) {
      return std::any_of(known.begin(), known.end(), [&](const Loss& each) {
        return is_of(each, loss) && each.row.contains(field.first);
      });
    });
    if (!loss.row.empty()) fresh.push_back(std::move(loss));
  }
  return fresh;
}

Loss dropped(const Loss& loss, WallMs now) {
  Loss mark = loss;
  for (auto& [name, value] : mark.row) value = "null";
  mark.at = now;
  return mark;
}

bool is_same_loss(const Loss& a, const Loss& b) {
  const auto is_same_name = [](const auto& x, const auto& y) { return x.first == y.first; };
  return is_of(a, b) &&
         std::equal(a.row.begin(), a.row.end(), b.row.begin(), b.row.end(), is_same_name);
}

}  // namespace tidemark::stores
