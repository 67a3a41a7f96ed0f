// The port over a memory database.
#include <algorithm>
#include <utility>

#include "database.h"
#include "store/pending.h"

namespace tidemark::testing {

/// Every call is one lock.
class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::shared_ptr<MemoryDatabase> database)
      : database_(std::move(database)), it_(*database_->impl_) {}

  Outcome<LoadedState> load() override {
    const std::scoped_lock lock(it_.mutex);
    LoadedState state{it_.now.state, newest_of(it_.now), pending(), counted_of(it_.now), 0};
    for (const LogWrite& write : it_.now.log)
      if (stores::is_adoption(write.columns.registered)) ++state.adopted;
    return state;
  }
  Outcome<Outbox> read_outbox(std::size_t limit) override {
    const std::scoped_lock lock(it_.mutex);
    return outbox_of(it_.now, limit);
  }
  Outcome<Done> sending(std::span<const LogWrite> writes) override {
    const std::scoped_lock lock(it_.mutex);
    mark_sent(it_.now, writes);
    return Done{};
  }
  Outcome<CommitResult> commit(const StoreCommit& commit, std::int64_t term) override {
    const std::scoped_lock lock(it_.mutex);
    if (term != it_.term) return Error{Errc::closed, "another took the lead"};
    Contents next = it_.now;
    auto result = exchanged(next, commit, it_.clock.node(), it_.host.now());
    it_.now = std::move(next);
    if (commit.clock) it_.clock.observe(*commit.clock);
    if (commit.offset_ms) it_.clock.set_offset_ms(*commit.offset_ms);
    return result;
  }
  Outcome<Done> restamp(const Again& again, const Stamping& stamping) override {
    const std::scoped_lock lock(it_.mutex);
    Contents next = it_.now;
    const auto done = testing::restamp(next, again, it_.host.now());
    if (!done) return done;
    it_.now = std::move(next);
    it_.follow(stamping);
    return Done{};
  }
  Outcome<std::int64_t> lead(const Stamping& stamping) override {
    const std::scoped_lock lock(it_.mutex);
    it_.follow(stamping);
    return ++it_.term;
  }
  Outcome<std::vector<DeadLetter>> dead_letters() override {
    const std::scoped_lock lock(it_.mutex);
    return it_.now.dead;
  }
  Outcome<Done> retry_dead_letter(std::int64_t id) override {
    const std::scoped_lock lock(it_.mutex);
    const auto letter = it_.letter_of(id);
    if (!letter) return letter.error();
    const auto& wanted = it_.now.rereads;
    const RecordKey& record = letter->change;
    const bool is_reread = std::find(wanted.begin(), wanted.end(), record) != wanted.end();
    if (const auto may = stores::check_retry(*letter, is_reread); !may) return may;
    const auto written = it_.write(stores::write_of(letter->change), &*letter);
    if (written) it_.drop_letter(id);
    return written;
  }
  Outcome<Done> discard_dead_letter(std::int64_t id) override {
    const std::scoped_lock lock(it_.mutex);
    const auto letter = it_.letter_of(id);
    if (!letter) return letter.error();
    read_again(it_.now, letter->change);
    it_.drop_letter(id);
    return Done{};
  }
  Outcome<Done> write(const LocalWrite& change) override {
    const std::scoped_lock lock(it_.mutex);
    return it_.write(change);
  }
  Outcome<ScanPage> scan(const std::string& table, std::size_t limit,
                         const std::optional<std::string>& after) override {
    const std::scoped_lock lock(it_.mutex);
    ScanPage page;
    auto at = it_.now.rows.upper_bound({table, after.value_or("")});
    for (; at != it_.now.rows.end() && at->first.table == table; ++at) {
      if (page.rows.size() == limit) {
        page.next = page.rows.back().id;
        break;
      }
      page.rows.push_back({at->first.id, at->second});
    }
    return page;
  }
  Outcome<Done> write_again(std::span<const RecordKey> records) override {
    const std::scoped_lock lock(it_.mutex);
    for (const RecordKey& record : records)
      if (auto row = it_.row_of(record))
        if (auto done = it_.record(record, {std::move(row), std::nullopt, true}); !done)
          return done;
    return Done{};
  }
  Outcome<std::vector<Loss>> losses() override {
    const std::scoped_lock lock(it_.mutex);
    return it_.losses(false);
  }
  Outcome<Done> drop_loss(const Loss& loss) override {
    const std::scoped_lock lock(it_.mutex);
    auto& all = it_.now.losses;
    std::erase_if(all, [&](const KeptLoss& each) { return stores::is_same_loss(each, loss); });
    all.push_back({stores::dropped(loss, it_.host.now()), true});
    return Done{};
  }
  Outcome<std::vector<Loss>> dropped_losses() override {
    const std::scoped_lock lock(it_.mutex);
    return it_.losses(true);
  }
  Outcome<std::vector<PendingRecord>> pending_records() override {
    const std::scoped_lock lock(it_.mutex);
    return stores::pending_records_of(outbox_of(it_.now, it_.now.log.size()));
  }
  Outcome<RecordState> record_state(const RecordKey& record) override {
    const std::scoped_lock lock(it_.mutex);
    for (const DeadLetter& letter : it_.now.dead)
      if (static_cast<const RecordKey&>(letter.change) == record) return RecordState::refused;
    return writes_of(it_.now, record).empty() ? RecordState::synced : RecordState::pending;
  }
  Outcome<std::vector<SyncLogEntry>> sync_log() override {
    const std::scoped_lock lock(it_.mutex);
    return it_.sync_log;
  }
  Outcome<Done> append_sync_log(const SyncLogEntry& entry) override {
    const std::scoped_lock lock(it_.mutex);
    if (it_.sync_log.size() == kSyncLogMax) it_.sync_log.erase(it_.sync_log.begin());
    it_.sync_log.push_back(entry);
    return Done{};
  }
  Outcome<Done> keep_remote() override {
    const std::scoped_lock lock(it_.mutex);
    testing::keep_remote(it_.now);
    return Done{};
  }
  Outcome<Done> clear(bool discard) override {
    const std::scoped_lock lock(it_.mutex);
    if (!discard && it_.now.log.size() + it_.now.dead.size() > 0)
      return Error{Errc::account_pending, {}};
    it_.now = cleared(it_.now);
    it_.sync_log.clear();
    ++it_.term;
    return Done{};
  }
  Outcome<NewWrites> written_since(std::int64_t after) override {
    const std::scoped_lock lock(it_.mutex);
    NewWrites news{0, after};
    for (const LogWrite& write : it_.now.log) {
      if (write.entry > after) ++news.count;
      news.entry = std::max(news.entry, write.entry);
    }
    return news;
  }

 private:
  std::uint32_t pending() const { return static_cast<std::uint32_t>(it_.now.log.size()); }

  std::shared_ptr<MemoryDatabase> database_;
  MemoryDatabase::Impl& it_;
};

std::unique_ptr<Store> memory_store(std::shared_ptr<MemoryDatabase> database) {
  return std::make_unique<MemoryStore>(std::move(database));
}

}  // namespace tidemark::testing
