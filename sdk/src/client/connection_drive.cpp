// Driving: who pumps, until when, and on which thread.
#include <algorithm>
#include <utility>

#include "connection.h"

namespace tidemark {

void Client::Connection::signal() {
  ++signals_;
  changed_.notify_all();
}

// Until `done`, or the deadline.
void Client::Connection::await(Lock& lock, const Wish& done, std::optional<Instant> deadline) {
  const Wish over = [&] {
    return closed_ || done() || (deadline && std::chrono::steady_clock::now() >= *deadline);
  };
  look_ = true;
  while (!over()) {
    if (may_drive() && work(lock, over)) continue;
    const std::uint64_t seen = signals_;
    const Wish news = [&] { return signals_ != seen || over(); };
    const auto until = wake_instant(deadline);
    if (until)
      changed_.wait_until(lock, *until, news);
    else
      changed_.wait(lock, news);
  }
}

// Drives until it is over, or there is something to tell, or nothing to do. False: nothing was
// done.
bool Client::Connection::work(Lock& lock, const Wish& over) {
  driver_ = std::this_thread::get_id();
  bool worked = false;
  while (!over() && exclusive_ == 0) {
    if (!step(lock) && !settle()) break;
    worked = true;
    keep_history(lock);
    if (notices_.is_waiting()) break;
  }
  driver_ = Thread();
  if (worked || exclusive_ > 0) signal();
  // Who ends a thread calls back in its place.
  if (!over()) deliver(lock);
  return worked;
}

bool Client::Connection::step(Lock& lock) {
  if (begun_ && pump_.is_led_away()) led_away();
  if (verify_ && verify_->is_ready()) return verify_step(lock);
  if (!begun_) return lead_step(lock);
  if (pump_.step(lock)) return true;
  return std::exchange(look_, false) && pump_.look(lock);
}

// A history that cannot be kept must not hold up what it is of.
void Client::Connection::keep_history(Lock& lock) {
  if (history_.empty()) return;
  const auto entries = std::exchange(history_, {});
  lock.unlock();
  (void)ports_.with_store([&](Store& store) -> Outcome<Done> {
    for (const SyncLogEntry& entry : entries)
      if (auto kept = store.append_sync_log(entry); !kept) return kept;
    return Done{};
  });
  lock.lock();
}

void Client::Connection::deliver(Lock& lock) {
  // What calls back from within a port would find both taken: the driver does it.
  if (ports_.is_within() || !notices_.is_waiting()) return;
  const auto worker = worker_;
  const bool is_worker = worker && worker->thread.get_id() == std::this_thread::get_id();
  if (is_worker) worker->calling_back = true;
  lock.unlock();
  notices_.deliver();
  lock.lock();
  if (is_worker) worker->calling_back = false;
}

std::optional<WallMs> Client::Connection::wake_at() const {
  return begun_ ? pump_.wake_at() : lead_retry_.at();
}

std::optional<Client::Connection::Instant> Client::Connection::wake_instant(
    std::optional<Instant> deadline) {
  const auto at = wake_at();
  // Who does not drive is told; and who waits for a driver.
  if (!at || !may_drive()) return deadline;
  // A wall clock may jump: it is looked at again after a while.
  constexpr std::int64_t kLookMsMax = 60'000;
  const std::int64_t ms = std::clamp<std::int64_t>(*at - options_.host->now(), 0, kLookMsMax);
  const Instant wake = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  return deadline ? std::min(wake, *deadline) : wake;
}

std::optional<WallMs> Client::Connection::run() {
  if (refusal()) return std::nullopt;
  Lock lock(mutex_);
  look_ = true;
  while (may_drive() && work(lock, [this] { return closed_; })) continue;
  deliver(lock);
  return wake_at();
}

void Client::Connection::start() {
  const std::scoped_lock lock(mutex_);
  if (closed_ || worker_) return;
  worker_ = std::make_shared<Worker>();
  worker_->thread =
      std::thread([self = shared_from_this(), worker = worker_] { self->work_by_thread(worker); });
}

void Client::Connection::work_by_thread(const std::shared_ptr<Worker>& worker) {
  Lock lock(mutex_);
  const std::chrono::milliseconds watch(std::max<std::int64_t>(1, options_.watch_ms));
  while (worker->wanted && !closed_)
    await(lock, [&] { return !worker->wanted; }, std::chrono::steady_clock::now() + watch);
}

void Client::Connection::stop() {
  Lock lock(mutex_);
  end_worker(lock);
  deliver(lock);
}

void Client::Connection::end_worker(Lock& lock) {
  const auto worker = std::exchange(worker_, nullptr);
  if (!worker) return;
  worker->wanted = false;
  const Thread id = worker->thread.get_id();
  if (driver_ == id && !closed_) pump_.give_up();
  signal();
  // One that calls back, or waits for what this thread holds, cannot be waited for: it uses nothing
  // any more but what it owns.
  if (id == std::this_thread::get_id() || worker->calling_back || ports_.is_within())
    return worker->thread.detach();
  lock.unlock();
  worker->thread.join();
  lock.lock();
}

Outcome<Done> Client::Connection::exclusively(
    const std::function<Outcome<Done>(Lock&)>& work_alone) {
  if (const auto error = refusal()) return *error;
  Lock lock(mutex_);
  ++exclusive_;
  pump_.give_up();
  changed_.wait(lock, [this] { return closed_ || driver_ == Thread(); });
  --exclusive_;
  if (closed_) return Error{Errc::closed, {}};
  driver_ = std::this_thread::get_id();
  auto done = work_alone(lock);
  driver_ = Thread();
  settle();
  publish();
  signal();
  deliver(lock);
  return done;
}

bool Client::Connection::settle() {
  return begun_ && waiters_.settle(pump_.engine().status(), pump_.exchanges());
}

}  // namespace tidemark
