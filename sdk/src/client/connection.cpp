// What the app asks of a connection, and what it is told.
#include "connection.h"

#include <algorithm>
#include <utility>

#include "ledger.h"

namespace tidemark {

using client::Waiter;

Client::Connection::Connection(ClientOptions options)
    : options_(std::move(options)),
      ports_(std::move(options_.store), std::move(options_.transport)),
      notices_(options_.callbacks),
      pump_({ports_, *options_.host, *this, options_.schema}, options_.config) {}

std::optional<Error> Client::Connection::refusal() {
  if (ports_.is_within()) return Error{Errc::wrong_state, "called from within a port"};
  const std::scoped_lock lock(mutex_);
  return closed_ ? std::optional(Error{Errc::closed, {}}) : std::nullopt;
}

void Client::Connection::close() {
  ports_.shut();
  Lock lock(mutex_);
  if (std::exchange(closed_, true)) return;
  pump_.end();
  waiters_.fail({Errc::closed, {}});
  signal();
  end_worker(lock);
  lock.unlock();
  notices_.close();
  ports_.close();
}

std::shared_ptr<Waiter> Client::Connection::ask_to_sync() {
  auto waiter = waiters_.add(pump_.exchanges());
  if (!begun_) lead_retry_.over();
  pump_.engine().sync_now(options_.host->now());
  settle();
  signal();
  return waiter;
}

Outcome<Done> Client::Connection::sync(std::int64_t timeout_ms) {
  if (const auto error = refusal()) return *error;
  Lock lock(mutex_);
  const auto waiter = ask_to_sync();
  if (timeout_ms <= 0) {
    await(lock, [&] { return waiter->end.has_value(); }, std::nullopt);
  } else {
    const Instant deadline =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    bool over = false;
    // A request that this thread is in when its time is over is ended by another.
    std::thread watchdog([&, caller = std::this_thread::get_id()] {
      Lock held(mutex_);
      if (!changed_.wait_until(held, deadline, [&] { return over; }) && driver_ == caller)
        pump_.give_up();
    });
    await(lock, [&] { return waiter->end.has_value(); }, deadline);
    over = true;
    changed_.notify_all();
    lock.unlock();
    watchdog.join();
    lock.lock();
  }
  deliver(lock);
  if (waiter->end) return *waiter->end;
  return Error{closed_ ? Errc::closed : Errc::timeout, {}};
}

Outcome<VerifyReport> Client::Connection::verify() {
  if (const auto error = refusal()) return *error;
  Lock lock(mutex_);
  // One at a time: whoever asks meanwhile gets the same report.
  if (!verify_)
    verify_ = std::make_shared<client::VerifyRun>(
        client::VerifyContext{ports_, pump_, options_.schema, [this] { return ask_to_sync(); }},
        true);
  const auto run = verify_;
  signal();
  await(lock, [&] { return run->is_over(); }, std::nullopt);
  deliver(lock);
  if (run->is_over()) return run->end();
  return Error{Errc::closed, {}};
}

// As far as it was read: what hinders a sync may be what is to be found.
void Client::Connection::on_verify() {
  if (verify_) return;
  verify_ = std::make_shared<client::VerifyRun>(
      client::VerifyContext{ports_, pump_, options_.schema, [this] { return ask_to_sync(); }},
      false);
}

bool Client::Connection::verify_step(Lock& lock) {
  const auto run = verify_;
  run->go_on(lock, options_.host->now());
  if (!run->is_over()) return true;
  if (run->is_diverged()) on_event(event::Diverged{run->report()});
  if (verify_ == run) verify_ = nullptr;
  return true;
}

void Client::Connection::command(const std::function<void()>& give) {
  Lock lock(mutex_);
  if (closed_) return;
  give();
  settle();
  publish();
  signal();
  deliver(lock);
}

void Client::Connection::pause() {
  command([this] {
    paused_ = true;
    pump_.engine().pause();
    pump_.abort();
  });
}

void Client::Connection::resume() {
  command([this] {
    paused_ = false;
    // Nothing is sent before the app chose.
    if (!meeting_) pump_.engine().resume(options_.host->now());
  });
}

void Client::Connection::set_online(bool online) {
  command([&] {
    online_ = online;
    pump_.engine().handle_online(online, options_.host->now());
  });
}

void Client::Connection::poke() {
  command([this] {
    look_ = true;
    pump_.engine().handle_poke(options_.host->now());
  });
}

void Client::Connection::changed() {
  Lock lock(mutex_);
  if (closed_) return;
  // A count that failed stays as it was: the next one has it.
  (void)count(lock);
  lock.unlock();
  poke();
}

void Client::Connection::on_exchange(const SyncLogEntry& entry) {
  const bool failed = entry.code != Errc::ok;
  ++metrics_.exchanges;
  if (failed) ++metrics_.failures;
  metrics_.duration_ms += entry.duration_ms;
  metrics_.sent += entry.sent;
  metrics_.received += entry.received;
  metrics_.bytes_sent += entry.bytes_sent;
  metrics_.bytes_received += entry.bytes_received;
  if (failed || entry.sent + entry.received > 0) history_.push_back(entry);
}

void Client::Connection::on_event(Event event) {
  if (const auto* lost = std::get_if<event::Lost>(&event)) losses_ += lost->count;
  if (const auto* refused = std::get_if<event::Refused>(&event)) dead_letters_ += refused->count;
  publish();
  notices_.tell(std::move(event));
}

ClientStatus Client::Connection::make_status() const {
  ClientStatus status;
  static_cast<Status&>(status) = pump_.engine().status();
  status.online = online_;
  const auto& error = begun_ ? pump_.exchanges().last_error : lead_error_;
  if (!begun_) {
    status.phase = closed_ ? Phase::closed : paused_ ? Phase::paused : Phase::waiting;
    status.pending = pending_;
    status.error = error ? error->code : Errc::ok;
  }
  if (error && error->code == status.error) status.detail = error->detail;
  status.dead_letters = dead_letters_;
  status.losses = losses_;
  status.first_login = meeting_;
  return status;
}

void Client::Connection::publish() {
  ClientStatus status = make_status();
  if (status == published_) return;
  published_ = status;
  notices_.tell(std::move(status));
}

ClientStatus Client::Connection::status() {
  const std::scoped_lock lock(mutex_);
  return make_status();
}

Metrics Client::Connection::metrics() {
  const std::scoped_lock lock(mutex_);
  return metrics_;
}

Subscription Client::Connection::on_status(std::function<void(const ClientStatus&)> listener) {
  Lock lock(mutex_);
  auto subscription = notices_.add(
      [call = std::move(listener)](const client::Notices::News& news) {
        if (const auto* status = std::get_if<ClientStatus>(&news)) call(*status);
      },
      make_status());
  deliver(lock);
  return subscription;
}

Subscription Client::Connection::on_event(std::function<void(const Event&)> listener) {
  return notices_.add(
      [call = std::move(listener)](const client::Notices::News& news) {
        if (const auto* event = std::get_if<Event>(&news)) call(*event);
      },
      std::nullopt);
}

Outcome<std::string> Client::Connection::new_id() {
  const auto state = ports_.with_store([](Store& store) { return store.load(); });
  if (!state) return state.error();
  return client::new_id(state->device, *options_.host);
}

}  // namespace tidemark
