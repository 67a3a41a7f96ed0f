// The calls, each with its fault before it.
#include "faulty_store.h"

#include <string>
#include <utility>

namespace tests {

using namespace tidemark;

namespace {

class FaultyStore final : public Store {
 public:
  FaultyStore(std::unique_ptr<Store> store, std::shared_ptr<StoreFaults> faults)
      : store_(std::move(store)), faults_(std::move(faults)) {}

  Outcome<LoadedState> load() override {
    return with("load", [&] { return store_->load(); });
  }
  Outcome<Outbox> read_outbox(std::size_t limit) override {
    return with("read_outbox", [&] { return store_->read_outbox(limit); });
  }
  Outcome<Done> sending(std::span<const LogWrite> writes) override {
    return with("sending", [&] { return store_->sending(writes); });
  }
  Outcome<CommitResult> commit(const StoreCommit& commit, std::int64_t term) override {
    return with("commit", [&] { return store_->commit(commit, term); });
  }
  Outcome<Done> restamp(const Again& again, const Stamping& stamping) override {
    return with("restamp", [&] { return store_->restamp(again, stamping); });
  }
  Outcome<std::int64_t> lead(const Stamping& stamping) override {
    return with("lead", [&] { return store_->lead(stamping); });
  }
  Outcome<std::vector<DeadLetter>> dead_letters() override { return store_->dead_letters(); }
  Outcome<Done> retry_dead_letter(std::int64_t id) override {
    return store_->retry_dead_letter(id);
  }
  Outcome<Done> discard_dead_letter(std::int64_t id) override {
    return store_->discard_dead_letter(id);
  }
  Outcome<Done> write(const LocalWrite& change) override { return store_->write(change); }
  Outcome<ScanPage> scan(const std::string& table, std::size_t limit,
                         const std::optional<std::string>& after) override {
    return with("scan", [&] { return store_->scan(table, limit, after); });
  }
  Outcome<Done> write_again(std::span<const RecordKey> records) override {
    return with("write_again", [&] { return store_->write_again(records); });
  }
  Outcome<std::vector<Loss>> losses() override { return store_->losses(); }
  Outcome<Done> drop_loss(const Loss& loss) override { return store_->drop_loss(loss); }
  Outcome<std::vector<Loss>> dropped_losses() override { return store_->dropped_losses(); }
  Outcome<std::vector<PendingRecord>> pending_records() override {
    return store_->pending_records();
  }
  Outcome<RecordState> record_state(const RecordKey& record) override {
    return store_->record_state(record);
  }
  Outcome<std::vector<SyncLogEntry>> sync_log() override { return store_->sync_log(); }
  Outcome<Done> append_sync_log(const SyncLogEntry& entry) override {
    return store_->append_sync_log(entry);
  }
  Outcome<Done> keep_remote() override { return store_->keep_remote(); }
  Outcome<Done> clear(bool discard) override {
    return with("clear", [&] { return store_->clear(discard); });
  }
  Outcome<NewWrites> written_since(std::int64_t after) override {
    return with("written_since", [&] { return store_->written_since(after); });
  }

 private:
  template <typename Call>
  auto with(std::string_view name, Call&& call) -> std::invoke_result_t<Call> {
    if (faults_->fails && faults_->fails(name))
      return Error{Errc::store_failed, std::string(name) + " failed"};
    return call();
  }

  std::unique_ptr<Store> store_;
  std::shared_ptr<StoreFaults> faults_;
};

}  // namespace

std::unique_ptr<Store> faulty_store(std::unique_ptr<Store> store,
                                    std::shared_ptr<StoreFaults> faults) {
  return std::make_unique<FaultyStore>(std::move(store), std::move(faults));
}

}  // namespace tests
