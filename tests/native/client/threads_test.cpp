// Threads: a client that syncs by itself while an app writes, asks, stops, pauses and goes away, in
// real time. Run with ThreadSanitizer as well.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "device.h"

using namespace tidemark;
using namespace tests;

namespace {

struct RealWorld : World {
  RealWorld() { is_real = true; }
};

DeviceOptions quick() {
  DeviceOptions options;
  options.config.poll_ms = 20;
  options.config.backoff_ms_base = 5;
  options.config.backoff_ms_max = 50;
  return options;
}

// Far longer than anything here takes, on however busy a machine.
bool eventually(const std::function<bool()>& check) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (!check()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace

TEST_CASE("started clients bring each other what several threads write") {
  RealWorld world;
  Device a(world, quick());
  Device b(world, quick());
  a.client().start();
  a.client().start();
  b.client().start();
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([&, writer] {
      Device& device = writer % 2 == 0 ? a : b;
      for (int i = 0; i < 50; ++i) {
        const std::string id = std::to_string(writer * 1'000 + i % 10);
        (void)device.database->put("todos", id, {{"n", std::to_string(i)}});
        if (i % 7 == 0) (void)device.client().sync();
        if (i % 11 == 0) (void)device.client().pending();
        (void)device.client().status();
      }
    });
  for (std::thread& writer : writers) writer.join();
  const auto is_same = [&] {
    const auto rows = a.database->rows("todos");
    return rows.size() == 40 && rows == b.database->rows("todos") && rows == world.hub.view();
  };
  CHECK(eventually(is_same));
  a.client().stop();
  b.client().stop();
  for (const auto& [id, row] : world.hub.view()) CHECK(std::stoi(row.at("n")) >= 40);
}

TEST_CASE("a started client leads again where another program took the lead, and goes on") {
  RealWorld world;
  Device a(world, quick());
  a.client().start();
  for (int i = 0; i < 3; ++i) {
    REQUIRE(testing::memory_store(a.database)->lead({.node = Node{7}, .after = {}}).ok());
    (void)a.database->put("todos", std::to_string(i), {{"n", "1"}});
    CHECK(eventually([&] {
      const ClientStatus status = a.status();
      return status.pending == 0 && status.phase == Phase::idle &&
             world.hub.view() == a.database->rows("todos");
    }));
  }
  CHECK(world.hub.view().size() == 3);
}

TEST_CASE("an app that asks for sync does not wait as long as the other program has made it wait") {
  RealWorld world;
  Device a(world, quick());
  for (int i = 0; i < 8; ++i) {
    REQUIRE(testing::memory_store(a.database)->lead({.node = Node{7}, .after = {}}).ok());
    a.put(std::to_string(i), kMilk);
    // Doubled each time, the last would be 64 s.
    CHECK(a.client().sync(10'000).ok());
  }
  CHECK(world.hub.view().size() == 8);
}

TEST_CASE("stop() ends a request that hangs; start() and sync() go on, and nothing is lost") {
  RealWorld world;
  Device a(world, quick());
  a.network.holds = true;
  a.client().start();
  a.put("1", kMilk);
  REQUIRE(eventually([&] { return a.network.held == 1; }));
  a.client().stop();
  CHECK(a.network.held == 0);
  a.network.holds = false;
  REQUIRE(a.client().sync().ok());
  CHECK(world.hub.view().size() == 1);
  a.client().start();
  a.put("2", kMilk);
  CHECK(eventually([&] { return world.hub.view().size() == 2; }));
}

TEST_CASE("sync() with a time to end by gives up a request that hangs") {
  RealWorld world;
  Device a(world, quick());
  a.put("1", kMilk);
  a.network.holds = true;
  CHECK(a.client().sync(20).error().code == Errc::timeout);
  CHECK(a.network.held == 0);
  a.client().start();
  CHECK(a.client().sync(20).error().code == Errc::timeout);
  a.network.holds = false;
  CHECK(a.client().sync(100'000).ok());
  CHECK(world.hub.view().size() == 1);
}

TEST_CASE("many threads that sync at once are all answered") {
  RealWorld world;
  Device a(world, quick());
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&, i] {
      (void)a.database->put("todos", std::to_string(i), kMilk);
      if (a.client().sync().ok()) ++done;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(done == 6);
  CHECK(world.hub.view().size() == 6);
}

TEST_CASE("a client may be destroyed while a request hangs, and whoever waits for it is told") {
  RealWorld world;
  for (const bool started : {true, false}) {
    CAPTURE(started);
    Device a(world, quick());
    if (started) a.client().start();
    a.network.holds = true;
    std::atomic<int> code = -1;
    Client& client = a.client();
    std::thread waiting([&] { code = static_cast<int>(client.sync().error().code); });
    REQUIRE(eventually([&] { return a.network.held == 1; }));
    // Until the waiting thread is in its call; where nobody else drives, it is the one that hangs.
    std::this_thread::sleep_for(std::chrono::milliseconds(started ? 100 : 0));
    a.close();
    waiting.join();
    CHECK(code == static_cast<int>(Errc::closed));
    a.network.holds = false;
  }
}

TEST_CASE("a client may be destroyed by its own callback") {
  RealWorld world;
  auto database = std::make_shared<testing::MemoryDatabase>(
      testing::MemoryDatabase::Tables{{"todos", MergeMode::field}});
  Network network(world);
  ClientOptions options;
  options.store = testing::memory_store(database);
  options.transport = network.transport();
  auto opened = Client::open(std::move(options));
  REQUIRE(opened.ok());
  auto client = *std::move(opened);
  Client* raw = client.get();
  std::atomic<bool> gone = false;
  auto subscription = raw->on_status([&](const ClientStatus& status) {
    if (status.last_synced_at == 0 || gone) return;
    client.reset();
    gone = true;
  });
  raw->start();
  CHECK(eventually([&] { return gone.load(); }));
  CHECK(database.use_count() == 1);
}

TEST_CASE("a callback may sync, stop and ask, on the thread that called it") {
  RealWorld world;
  Device a(world, quick());
  std::atomic<int> calls = 0;
  std::atomic<bool> synced = false;
  auto subscription = a.client().on_status([&](const ClientStatus& status) {
    int none = 0;
    if (status.last_synced_at == 0 || !calls.compare_exchange_strong(none, 1)) return;
    synced = a.client().sync().ok() && a.client().pending().ok();
    a.client().stop();
    calls = 2;
  });
  a.client().start();
  CHECK(eventually([&] { return calls == 2; }));
  CHECK(synced);
  a.client().start();
  a.put("1", kMilk);
  CHECK(eventually([&] { return world.hub.view().size() == 1; }));
}

TEST_CASE("pauses, stops and another user at any time leave both sides the same") {
  RealWorld world;
  Device a(world, quick());
  Device b(world, quick());
  a.client().start();
  b.client().start();
  std::atomic<bool> over = false;
  std::thread nuisance([&] {
    for (int i = 0; !over; ++i) {
      switch (i % 5) {
        case 0:
          a.client().pause();
          break;
        case 1:
          a.client().resume();
          break;
        case 2:
          b.client().stop();
          break;
        case 3:
          b.client().start();
          break;
        default:
          a.client().poke();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    a.client().resume();
    b.client().start();
  });
  for (int i = 0; i < 100; ++i) {
    (void)a.database->put("todos", std::to_string(i % 20), {{"a", std::to_string(i)}});
    (void)b.database->put("todos", std::to_string(20 + i % 20), {{"b", std::to_string(i)}});
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  (void)b.client().switch_account(false);
  over = true;
  nuisance.join();
  CHECK(eventually([&] {
    const auto rows = world.hub.view();
    return a.database->rows("todos") == rows && b.database->rows("todos") == rows &&
           rows.size() == 40;
  }));
}
