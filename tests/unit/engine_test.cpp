// The engine driven by hand: one exchange after another, and everything that can come in between.
#include "tidemark/engine.h"

#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

#include "device.h"

using namespace tidemark;

TEST_CASE("engine: does nothing before it is started") {
  Device device;
  CHECK(device.poll().empty());
  CHECK(device.engine().status().phase == Phase::closed);
}

TEST_CASE(
    "engine: the first exchange reads, so that the hub's time is known before anything is sent") {
  Device device;
  device.write(0);
  device.engine().start(1, device.now);
  CHECK(device.poll() == "open load status");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "pull");
  device.answer(device.reply());
  CHECK(device.poll() == "commit");
  device.commit(0);
  CHECK(device.poll() == "load");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "full");
  device.answer(device.reply());
  device.poll();
  device.commit(1);
  CHECK(device.poll() == "status wake");
  CHECK(device.engine().status() == Status{Phase::idle, 0, device.now, Errc::ok, true});
}

TEST_CASE("engine: says synced only when nothing is pending and nothing is left to read") {
  Device device;
  device.engine().start(0, device.now);
  Reply more = device.request();
  more.more = true;
  device.answer(more);
  device.poll();
  device.commit(0);
  CHECK(device.engine().status().last_synced_at == 0);
  CHECK(device.poll() == "load");
  device.exchange();
  CHECK(device.engine().status().last_synced_at == device.now);
}

TEST_CASE("engine: an edit made while its push is in flight is sent next") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  CHECK(device.poll() == "load status");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "full");
  device.write(0);
  CHECK(device.engine().status().pending == 2);
  device.answer(device.reply());
  device.poll();
  device.commit(1);
  CHECK(device.engine().status().pending == 1);
  CHECK(device.poll() == "load status");
}

TEST_CASE("engine: a reply counts once, and only the current request's") {
  Device device;
  device.connect();
  device.engine().sync_now(device.now);
  CHECK(device.poll() == "load status");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "pull");
  const Ticket request = device.ticket;
  device.fail(Errc::timeout);
  device.answer(device.reply());
  CHECK(device.engine().status().phase == Phase::waiting);
  device.now += 1000;
  CHECK(device.poll() == "load status");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "pull");
  CHECK(device.ticket != request);
  const Ticket sent = device.ticket;
  device.answer(device.reply());
  CHECK(device.poll() == "commit");
  const Ticket committing = std::exchange(device.ticket, sent);
  device.answer(device.reply());
  device.ticket = committing;
  CHECK(device.poll().empty());
  device.commit(0);
  device.engine().handle_committed(committing, 0, 0, device.now, kMost);
  CHECK(device.poll() == "status wake");
}

TEST_CASE("engine: a local write waits for company, news do not") {
  Device device;
  device.connect();
  device.write(0);
  CHECK(device.poll() == "status wake");
  CHECK(device.wake == device.now + Config{}.push_delay_ms);
  device.engine().handle_poke(device.now);
  CHECK(device.poll() == "load status");
}

TEST_CASE("engine: offline it waits, back online it goes on at once") {
  Device device;
  device.connect();
  device.engine().handle_online(false, device.now);
  CHECK(device.poll() == "close status");
  CHECK(device.engine().status().phase == Phase::offline);
  device.write(0);
  device.now += 86'400'000;
  CHECK(device.poll() == "status");
  device.engine().handle_online(true, device.now);
  CHECK(device.poll() == "open load status");
}

TEST_CASE("engine: pause drops the request under way and keeps what is pending") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  device.request();
  device.engine().pause();
  CHECK(device.poll() == "close status");
  device.answer(device.reply());
  CHECK(device.poll().empty());
  CHECK(device.engine().status().pending == 1);
  device.engine().resume(device.now);
  CHECK(device.poll() == "open load status");
}

TEST_CASE("engine: a commit that ends after a pause still counts what is pending") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  device.answer(device.request());
  CHECK(device.poll() == "commit");
  device.engine().pause();
  device.commit(1);
  CHECK(device.engine().status().pending == 0);
}

TEST_CASE("engine: without a live connection it polls, with one it still looks now and then") {
  Device device;
  device.connect();
  CHECK(device.wake == device.now + Config{}.poll_ms);
  device.engine().handle_live(true, device.now);
  device.engine().handle_poke(device.now);
  device.poll();
  device.exchange();
  device.poll();
  CHECK(device.wake == device.now + Config{}.poll_live_ms);
  device.engine().handle_live(false, device.now);
  device.poll();
  CHECK(device.wake == device.now + Config{}.poll_ms);
}

TEST_CASE("engine: an outbox that was loaded for an earlier request plans nothing") {
  Device device;
  device.connect();
  device.write(0);
  device.engine().sync_now(device.now);
  CHECK(device.poll() == "load status");
  device.engine().pause();
  device.engine().resume(device.now);
  CHECK(device.load() == Errc::wrong_state);
  CHECK(device.poll() == "load");
  CHECK(device.load() == Errc::ok);
}

TEST_CASE("engine: an outbox that contradicts itself is an error, and the engine goes on later") {
  Device device;
  device.connect();
  device.engine().sync_now(device.now);
  device.poll();
  const std::vector<PendingWrite> writes{{5, 0, 1}};
  CHECK(device.engine().handle_outbox(device.ticket, {writes, {}, {}}, 1, device.now, kMost) ==
        Errc::bad_input);
  CHECK(device.poll() == "status wake");
}

TEST_CASE("engine: started again after close, it owes nothing to how it ended") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  device.request();
  device.fail(Errc::unauthorized);
  device.poll();
  device.fail(Errc::unauthorized);
  device.engine().pause();
  device.poll();
  device.engine().close();
  device.poll();
  device.engine().start(1, device.now);
  CHECK(device.poll() == "open load status");
  CHECK(device.engine().status() == Status{Phase::syncing, 1, kNow, Errc::ok, true});
}

TEST_CASE("engine: closed, it asks for nothing more") {
  Device device;
  device.connect();
  device.engine().close();
  CHECK(device.poll() == "close status");
  device.engine().handle_poke(device.now);
  CHECK(device.poll().empty());
  CHECK(device.engine().status().phase == Phase::closed);
}
