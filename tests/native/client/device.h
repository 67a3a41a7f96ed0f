// A device: a database in memory, a client over it, and a network whose every request a test can
// let fail or hang; with its own clock, and everything in virtual time.
#ifndef TIDEMARK_TESTS_DEVICE_H
#define TIDEMARK_TESTS_DEVICE_H

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model_hub.h"
#include "tidemark/client.h"
#include "tidemark/testing/memory_store.h"

namespace tests {

/// Virtual time, and chance that is the same each time.
struct World {
  std::atomic<std::int64_t> now_ms = 1'700'000'000'000;
  std::atomic<std::uint64_t> seed = 1;
  /// Time is the machine's: for tests with threads.
  bool is_real = false;
  [[nodiscard]] tidemark::WallMs now() const;
  ModelHub hub{[this] { return now(); }};
};

class Clockwork final : public tidemark::Host {
 public:
  Clockwork(World& world, std::int64_t ahead) : ahead_ms(ahead), world_(world) {}
  tidemark::WallMs now() override { return world_.now() + ahead_ms; }
  std::uint64_t random64() override;
  std::atomic<std::int64_t> ahead_ms;

 private:
  World& world_;
};

struct Sent {
  enum class Call { pull, full, losses, digest, meta };
  Call call = Call::pull;
  bool refresh_token = false;
  tidemark::PullRequest pull;
  tidemark::FullRequest full;
};

/// What becomes of a request: an error instead of it, or (`unanswered`) after the hub did it.
struct Fault {
  tidemark::Error error;
  bool unanswered = false;
};

class Network {
 public:
  explicit Network(World& world) : world_(world) {}
  [[nodiscard]] std::unique_ptr<tidemark::Transport> transport();

  std::vector<Sent> sent;
  std::int64_t latency_ms = 20;
  /// By the number of the request, from 0.
  std::function<std::optional<Fault>(const Sent&, std::size_t)> fault;
  /// Called while a request is under way, when the hub has answered it.
  std::function<void(const Sent&)> meanwhile;
  /// While it is true, requests hang; whether an abort ends one.
  std::atomic<bool> holds = false;
  std::atomic<int> held = 0;
  /// An endpoint that has push and pull alone.
  bool bare = false;

 private:
  friend class NetworkTransport;
  World& world_;
};

struct DeviceOptions {
  tidemark::testing::MemoryDatabase::Tables tables = {{"todos", tidemark::MergeMode::field}};
  std::int64_t ahead_ms = 0;
  tidemark::FirstLogin first_login = tidemark::FirstLogin::merge;
  tidemark::Config config = {};
  /// Stands between the client and the store.
  std::function<std::unique_ptr<tidemark::Store>(std::unique_ptr<tidemark::Store>)> wrap;
};

class Device {
 public:
  explicit Device(World& world, DeviceOptions options = {});
  /// A new client over the database as it is.
  void restart();

  tidemark::Client& client() { return *client_; }
  tidemark::ClientStatus status() { return client_->status(); }
  void close() { client_.reset(); }
  [[nodiscard]] bool is_quiet();
  void put(const std::string& id, const tidemark::Row& row);
  void update(const std::string& id, const tidemark::Row& fields);
  void remove(const std::string& id);
  [[nodiscard]] std::optional<tidemark::Row> get(const std::string& id);
  [[nodiscard]] tidemark::LoadedState state();
  /// The changes of the last push.
  [[nodiscard]] std::vector<tidemark::Change> pushed() const;
  [[nodiscard]] std::size_t count(Sent::Call call) const;

  World& world;
  Clockwork host;
  Network network;
  std::shared_ptr<tidemark::testing::MemoryDatabase> database;
  std::vector<tidemark::ClientStatus> statuses;
  std::vector<tidemark::Event> events;

 private:
  DeviceOptions options_;
  std::unique_ptr<tidemark::Client> client_;
  tidemark::Subscription on_status_;
  tidemark::Subscription on_event_;
};

/// Lets virtual time pass until `check` holds; fails after ten minutes of it.
void until(const std::vector<Device*>& devices, const std::function<bool()>& check);
void until_quiet(const std::vector<Device*>& devices);
/// Lets `ms` of virtual time pass.
void pass(const std::vector<Device*>& devices, std::int64_t ms);

inline const tidemark::Row kMilk{{"title", R"("Milk")"}, {"done", "0"}};

}  // namespace tests

#endif  // TIDEMARK_TESTS_DEVICE_H
