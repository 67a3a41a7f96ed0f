// SqliteStore: what is asked of the port is done at once, in one transaction each.
#include <utility>

#include "sqlite/commit.h"
#include "sqlite/letters.h"
#include "sqlite/local.h"
#include "sqlite/open.h"
#include "sqlite/outbox.h"
#include "sqlite/reading.h"
#include "sqlite/scan.h"
#include "sqlite/session.h"
#include "sqlite/sql.h"
#include "sqlite/stamps.h"
#include "sqlite/texts.h"
#include "sqlite/unrecorded.h"
#include "store/carried.h"
#include "store/local_write.h"

namespace tidemark {
namespace sqlite {
namespace {

Done delete_rows(const Committing& on) {
  for (const auto& [tbl, rows] : on.tables)
    if (rows.exists()) on.db.exec("DELETE FROM " + quoted_name(rows.table().name));
  return {};
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(Source source) : session_(std::move(source)) {}

  Outcome<LoadedState> load() override {
    return session_.run([&] {
      settle_log(db(), tables());
      LoadedState state{read_state(db()), {}, 0, 0, 0};
      for (const auto& [tbl, rows] : tables())
        if (rows.table().covered) state.tables.emplace(rows.table().name, rows.table().merge);
      if (const auto newest = Stamp::parse(text(db().one(sql::log_newest)))) state.newest = *newest;
      state.adopted = static_cast<std::uint32_t>(integer(db().one(sql::log_adopted)));
      const auto [pending, counted] = count_log(db());
      state.pending = pending;
      state.counted = counted;
      return state;
    });
  }
  Outcome<Outbox> read_outbox(std::size_t limit) override {
    return session_.run([&] { return sqlite::read_outbox(db(), tables(), limit); });
  }
  Outcome<Done> sending(std::span<const LogWrite> writes) override {
    return session_.run([&] {
      std::vector<std::int64_t> entries;
      for (const LogWrite& write : stores::all_sent_with(writes)) entries.push_back(write.entry);
      db().all(sql::log_sent, {text_of(entries)});
      return Done{};
    });
  }
  Outcome<CommitResult> commit(const StoreCommit& commit, std::int64_t term) override {
    return session_.run([&] { return apply_commit(session_.committing(), commit, term); });
  }
  Outcome<Done> restamp(const Again& again, const Stamping& stamping) override {
    return session_.run([&] {
      settle_log(db(), tables());
      const auto [losses, lowered] = restamp_log(db(), tables(), again);
      keep_losses(db(), losses);
      std::vector<RecordKey> doubted;
      for (const RecordKey& record : lowered)
        if (is_reread(db(), record)) doubted.push_back(record);
      keep_doubts(db(), doubted);
      session_.stamp(stamping);
      return Done{};
    });
  }
  Outcome<std::int64_t> lead(const Stamping& stamping) override {
    return session_.run([&] {
      State state = read_state(db());
      state.term += 1;
      put_state(db(), state);
      settle_log(db(), tables());
      session_.stamp(stamping);
      return state.term;
    });
  }

  Outcome<std::vector<DeadLetter>> dead_letters() override {
    return session_.run([&] { return read_letters(db()); });
  }
  Outcome<Done> retry_dead_letter(std::int64_t id) override {
    return session_.run([&] {
      const DeadLetter letter = read_letter(db(), id);
      if (db().ok()) write_local(db(), tables(), stores::write_of(letter.change), &letter);
      db().all(sql::letter_drop, {id});
      return Done{};
    });
  }
  Outcome<Done> discard_dead_letter(std::int64_t id) override {
    return session_.run([&] {
      add_reread(db(), read_letter(db(), id).change);
      db().all(sql::letter_drop, {id});
      return Done{};
    });
  }
  Outcome<Done> write(const LocalWrite& change) override {
    return session_.run([&] { return write_local(db(), tables(), change), Done{}; });
  }
  Outcome<ScanPage> scan(const std::string& table, std::size_t limit,
                         const std::optional<std::string>& after) override {
    return session_.run([&] { return scanned(db(), tables(), table, limit, after); });
  }
  Outcome<Done> write_again(std::span<const RecordKey> records) override {
    return session_.run([&] {
      for (const RecordKey& record : records) sqlite::write_again(db(), tables(), record);
      return Done{};
    });
  }

  Outcome<std::vector<Loss>> losses() override {
    return session_.run([&] { return read_losses(db(), false); });
  }
  Outcome<Done> drop_loss(const Loss& loss) override {
    return session_.run([&] { return sqlite::drop_loss(db(), loss), Done{}; });
  }
  Outcome<std::vector<Loss>> dropped_losses() override {
    return session_.run([&] { return read_losses(db(), true); });
  }
  Outcome<std::vector<PendingRecord>> pending_records() override {
    return session_.run([&] {
      return stores::pending_records_of(sqlite::read_outbox(db(), tables(), kAllWrites));
    });
  }
  Outcome<RecordState> record_state(const RecordKey& record) override {
    return session_.run([&] {
      if (db().is(sql::letter_of, {record.table, record.id})) return RecordState::refused;
      const TableRows* rows = rows_of(tables(), record.table);
      const bool waits = rows && is_pending(db(), *rows, record.id);
      return waits ? RecordState::pending : RecordState::synced;
    });
  }
  Outcome<std::vector<SyncLogEntry>> sync_log() override {
    return session_.run([&] {
      std::vector<SyncLogEntry> entries;
      for (const Values& row : db().all(sql::exchanges)) {
        const auto entry = entry_of(text(row[0]));
        if (!entry) db().fail(damaged("tidemark_exchanges"));
        if (entry) entries.push_back(*entry);
      }
      return entries;
    });
  }
  Outcome<Done> append_sync_log(const SyncLogEntry& entry) override {
    return session_.run([&] {
      db().all(sql::exchange_add, {text_of(entry)});
      db().all(sql::exchanges_trim, {static_cast<std::int64_t>(kSyncLogMax)});
      return Done{};
    });
  }
  Outcome<Done> keep_remote() override {
    return session_.run([&] {
      db().all(sql::log_remove_adopted);
      db().all(sql::graves_drop);
      State state = read_state(db());
      read_again(db(), state, true);
      put_state(db(), state);
      return Done{};
    });
  }
  Outcome<Done> clear(bool discard) override {
    return session_.run([&] {
      settle_log(db(), tables());
      if (!discard && count_log(db()).pending + count_letters(db()) > 0)
        db().fail({Errc::account_pending, {}});
      const Committing on = session_.committing();
      unrecorded(db(), on.triggers, kManyRows, [&] { return delete_rows(on); });
      db().exec(sql::clear);
      return Done{};
    });
  }
  Outcome<NewWrites> written_since(std::int64_t after) override {
    return session_.look([&] {
      Values row = db().first(sql::log_since, {after});
      row.resize(2);
      return NewWrites{static_cast<std::uint32_t>(integer(row[0])), integer(row[1])};
    });
  }

 private:
  Database& db() { return session_.db(); }
  Tables& tables() { return session_.tables(); }

  Session session_;
};

}  // namespace
}  // namespace sqlite

std::unique_ptr<Store> sqlite_store(std::string path, SyncedTables tables, SqliteOptions options) {
  return std::make_unique<sqlite::SqliteStore>(
      sqlite::Source{std::move(path), nullptr, std::move(tables), std::move(options)});
}

std::unique_ptr<Store> sqlite_store(sqlite3* connection, SyncedTables tables,
                                    SqliteOptions options) {
  return std::make_unique<sqlite::SqliteStore>(
      sqlite::Source{{}, connection, std::move(tables), std::move(options)});
}

}  // namespace tidemark
