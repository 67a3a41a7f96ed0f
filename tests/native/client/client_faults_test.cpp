// Networks, tokens and stores that fail, pauses, and clients that are closed at any point: in
// virtual time, with nothing lost at the end.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <memory>

#include "device.h"
#include "faulty_store.h"

using namespace tidemark;
using namespace tests;

namespace {

// Every write wins or loses by its time alone, so that whatever fails on the way, the end is the
// same.
void play(Device& a, Device& b) {
  a.database->transaction([&] {
    a.put("1", kMilk);
    a.put("2", {{"title", R"("two")"}, {"tag", "1"}});
  });
  b.put("3", {{"n", "3"}});
  pass({&a, &b}, 100'000);
  a.update("1", {{"title", R"("uno")"}});
  pass({&a, &b}, 15);
  b.update("1", {{"done", "1"}});
  pass({&a, &b}, 15);
  a.remove("3");
  b.update("2", {{"title", R"("of B")"}});
  pass({&a, &b}, 15);
  a.update("2", {{"title", R"("of A")"}});
  b.put("4", {{"n", "4"}});
  pass({&a, &b}, 100'000);
  until_quiet({&a, &b});
  pass({&a, &b}, 40'000);
}

void check_end(World& world, Device& a, Device& b) {
  const std::map<std::string, Row> end{{"1", {{"title", R"("uno")"}, {"done", "1"}}},
                                       {"2", {{"title", R"("of A")"}, {"tag", "1"}}},
                                       {"4", {{"n", "4"}}}};
  CHECK(world.hub.view() == end);
  for (Device* device : {&a, &b}) {
    CHECK(device->database->rows("todos") == end);
    CHECK(device->state().pending == 0);
    CHECK(device->client().dead_letters()->empty());
    CHECK(device->status().error == Errc::ok);
  }
}

}  // namespace

TEST_CASE("without a fault the story ends as it should") {
  World world;
  Device a(world);
  Device b(world);
  play(a, b);
  check_end(world, a, b);
}

TEST_CASE("one request that fails, whichever it is, loses nothing") {
  for (const bool unanswered : {false, true})
    for (std::size_t failing = 0; failing < 14; ++failing) {
      CAPTURE(unanswered, failing);
      World world;
      Device a(world);
      Device b(world);
      a.network.fault = [&](const Sent&, std::size_t index) {
        const Fault fault{{Errc::network, "cut"}, unanswered};
        return index == failing || index == failing + 1 ? std::optional(fault) : std::nullopt;
      };
      play(a, b);
      check_end(world, a, b);
    }
}

TEST_CASE("half of all requests failing in turn lose nothing") {
  World world;
  Device a(world);
  Device b(world);
  for (Device* device : {&a, &b})
    device->network.fault = [](const Sent&, std::size_t index) {
      const Fault fault{{index % 4 == 1 ? Errc::timeout : Errc::bad_reply, {}}, index % 4 == 3};
      return index % 2 == 1 ? std::optional(fault) : std::nullopt;
    };
  play(a, b);
  check_end(world, a, b);
}

TEST_CASE("one call of the store that fails, whichever it is, loses nothing") {
  for (const char* name : {"read_outbox", "sending", "commit", "load", "written_since"})
    for (int failing = 1; failing < 5; ++failing) {
      CAPTURE(name, failing);
      World world;
      auto faults = std::make_shared<StoreFaults>();
      DeviceOptions options;
      options.wrap = [&](auto store) { return faulty_store(std::move(store), faults); };
      Device a(world, options);
      Device b(world);
      faults->fails = [&, left = failing](std::string_view call) mutable {
        return call == name && --left == 0;
      };
      play(a, b);
      check_end(world, a, b);
    }
}

TEST_CASE("a failing store is said by the status, with what it said itself") {
  World world;
  auto faults = std::make_shared<StoreFaults>();
  DeviceOptions options;
  options.wrap = [&](auto store) { return faulty_store(std::move(store), faults); };
  Device a(world, options);
  REQUIRE(a.client().sync().ok());
  faults->fails = [](std::string_view call) { return call == "commit"; };
  const auto failed = a.client().sync();
  CHECK(failed.error().code == Errc::store_failed);
  CHECK(failed.error().detail == "commit failed");
  CHECK(a.status().phase == Phase::waiting);
  CHECK(a.status().detail == "commit failed");
  faults->fails = nullptr;
  until_quiet({&a});
  CHECK(a.status().detail.empty());
}

TEST_CASE("a client that is closed at any request, and opened again, loses nothing") {
  for (std::size_t closing = 0; closing < 12; ++closing) {
    CAPTURE(closing);
    World world;
    Device a(world);
    Device b(world);
    // As a program that is killed: what was under way is never heard of.
    bool killed = false;
    a.network.fault = [&](const Sent&, std::size_t index) {
      killed = killed || index == closing;
      const Fault fault{{Errc::closed, {}}, index % 2 == 0};
      return killed ? std::optional(fault) : std::nullopt;
    };
    a.put("1", kMilk);
    b.put("2", kMilk);
    for (int i = 0; i < 8; ++i) {
      a.update("1", {{"n", std::to_string(i)}});
      pass({&a, &b}, 500);
      if (std::exchange(killed, false)) a.restart();
    }
    a.network.fault = nullptr;
    a.restart();
    until_quiet({&a, &b});
    pass({&a, &b}, 40'000);
    CHECK(world.hub.view().at("1").at("n") == "7");
    CHECK(a.database->rows("todos") == world.hub.view());
    CHECK(b.database->rows("todos") == world.hub.view());
  }
}

TEST_CASE("an endpoint that is down is asked ever more seldom, by a busy writer too") {
  World world;
  Device a(world);
  a.network.fault = [](const Sent&, std::size_t) {
    return std::optional(Fault{{Errc::unavailable, {}}, false});
  };
  for (int i = 0; i < 125; ++i) {
    a.put(std::to_string(i), kMilk);
    pass({&a}, 1'000);
  }
  CHECK(a.network.sent.size() < 25);
  // Two minutes without progress.
  CHECK(a.status().phase == Phase::stalled);
  CHECK(a.status().error == Errc::unavailable);
  a.network.fault = nullptr;
  REQUIRE(a.client().sync().ok());
  CHECK(world.hub.view().size() == 125);
}

TEST_CASE("an endpoint is not asked before the time that it names, unless the app asks") {
  World world;
  Device a(world);
  a.network.fault = [](const Sent&, std::size_t index) {
    return index == 0 ? std::optional(Fault{{Errc::rate_limited, {}, 60'000}, false})
                      : std::nullopt;
  };
  pass({&a}, 50'000);
  CHECK(a.network.sent.size() == 1);
  REQUIRE(a.client().sync().ok());
  CHECK(a.network.sent.size() > 1);
}

TEST_CASE("a refused token is asked for once more; twice ends in needs_auth, with all kept") {
  World world;
  Device a(world);
  bool refuses = true;
  a.network.fault = [&](const Sent&, std::size_t) {
    return refuses ? std::optional(Fault{{Errc::unauthorized, {}}, false}) : std::nullopt;
  };
  a.put("1", kMilk);
  CHECK(a.client().sync().error().code == Errc::unauthorized);
  REQUIRE(a.network.sent.size() == 2);
  CHECK_FALSE(a.network.sent[0].refresh_token);
  CHECK(a.network.sent[1].refresh_token);
  CHECK(a.status().phase == Phase::needs_auth);
  CHECK(a.status().pending == 1);
  pass({&a}, 100'000);
  CHECK(a.network.sent.size() == 2);
  refuses = false;
  REQUIRE(a.client().sync().ok());
  CHECK(world.hub.view().size() == 1);
}

TEST_CASE("while paused or offline nothing is sent, and sync() says so") {
  World world;
  Device a(world);
  until_quiet({&a});
  const std::size_t before = a.network.sent.size();
  a.client().pause();
  a.put("1", kMilk);
  pass({&a}, 100'000);
  CHECK(a.client().sync().error().code == Errc::paused);
  a.client().resume();
  a.client().set_online(false);
  CHECK(a.client().sync().error().code == Errc::offline);
  CHECK(a.status().phase == Phase::offline);
  CHECK_FALSE(a.status().online);
  CHECK(a.network.sent.size() == before);
  a.client().set_online(true);
  until_quiet({&a});
  CHECK(world.hub.view().size() == 1);
}

TEST_CASE("a pause while a request is under way ignores its answer, and loses nothing") {
  World world;
  Device a(world);
  Device b(world);
  b.put("2", kMilk);
  until_quiet({&b});
  a.put("1", kMilk);
  int pauses = 0;
  a.network.meanwhile = [&](const Sent&) {
    if (++pauses > 3) return;
    a.client().pause();
    a.client().resume();
  };
  until_quiet({&a});
  CHECK(pauses > 3);
  CHECK(a.database->rows("todos") == world.hub.view());
  CHECK(a.database->rows("todos").size() == 2);
}

TEST_CASE("what a port is in the middle of cannot be asked of it") {
  World world;
  Device a(world);
  std::optional<Errc> synced;
  std::optional<Errc> asked;
  a.network.meanwhile = [&](const Sent&) {
    synced = a.client().sync().error().code;
    asked = a.client().pending().error().code;
  };
  REQUIRE(a.client().sync().ok());
  CHECK(synced == Errc::wrong_state);
  CHECK(asked == Errc::wrong_state);
}

TEST_CASE("too large a batch is sent in halves, down to the one record, which is a dead letter") {
  World world;
  Device a(world);
  REQUIRE(a.client().sync().ok());
  a.network.fault = [](const Sent& sent, std::size_t) {
    for (const Change& change : sent.full.changes)
      if (change.id == "3") return std::optional(Fault{{Errc::too_large, {}}, false});
    return std::optional<Fault>();
  };
  for (int i = 0; i < 8; ++i) a.put(std::to_string(i), kMilk);
  until_quiet({&a});
  CHECK(world.hub.view().size() == 7);
  const auto letters = a.client().dead_letters();
  REQUIRE(letters->size() == 1);
  CHECK(letters->front().change.id == "3");
  CHECK(letters->front().code == "too_large");
}
