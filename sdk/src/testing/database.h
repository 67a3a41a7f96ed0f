// What is behind a memory database, and what its writes record.
#ifndef TIDEMARK_TESTING_DATABASE_H
#define TIDEMARK_TESTING_DATABASE_H

#include <algorithm>
#include <mutex>
#include <utility>

#include "contents.h"
#include "store/local_write.h"
#include "store/losses.h"
#include "tidemark/testing/memory_store.h"

namespace tidemark::testing {

struct MemoryDatabase::Impl {
  explicit Impl(Host& h) : host(h), clock(Node{h.random64()}) {}

  std::optional<Row> row_of(const RecordKey& record) const {
    const auto row = now.rows.find(record);
    return row == now.rows.end() ? std::nullopt : std::optional(row->second);
  }

  Outcome<MergeMode> mode_of(const std::string& table) const {
    const auto mode = now.state.tables.find(table);
    if (mode != now.state.tables.end()) return mode->second;
    return Error{Errc::table_unsupported, "there is no table " + table};
  }

  // One log entry, and the row.
  Outcome<Done> record(const RecordKey& key, const stores::Written& written) {
    const auto stamp = clock.reserve(1, host.now());
    if (!stamp) return Error{stamp.error(), {}};
    if (transaction.empty()) transaction = stamp->text();
    LogWrite write;
    write.table = key.table;
    write.id = key.id;
    write.entry = ++now.entries;
    write.transaction = transaction;
    write.columns = stores::columns_of(written, *stamp);
    write.create = written.create;
    now.log.push_back(std::move(write));
    if (written.row)
      now.rows[key] = *written.row;
    else
      now.rows.erase(key);
    if (depth == 0) transaction.clear();
    return Done{};
  }

  Outcome<Done> write(const LocalWrite& change, const DeadLetter* letter = nullptr) {
    const auto mode = mode_of(change.table);
    if (!mode) return mode.error();
    const auto written = stores::written_by(change, row_of(change), *mode, letter);
    return written ? record(change, *written) : Done{};
  }

  Outcome<DeadLetter> letter_of(std::int64_t id) const {
    for (const DeadLetter& letter : now.dead)
      if (letter.id == id) return letter;
    return stores::no_letter(id);
  }

  void drop_letter(std::int64_t id) {
    std::erase_if(now.dead, [&](const DeadLetter& letter) { return letter.id == id; });
  }

  void follow(const Stamping& stamping) {
    const Stamp newest = newest_of(now).value_or(Stamp{});
    clock.restart(stamping.node, std::max(stamping.after, newest));
    clock.set_offset_ms(stamping.offset_ms);
  }

  std::vector<Loss> losses(bool dropped) const {
    std::vector<Loss> found;
    for (const KeptLoss& each : now.losses)
      if (each.dropped == dropped && each.at >= host.now() - stores::kLossMs) found.push_back(each);
    return found;
  }

  // A transaction holds it through all of its writes.
  std::recursive_mutex mutex;
  Host& host;
  Clock clock;
  Contents now;
  std::int64_t term = 0;
  std::string transaction;
  int depth = 0;
  std::vector<SyncLogEntry> sync_log;
};

}  // namespace tidemark::testing

#endif  // TIDEMARK_TESTING_DATABASE_H
