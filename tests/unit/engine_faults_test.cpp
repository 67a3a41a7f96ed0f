// The engine and what fails: the network, the token, the store, and an endpoint that refuses.
#include "tidemark/engine.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "device.h"

using namespace tidemark;

TEST_CASE("engine: failures are retried with growing waits, and never give up") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  std::int64_t last_wait = 0;
  WallMs failed_at = device.now;
  for (int attempt = 0; attempt < 50; ++attempt) {
    // In between, only the watchdog wakes it.
    while (device.poll().find("load") == std::string::npos) device.now = device.wake;
    const auto wait = device.now - failed_at;
    CHECK(wait >= last_wait);
    last_wait = wait;
    REQUIRE(device.load() == Errc::ok);
    CHECK(device.poll().starts_with("full"));
    device.fail(Errc::network);
    failed_at = device.now;
    device.poll();
    const bool stalled = device.now - kNow >= Config{}.stall_ms;
    CHECK(device.engine().status().phase == (stalled ? Phase::stalled : Phase::waiting));
    CHECK(device.engine().status().error == Errc::network);
  }
  CHECK(last_wait == Config{}.backoff_ms_max);
  while (device.poll().find("load") == std::string::npos) device.now = device.wake;
  device.exchange();
  CHECK(device.engine().status().error == Errc::ok);
  CHECK(device.engine().status().pending == 0);
}

TEST_CASE("engine: a busy writer does not shorten the wait of a retry") {
  Device device;
  device.connect();
  device.engine().sync_now(device.now);
  device.request();
  device.fail(Errc::rate_limited, 5'000);
  device.poll();
  CHECK(device.wake == device.now + 5'000);
  device.write(0);
  CHECK(device.poll() == "status wake");
  CHECK(device.wake == device.now + 5'000);
  device.engine().sync_now(device.now);
  CHECK(device.poll() == "load status");
}

TEST_CASE("engine: after a 401 it asks for a token once more, then waits to be told") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  device.request();
  CHECK_FALSE(device.sent.refresh_token);
  device.fail(Errc::unauthorized);
  CHECK(device.poll() == "full");
  CHECK(device.sent.refresh_token);
  device.fail(Errc::unauthorized);
  CHECK(device.poll() == "close status");
  CHECK(device.engine().status() == Status{Phase::needs_auth, 1, kNow, Errc::unauthorized, true});
  device.now += 1'000'000;
  CHECK(device.poll().empty());
  device.engine().sync_now(device.now);
  CHECK(device.poll() == "open load status");
  device.exchange();
  CHECK(device.engine().status().pending == 0);
}

TEST_CASE("engine: what the hub keeps for later is tried again after a wait, not in a loop") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  Reply kept = device.request();
  kept.settled = 0;
  kept.kept = 1;
  device.answer(kept);
  device.poll();
  device.commit(0);
  CHECK(device.poll() == "status wake");
  CHECK(device.wake > device.now);
}

TEST_CASE("engine: a failing store is tried again, and nothing is taken as done") {
  Device device;
  device.connect();
  device.engine().sync_now(device.now);
  device.poll();
  device.engine().handle_store_fault(device.ticket, device.now, kMost);
  CHECK(device.poll() == "status wake");
  CHECK(device.engine().status().error == Errc::store_failed);
  device.now = device.wake;
  CHECK(device.poll() == "load status");
}

TEST_CASE("engine: an endpoint that refuses everything costs no record") {
  Device device;
  device.connect();
  device.write(0);
  device.write(1);
  device.now += 20;
  for (int i = 0; i < 5; ++i) {
    device.request();
    device.fail(Errc::bad_request);
    if (i == 0) continue;
    CHECK(device.poll().starts_with("put-off"));
    device.commit(0);
    CHECK(device.poll() == "status wake");
    CHECK(device.engine().status().error == Errc::bad_request);
    device.now = device.wake;
  }
  CHECK(device.engine().status().pending == 2);
}

TEST_CASE("engine: a batch refused whole is halved down to the record to blame") {
  Device device;
  device.connect();
  device.write(9);
  device.now += 20;
  device.poll();
  device.exchange();
  device.poll();
  for (std::uint32_t record = 0; record < 4; ++record) device.write(record);
  device.now += 20;
  for (const std::uint32_t size : {4u, 2u}) {
    device.poll();
    REQUIRE(device.load() == Errc::ok);
    CHECK(device.poll() == "full");
    CHECK(device.engine().batch().records == size);
    device.fail(Errc::too_large);
  }
  CHECK(device.poll() == "load");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.engine().batch().records == 1);
  device.poll();
  device.fail(Errc::too_large);
  CHECK(device.poll() == "refuse status");
  device.commit(1);
  CHECK(device.engine().status().pending == 3);
  CHECK(device.poll() == "load status");
  device.exchange();
  device.poll();
  device.exchange();
  CHECK(device.engine().status().pending == 0);
}

TEST_CASE("engine: a refusal of everything from the start is no record's fault") {
  Device device;
  device.write(0);
  device.engine().start(1, device.now);
  device.request();
  device.fail(Errc::bad_request);
  CHECK(device.poll() == "status wake");
  CHECK(device.engine().status().pending == 1);
}
