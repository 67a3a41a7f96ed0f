// Devices, their network and their time.
#include "device.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <thread>
#include <utility>

namespace tests {

using namespace tidemark;

WallMs World::now() const { return is_real ? system_host().now() : now_ms.load(); }

std::uint64_t Clockwork::random64() {
  // SplitMix64 (Steele, Lea, Flood).
  std::uint64_t word = world_.seed += 0x9e3779b97f4a7c15;
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
  word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
  return word ^ (word >> 31);
}

class NetworkTransport final : public Transport {
 public:
  explicit NetworkTransport(Network& network) : it_(network) {}

  Outcome<PullReply> pull(const PullRequest& request, const CallOptions& options) override {
    Sent sent{Sent::Call::pull, options.refresh_token, request, {}};
    return send<PullReply>(sent, options, [&] { return it_.world_.hub.pull(request); });
  }
  Outcome<FullReply> full(const FullRequest& request, const CallOptions& options) override {
    Sent sent{Sent::Call::full, options.refresh_token, {}, request};
    return send<FullReply>(sent, options, [&] {
      auto reply = it_.world_.hub.full(request);
      if (reply && it_.bare) reply->records = std::nullopt;
      return reply;
    });
  }
  Outcome<LossesReply> losses(const LossesRequest& request, const CallOptions& options) override {
    Sent sent{Sent::Call::losses, options.refresh_token, {}, {}};
    return send<LossesReply>(sent, options, [&]() -> Outcome<LossesReply> {
      if (it_.bare) return Error{Errc::not_found, {}};
      return it_.world_.hub.losses_after(request.after);
    });
  }
  Outcome<DigestReply> digest(const DigestRequest& request, const CallOptions& options) override {
    Sent sent{Sent::Call::digest, options.refresh_token, {}, {}};
    return send<DigestReply>(sent, options, [&]() -> Outcome<DigestReply> {
      if (it_.bare) return Error{Errc::not_found, {}};
      return it_.world_.hub.digest(request);
    });
  }
  Outcome<MetaReply> meta(const CallOptions& options) override {
    Sent sent{Sent::Call::meta, options.refresh_token, {}, {}};
    return send<MetaReply>(sent, options, [&]() -> Outcome<MetaReply> {
      if (it_.bare) return Error{Errc::not_found, {}};
      return it_.world_.hub.meta();
    });
  }

 private:
  template <typename Reply, typename Answer>
  Outcome<Reply> send(const Sent& sent, const CallOptions& options, Answer&& answer) {
    it_.sent.push_back(sent);
    const auto fault = it_.fault ? it_.fault(sent, it_.sent.size() - 1) : std::nullopt;
    it_.world_.now_ms += it_.latency_ms;
    if (const auto held = hold(options)) return *held;
    if (fault && !fault->unanswered) return fault->error;
    Outcome<Reply> reply = answer();
    if (it_.meanwhile) it_.meanwhile(sent);
    it_.world_.now_ms += it_.latency_ms;
    if (options.traffic != nullptr) options.traffic->received += 100;
    return fault ? Outcome<Reply>(fault->error) : std::move(reply);
  }

  std::optional<Error> hold(const CallOptions& options) {
    if (!it_.holds) return std::nullopt;
    ++it_.held;
    while (it_.holds && !*options.aborted)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --it_.held;
    return *options.aborted ? std::optional(Error{Errc::closed, {}}) : std::nullopt;
  }

  Network& it_;
};

std::unique_ptr<Transport> Network::transport() {
  return std::make_unique<NetworkTransport>(*this);
}

Device::Device(World& w, DeviceOptions options)
    : world(w),
      host(w, options.ahead_ms),
      network(w),
      database(std::make_shared<testing::MemoryDatabase>(options.tables, host)),
      options_(std::move(options)) {
  restart();
}

void Device::restart() {
  client_.reset();
  ClientOptions options;
  options.store = testing::memory_store(database);
  if (options_.wrap) options.store = options_.wrap(std::move(options.store));
  options.transport = network.transport();
  options.host = &host;
  options.config = options_.config;
  options.first_login = options_.first_login;
  auto opened = Client::open(std::move(options));
  REQUIRE(opened.ok());
  client_ = *std::move(opened);
  on_status_ = client_->on_status([this](const ClientStatus& it) { statuses.push_back(it); });
  on_event_ = client_->on_event([this](const Event& it) { events.push_back(it); });
}

bool Device::is_quiet() {
  const ClientStatus now = status();
  return now.phase == Phase::idle && now.pending == 0;
}

void Device::put(const std::string& id, const Row& row) {
  REQUIRE(database->put("todos", id, row).ok());
}
void Device::update(const std::string& id, const Row& fields) {
  REQUIRE(database->update("todos", id, fields).ok());
}
void Device::remove(const std::string& id) { REQUIRE(database->remove("todos", id).ok()); }
std::optional<Row> Device::get(const std::string& id) { return database->get("todos", id); }

LoadedState Device::state() {
  auto state = testing::memory_store(database)->load();
  REQUIRE(state.ok());
  return *std::move(state);
}

std::vector<Change> Device::pushed() const {
  for (auto sent = network.sent.rbegin(); sent != network.sent.rend(); ++sent)
    if (!sent->full.changes.empty()) return sent->full.changes;
  return {};
}

std::size_t Device::count(Sent::Call call) const {
  const auto is_it = [&](const Sent& each) { return each.call == call; };
  return static_cast<std::size_t>(std::count_if(network.sent.begin(), network.sent.end(), is_it));
}

void until(const std::vector<Device*>& devices, const std::function<bool()>& check) {
  const std::int64_t end = devices.front()->world.now_ms + 600'000;
  for (;;) {
    for (Device* device : devices) (void)device->client().run();
    if (check()) return;
    auto& now = devices.front()->world.now_ms;
    REQUIRE(now < end);
    std::int64_t next = now + 1'000;
    for (Device* device : devices)
      if (const auto wake = device->client().run())
        next = std::min(next, *wake - device->host.ahead_ms);
    now = std::max(next, now + 1);
  }
}

void until_quiet(const std::vector<Device*>& devices) {
  until(devices, [&] {
    return std::all_of(devices.begin(), devices.end(), [](Device* it) { return it->is_quiet(); });
  });
}

void pass(const std::vector<Device*>& devices, std::int64_t ms) {
  const std::int64_t end = devices.front()->world.now_ms + ms;
  until(devices, [&] { return devices.front()->world.now_ms >= end; });
}

}  // namespace tests
