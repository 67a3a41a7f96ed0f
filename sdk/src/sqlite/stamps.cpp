// Stamps in and out of the log.
#include "sqlite/stamps.h"

#include <algorithm>
#include <map>

#include "sqlite/sql.h"
#include "store/losses.h"
#include "store/pending.h"

namespace tidemark::sqlite {
namespace {

std::vector<Logged> own_writes(Database& db, Tables& tables) {
  auto own = read_writes(db, tables);
  std::erase_if(own, [](const Logged& each) { return each.write.offer.has_value(); });
  std::sort(own.begin(), own.end(),
            [](const Logged& a, const Logged& b) { return a.place < b.place; });
  return own;
}

// A delete that is the last write of a record which is shown all the same.
std::optional<Loss> lost_to(const Logged& logged, Stamp stamp, Tables& tables, WallMs now) {
  const Columns& columns = logged.write.columns;
  if (!columns.deleted) return std::nullopt;
  const auto row = tables.at(logged.tbl).read(logged.write.id);
  if (!row) return std::nullopt;
  return stores::loss_of_shown(logged.write, *row, columns.registered, stamp, now);
}

}  // namespace

Value time_of(Stamp stamp) { return static_cast<std::int64_t>(stamp.time); }

Value node_number(Node node) { return static_cast<std::int64_t>(node); }

Value ahead_of(std::optional<std::int64_t> offset_ms) { return offset_ms.value_or(0) * 65'536; }

Restamped restamp_log(Database& db, Tables& tables, const Store::Again& again) {
  const auto own = own_writes(db, tables);
  std::map<RecordKey, const Logged*> last;
  for (const Logged& each : own) last[each.write] = &each;
  Restamped done;
  std::uint64_t adopted = 0;
  Stamp greatest{1, Node{0}};
  for (const Logged& each : own) {
    const Stamp before = each.write.columns.registered;
    const auto next = again(before, 1);
    if (!next) {
      db.fail({next.error(), {}});
      return done;
    }
    const Stamp stamp = stores::is_adoption(before)
                            ? stores::stamp_after(stores::adoption_stamp(next->node), adopted++)
                            : *next;
    if (stamp < before) done.lowered.push_back(each.write);
    greatest = std::max(greatest, stamp);
    db.all(sql::log_stamp, {each.write.entry, time_of(stamp), node_number(stamp.node)});
    if (last[each.write] != &each) continue;
    if (auto loss = lost_to(each, stamp, tables, db.now())) done.losses.push_back(*std::move(loss));
  }
  db.all(sql::log_set_time, {time_of(greatest)});
  return done;
}

void stamp_as(Database& db, const Stamping& stamping) {
  db.all(sql::era, {node_number(stamping.node)});
  db.all(sql::clock_put, {ahead_of(stamping.offset_ms)});
  if (stamping.after != Stamp{}) db.all(sql::log_raise, {time_of(stamping.after)});
}

}  // namespace tidemark::sqlite
