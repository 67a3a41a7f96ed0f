// Losses, dead letters, what is pending, comparisons and counts, as an app is told of them.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "device.h"

using namespace tidemark;
using namespace tests;

namespace {

// Both have read a record, and then wrote the same field of it: b's write is the later one, and a
// begins anew, so that it reads before it pushes.
void collide(Device& a, Device& b) {
  a.put("1", kMilk);
  until_quiet({&a, &b});
  pass({&a, &b}, 20'000);
  a.close();
  a.update("1", {{"title", R"("of A")"}});
  a.world.now_ms += 1'000;
  b.update("1", {{"title", R"("of B")"}});
  until_quiet({&b});
  a.restart();
  until_quiet({&a});
}

std::optional<PushResult> forbid(const Change& change) {
  if (change.id != "2") return std::nullopt;
  PushResult result;
  result.outcome = PushResult::Outcome::rejected;
  result.code = "forbidden";
  result.message = "not yours";
  return result;
}

template <typename T>
std::size_t count(const std::vector<Event>& events) {
  return static_cast<std::size_t>(std::count_if(
      events.begin(), events.end(), [](const Event& it) { return std::holds_alternative<T>(it); }));
}

}  // namespace

TEST_CASE("a loss is counted, told of, and undone as a write of now") {
  World world;
  Device a(world);
  Device b(world);
  collide(a, b);
  CHECK(a.get("1")->at("title") == R"("of B")");
  CHECK(a.status().losses == 1);
  CHECK(count<event::Lost>(a.events) == 1);
  const auto losses = a.client().losses();
  REQUIRE(losses->size() == 1);
  CHECK(losses->front().row == Row{{"title", R"("of A")"}});
  CHECK(losses->front().winner > losses->front().stamp);
  REQUIRE(a.client().undo(losses->front()).ok());
  CHECK(a.status().losses == 0);
  CHECK(a.client().losses()->empty());
  until_quiet({&a});
  pass({&a, &b}, 20'000);
  CHECK(b.get("1")->at("title") == R"("of A")");
}

TEST_CASE("losses are the device's and the hub's, each once, the newest first") {
  World world;
  Device a(world);
  Device b(world);
  collide(a, b);
  Loss known = a.client().local_losses()->front();
  Loss other = known;
  other.stamp = {std::uint64_t{5} << 16, Node{7}};
  other.at = world.now_ms + 5;
  world.hub.losses = {{1, known}, {2, other}};
  const auto losses = a.client().losses();
  REQUIRE(losses->size() == 2);
  CHECK(losses->front().stamp == other.stamp);
  CHECK(losses->back().stamp == known.stamp);
  CHECK(a.client().local_losses()->size() == 1);
  // Once undone, not listed again because the hub still has it.
  REQUIRE(a.client().undo(known).ok());
  CHECK(a.client().losses()->size() == 1);
  a.network.bare = true;
  CHECK(a.client().losses()->empty());
}

TEST_CASE("a change that is refused is a dead letter, and the others go on") {
  World world;
  Device a(world);
  world.hub.refuse = forbid;
  a.put("1", kMilk);
  a.put("2", kMilk);
  REQUIRE(a.client().sync().ok());
  CHECK(world.hub.view().size() == 1);
  CHECK(a.status().dead_letters == 1);
  CHECK(count<event::Refused>(a.events) == 1);
  const auto letters = a.client().dead_letters();
  REQUIRE(letters->size() == 1);
  CHECK(letters->front().code == "forbidden");
  CHECK(letters->front().message == "not yours");
  CHECK(letters->front().row == kMilk);
  CHECK(*a.client().record_state("todos", "2") == RecordState::refused);
  CHECK(*a.client().record_state("todos", "1") == RecordState::synced);
  CHECK(a.client().record_state("todos", "no id").error().code == Errc::key_unsupported);
}

TEST_CASE("a dead letter is sent again, edited, or discarded") {
  World world;
  Device a(world);
  world.hub.refuse = forbid;
  a.put("2", kMilk);
  REQUIRE(a.client().sync().ok());
  const std::int64_t first = a.client().dead_letters()->front().id;
  REQUIRE(a.client().retry(first).ok());
  CHECK(a.client().retry(first).error().code == Errc::bad_input);
  REQUIRE(a.client().sync().ok());
  const std::int64_t second = a.client().dead_letters()->front().id;
  CHECK(second != first);
  CHECK(a.client().edit(second, {{"title", "no JSON"}}).error().code == Errc::value_unsupported);
  world.hub.refuse = nullptr;
  REQUIRE(a.client().edit(second, {{"title", R"("Tea")"}, {"list", "[ 1, 2 ]"}}).ok());
  CHECK(a.status().dead_letters == 0);
  REQUIRE(a.client().sync().ok());
  CHECK(world.hub.view().at("2") == Row{{"title", R"("Tea")"}, {"list", "[1,2]"}});
  world.hub.refuse = forbid;
  a.update("2", {{"title", R"("mine alone")"}});
  REQUIRE(a.client().sync().ok());
  REQUIRE(a.client().discard(a.client().dead_letters()->front().id).ok());
  REQUIRE(a.client().sync().ok());
  CHECK(a.get("2")->at("title") == R"("Tea")");
}

TEST_CASE("a refused delete waits until its record was read again, and so can be seen") {
  World world;
  Device a(world);
  a.put("2", kMilk);
  REQUIRE(a.client().sync().ok());
  world.hub.refuse = forbid;
  a.remove("2");
  std::optional<Errc> early;
  a.network.meanwhile = [&](const Sent&) {
    if (const auto letters = testing::memory_store(a.database)->dead_letters(); !letters->empty())
      early =
          testing::memory_store(a.database)->retry_dead_letter(letters->front().id).error().code;
  };
  until_quiet({&a});
  pass({&a}, 20'000);
  CHECK(early == Errc::reread_pending);
  CHECK(a.get("2") == kMilk);
  world.hub.refuse = nullptr;
  a.network.meanwhile = nullptr;
  REQUIRE(a.client().retry(a.client().dead_letters()->front().id).ok());
  until_quiet({&a});
  CHECK(world.hub.view().empty());
}

TEST_CASE("what is pending is listed, and exported") {
  World world;
  Device a(world);
  a.put("1", kMilk);
  REQUIRE(a.client().sync().ok());
  a.update("1", {{"done", "1"}});
  a.put("3", kMilk);
  a.remove("3");
  const auto pending = a.client().pending();
  REQUIRE(pending->size() == 2);
  using Operation = PendingRecord::Operation;
  CHECK(pending->front().operations == std::vector{Operation::update});
  CHECK(pending->front().fields == std::vector<std::string>{"done"});
  CHECK(pending->front().row->at("done") == "1");
  CHECK(pending->back().operations == std::vector{Operation::create, Operation::remove});
  CHECK_FALSE(pending->back().row.has_value());
  const auto all = a.client().export_pending();
  CHECK(all->changes.size() == 2);
  CHECK(all->device == a.state().device);
  CHECK(all->at == a.host.now());
}

TEST_CASE("metrics sum up all exchanges; the history has those that moved something or failed") {
  World world;
  Device a(world);
  a.put("1", kMilk);
  REQUIRE(a.client().sync().ok());
  a.network.fault = [](const Sent&, std::size_t) {
    return std::optional(Fault{{Errc::timeout, {}}, false});
  };
  CHECK(a.client().sync().error().code == Errc::timeout);
  a.network.fault = nullptr;
  REQUIRE(a.client().sync().ok());
  const Metrics metrics = a.client().metrics();
  CHECK(metrics.failures == 1);
  CHECK(metrics.sent == 1);
  CHECK(metrics.exchanges >= 3);
  CHECK(metrics.bytes_received == 100 * (metrics.exchanges - 1));
  const auto history = a.client().history();
  REQUIRE(history->size() == 2);
  CHECK(history->front().sent == 1);
  CHECK(history->front().code == Errc::ok);
  CHECK(history->back().code == Errc::timeout);
}

TEST_CASE("verify() of what is the same says so, and asks once a table") {
  World world;
  Device a(world);
  for (int i = 0; i < 100; ++i) a.put(std::to_string(i), kMilk);
  const auto report = a.client().verify();
  REQUIRE(report.ok());
  CHECK(report->tables.at("todos").equal == 100);
  CHECK(report->tables.at("todos").differing == 0);
  CHECK(a.count(Sent::Call::digest) == 1);
  CHECK(count<event::Diverged>(a.events) == 0);
}

TEST_CASE("verify() finds and mends a row that changed, one that is gone and one too many") {
  World world;
  Device a(world);
  a.database->transaction([&] {
    for (int i = 0; i < 1'000; ++i) a.put(std::to_string(i), kMilk);
  });
  REQUIRE(a.client().sync().ok());
  a.database->corrupt("todos", "17", Row{{"title", R"("rot")"}});
  a.database->corrupt("todos", "400", std::nullopt);
  a.database->corrupt("todos", "\"extra\"", kMilk);
  const auto report = a.client().verify();
  REQUIRE(report.ok());
  CHECK(report->tables.at("todos").equal == 998 + 0);
  CHECK(report->tables.at("todos").differing == 3);
  CHECK(report->tables.at("todos").repaired == 3);
  CHECK(a.get("17") == kMilk);
  CHECK(a.get("400") == kMilk);
  // What only this device had is offered, and not removed.
  CHECK(world.hub.view().contains("\"extra\""));
  CHECK(count<event::Diverged>(a.events) == 1);
}

TEST_CASE("verify() leaves alone what was refused, and needs an endpoint that has digests") {
  World world;
  Device a(world);
  world.hub.refuse = forbid;
  a.put("1", kMilk);
  a.put("2", kMilk);
  const auto report = a.client().verify();
  REQUIRE(report.ok());
  CHECK(report->tables.at("todos").differing == 0);
  CHECK(a.get("2") == kMilk);
  a.network.bare = true;
  CHECK(a.client().verify().error().code == Errc::not_found);
  a.client().set_online(false);
  CHECK(a.client().verify().error().code == Errc::offline);
}

TEST_CASE("verify() fails where the hub moves on each time, and tries again a few times") {
  World world;
  Device a(world);
  Device b(world);
  a.put("1", kMilk);
  REQUIRE(a.client().sync().ok());
  int moves = 2;
  a.network.meanwhile = [&](const Sent& sent) {
    if (sent.call != Sent::Call::digest || moves-- <= 0) return;
    b.put(std::to_string(100 + moves), kMilk);
    REQUIRE(b.client().sync().ok());
  };
  // The answer to a digest is from before the move: the next one is not.
  a.put("5", kMilk);
  CHECK(a.client().verify().ok());
}
