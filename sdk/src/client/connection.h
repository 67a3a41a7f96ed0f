// Connection: what a Client and its threads share. One thread at a time drives: it pumps until
// nothing is left or its own wish is fulfilled; who comes meanwhile waits, and goes on where that
// one leaves off. Callbacks are made between steps, with no lock held.
#ifndef TIDEMARK_CLIENT_CONNECTION_H
#define TIDEMARK_CLIENT_CONNECTION_H

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "lead_retry.h"
#include "notices.h"
#include "pump.h"
#include "tidemark/client.h"
#include "verify.h"

namespace tidemark {

class Client::Connection final : public std::enable_shared_from_this<Client::Connection>,
                                 private client::PumpListener {
 public:
  using Lock = client::Lock;
  using Instant = std::chrono::steady_clock::time_point;
  using Wish = std::function<bool()>;

  explicit Connection(ClientOptions options);
  Outcome<Done> open();
  void close();

  Outcome<Done> sync(std::int64_t timeout_ms);
  std::optional<WallMs> run();
  void start();
  void stop();
  Outcome<VerifyReport> verify();
  Outcome<Done> switch_account(bool discard);
  Outcome<Done> adopt(FirstLogin choice);

  void pause();
  void resume();
  void set_online(bool online);
  void poke();
  /// Dead letters or losses are other than they were, or a record is to be read again.
  void changed();

  [[nodiscard]] ClientStatus status();
  [[nodiscard]] Metrics metrics();
  [[nodiscard]] Subscription on_status(std::function<void(const ClientStatus&)> listener);
  [[nodiscard]] Subscription on_event(std::function<void(const Event&)> listener);
  [[nodiscard]] Outcome<std::string> new_id();

  [[nodiscard]] client::Ports& ports() noexcept { return ports_; }
  [[nodiscard]] const ClientOptions& options() const noexcept { return options_; }

 private:
  /// A command of the app for the engine, and what follows from it at once.
  void command(const std::function<void()>& give);

  using Thread = std::thread::id;
  /// A thread of the connection's own; `wanted` until it is to end.
  struct Worker {
    std::thread thread;
    bool wanted = true;
    bool calling_back = false;
  };

  void on_status() override { publish(); }
  void on_exchange(const SyncLogEntry& entry) override;
  void on_event(Event event) override;
  void on_verify() override;

  // Driving.
  void await(Lock& lock, const Wish& done, std::optional<Instant> deadline);
  [[nodiscard]] bool may_drive() const noexcept { return driver_ == Thread() && exclusive_ == 0; }
  bool work(Lock& lock, const Wish& done);
  bool step(Lock& lock);
  bool verify_step(Lock& lock);
  void keep_history(Lock& lock);
  void deliver(Lock& lock);
  void signal();
  [[nodiscard]] std::optional<WallMs> wake_at() const;
  [[nodiscard]] std::optional<Instant> wake_instant(std::optional<Instant> deadline);
  void work_by_thread(const std::shared_ptr<Worker>& worker);
  void end_worker(Lock& lock);
  Outcome<Done> exclusively(const std::function<Outcome<Done>(Lock&)>& work);

  // The lead.
  Outcome<Done> take_lead(Lock& lock);
  Outcome<Done> choose(Lock& lock);
  Outcome<Done> count(Lock& lock);
  Outcome<Done> begin(Lock& lock);
  bool lead_step(Lock& lock);
  void led_away();
  void lead_later(const Error& error);
  void unlead();

  std::shared_ptr<client::Waiter> ask_to_sync();
  bool settle();
  void publish();
  [[nodiscard]] ClientStatus make_status() const;
  [[nodiscard]] std::optional<Error> refusal();

  ClientOptions options_;
  client::Ports ports_;
  client::Notices notices_;

  std::mutex mutex_;
  std::condition_variable changed_;
  client::Pump pump_;
  client::Waiters waiters_;
  /// None: nothing is compared.
  std::shared_ptr<client::VerifyRun> verify_;
  Metrics metrics_;
  /// Not stored yet.
  std::vector<SyncLogEntry> history_;

  /// Who drives; the default: nobody.
  Thread driver_;
  /// Threads that wait to have the connection for themselves.
  int exclusive_ = 0;
  /// Counts what others may wait for.
  std::uint64_t signals_ = 0;
  /// The store is to be asked once more for writes before the driver rests.
  bool look_ = true;
  std::shared_ptr<Worker> worker_;

  bool led_ = false;
  bool begun_ = false;
  client::LeadRetry lead_retry_;
  std::optional<Error> lead_error_;
  std::uint32_t pending_ = 0;
  /// Of a first login, until it is answered.
  std::optional<ClientStatus::Meeting> meeting_;
  bool paused_ = false;
  bool online_ = true;
  std::uint32_t dead_letters_ = 0;
  std::uint32_t losses_ = 0;
  ClientStatus published_;
  bool closed_ = false;
};

}  // namespace tidemark

#endif  // TIDEMARK_CLIENT_CONNECTION_H
