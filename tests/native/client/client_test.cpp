// Writes, exchanges and the status, end to end in virtual time: the real engine, the store in
// memory and a model hub.
#include "tidemark/client.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <set>

#include "device.h"

using namespace tidemark;
using namespace tests;

namespace {

const Row kTea{{"title", R"("Tea")"}, {"done", "0"}};

}  // namespace

TEST_CASE("sync() sends what was written, and reads what others wrote") {
  World world;
  Device a(world);
  Device b(world);
  a.put("1", kMilk);
  REQUIRE(a.client().sync().ok());
  CHECK(world.hub.view() == std::map<std::string, Row>{{"1", kMilk}});
  CHECK(a.status().pending == 0);
  CHECK(a.status().phase == Phase::idle);
  REQUIRE(b.client().sync().ok());
  CHECK(b.get("1") == kMilk);
  CHECK(b.status().last_synced_at == b.host.now());
}

TEST_CASE("two devices that write the same record meet field by field") {
  World world;
  Device a(world);
  Device b(world);
  a.put("1", kMilk);
  until({&a, &b}, [&] { return b.get("1").has_value() && a.is_quiet(); });
  a.update("1", {{"title", R"("Oat milk")"}});
  world.now_ms += 1'000;
  b.update("1", {{"done", "1"}});
  world.now_ms += 1'000;
  b.update("1", {{"title", R"("Soy milk")"}});
  until_quiet({&a, &b});
  pass({&a, &b}, 40'000);
  const Row joined{{"title", R"("Soy milk")"}, {"done", "1"}};
  CHECK(a.get("1") == joined);
  CHECK(b.get("1") == joined);
  CHECK(world.hub.view().at("1") == joined);
}

TEST_CASE("a write of one field sends only that, and removes what it removed") {
  World world;
  Device a(world);
  Device b(world);
  a.put("1", kMilk);
  until_quiet({&a, &b});
  a.update("1", {{"done", std::string(kAbsent)}});
  until_quiet({&a, &b});
  const auto pushed = a.pushed();
  REQUIRE(pushed.size() == 1);
  CHECK(pushed.front().patch);
  CHECK(pushed.front().row == Row{{"done", std::string(kAbsent)}});
  pass({&a, &b}, 20'000);
  CHECK(b.get("1") == Row{{"title", R"("Milk")"}});
}

TEST_CASE("a deletion deletes, and a later write brings back") {
  World world;
  Device a(world);
  Device b(world);
  a.put("1", kMilk);
  pass({&a, &b}, 20'000);
  b.remove("1");
  pass({&a, &b}, 40'000);
  CHECK_FALSE(a.get("1").has_value());
  a.put("1", kTea);
  pass({&a, &b}, 40'000);
  CHECK(b.get("1") == kTea);
  CHECK(b.is_quiet());
}

TEST_CASE("a write during a push is another change, and not acknowledged with it") {
  World world;
  Device a(world);
  a.put("1", kMilk);
  bool wrote = false;
  a.network.meanwhile = [&](const Sent& sent) {
    if (sent.full.changes.empty() || std::exchange(wrote, true)) return;
    a.update("1", {{"done", "1"}});
  };
  REQUIRE(a.client().sync().ok());
  CHECK(wrote);
  CHECK(world.hub.view().at("1").at("done") == "1");
  CHECK(a.state().pending == 0);
}

TEST_CASE("writes of one transaction are sent together, and many in several pushes") {
  World world;
  DeviceOptions options;
  options.config.push_records_max = 10;
  Device a(world, options);
  a.database->transaction([&] {
    for (int i = 0; i < 25; ++i) a.put(std::to_string(i), kMilk);
  });
  REQUIRE(a.client().sync().ok());
  CHECK(world.hub.view().size() == 25);
  const auto is_split = [](const Event& it) { return std::holds_alternative<event::Split>(it); };
  CHECK(std::any_of(a.events.begin(), a.events.end(), is_split));
  for (const Sent& sent : a.network.sent) CHECK(sent.full.changes.size() <= 10);
}

TEST_CASE("an exchange names the device, its node, the schema, the cursor and the tables") {
  World world;
  Device a(world);
  a.put("1", kMilk);
  until_quiet({&a});
  const Sent& first = a.network.sent.front();
  CHECK(first.call == Sent::Call::pull);
  CHECK_FALSE(first.pull.cursor.has_value());
  CHECK(first.pull.tables == std::vector<std::string>{"todos"});
  const auto push = std::find_if(a.network.sent.begin(), a.network.sent.end(),
                                 [](const Sent& it) { return !it.full.changes.empty(); });
  REQUIRE(push != a.network.sent.end());
  CHECK(push->full.device == a.state().device);
  CHECK(push->full.node == push->full.changes.front().stamp.node);
  CHECK(push->full.schema == 1);
  CHECK(push->full.cursor == Cursor("e:0"));
  CHECK(push->full.changes.front().create);
}

TEST_CASE("turns are new for every push, and follow the one that was answered") {
  World world;
  Device a(world);
  std::set<std::string> turns;
  for (int i = 0; i < 3; ++i) {
    a.put(std::to_string(i), kMilk);
    REQUIRE(a.client().sync().ok());
    turns.insert(a.network.sent.back().full.turn.value_or(""));
  }
  CHECK(turns.size() == 3);
  REQUIRE(a.network.sent.back().full.after.size() == 1);
  CHECK(a.network.sent.back().full.after.front().size() == 16);
}

TEST_CASE("an exchange reads page after page") {
  World world;
  Device a(world);
  for (int i = 0; i < 30; ++i) {
    a.put(std::to_string(i), kMilk);
    REQUIRE(a.client().sync().ok());
  }
  DeviceOptions options;
  options.config.pull_records_max = 7;
  Device b(world, options);
  REQUIRE(b.client().sync().ok());
  CHECK(b.database->rows("todos").size() == 30);
  CHECK(b.count(Sent::Call::pull) + b.count(Sent::Call::full) >= 5);
}

TEST_CASE("a creation says so once where the answer is lost, and again where it was refused") {
  World world;
  const auto creates = [&](const std::string& id, const Error& error, bool unanswered) {
    Device a(world);
    REQUIRE(a.client().sync().ok());
    a.network.fault = [&, failed = false](const Sent& sent, std::size_t) mutable {
      const bool fails = !sent.full.changes.empty() && !std::exchange(failed, true);
      return fails ? std::optional(Fault{error, unanswered}) : std::nullopt;
    };
    a.put(id, kMilk);
    until_quiet({&a});
    std::vector<bool> said;
    for (const Sent& sent : a.network.sent)
      if (!sent.full.changes.empty()) said.push_back(sent.full.changes.front().create);
    return said;
  };
  CHECK(creates("1", {Errc::network, "lost"}, true) == std::vector{true, false});
  CHECK(creates("2", {Errc::unauthorized, {}}, false) == std::vector{true, true});
}

TEST_CASE("a patch of a record that the hub lacks is sent whole") {
  World world;
  Device a(world);
  a.put("1", kMilk);
  REQUIRE(a.client().sync().ok());
  world.hub.refuse = [failed = false](const Change& change) mutable -> std::optional<PushResult> {
    if (!change.patch || std::exchange(failed, true)) return std::nullopt;
    PushResult result;
    result.outcome = PushResult::Outcome::need_full;
    return result;
  };
  a.update("1", {{"done", "1"}});
  REQUIRE(a.client().sync().ok());
  CHECK_FALSE(a.pushed().front().patch);
  CHECK(world.hub.view().at("1").at("done") == "1");
}

TEST_CASE("run() says when to call again, and counts what was written") {
  World world;
  Device a(world);
  until_quiet({&a});
  const auto idle = a.client().run();
  REQUIRE(idle.has_value());
  CHECK(*idle > a.host.now() + 10'000);
  a.put("1", kMilk);
  const auto soon = a.client().run();
  REQUIRE(soon.has_value());
  CHECK(*soon <= a.host.now() + Config{}.push_delay_ms);
  CHECK(a.status().pending == 1);
  until_quiet({&a});
  CHECK(world.hub.view().size() == 1);
}

TEST_CASE("the status is told from syncing to idle, each change once") {
  World world;
  Device a(world);
  a.put("1", kMilk);
  until_quiet({&a});
  std::set<Phase> phases;
  for (std::size_t i = 0; i < a.statuses.size(); ++i) {
    phases.insert(a.statuses[i].phase);
    if (i > 1) CHECK_FALSE(a.statuses[i] == a.statuses[i - 1]);
  }
  CHECK(phases.contains(Phase::syncing));
  CHECK(a.statuses.back() == a.status());
  CHECK(a.statuses.back().phase == Phase::idle);
}

TEST_CASE("callbacks run where the app says, and none once the subscription is gone") {
  World world;
  std::vector<std::function<void()>> posted;
  ClientOptions options;
  auto database = std::make_shared<testing::MemoryDatabase>(
      testing::MemoryDatabase::Tables{{"todos", MergeMode::field}});
  Network network(world);
  Clockwork host(world, 0);
  options.store = testing::memory_store(database);
  options.transport = network.transport();
  options.host = &host;
  options.callbacks = [&](std::function<void()> call) { posted.push_back(std::move(call)); };
  auto client = Client::open(std::move(options));
  REQUIRE(client.ok());
  int calls = 0;
  auto subscription = (*client)->on_status([&](const ClientStatus&) { ++calls; });
  REQUIRE((*client)->sync().ok());
  CHECK(calls == 0);
  REQUIRE(posted.size() >= 2);
  posted.front()();
  CHECK(calls == 1);
  subscription.reset();
  for (const auto& call : posted) call();
  CHECK(calls == 1);
}

TEST_CASE("a new id names the device, and is another each time") {
  World world;
  Device a(world);
  const auto one = a.client().new_id();
  const auto two = a.client().new_id();
  REQUIRE(one.ok());
  CHECK(one->starts_with(a.state().device + '-'));
  CHECK(one->size() == a.state().device.size() + 1 + 8 + 1 + 10);
  CHECK(*one != *two);
}

TEST_CASE("what the store wants to see again is asked for, and taken") {
  World world;
  Device a(world);
  Device b(world);
  a.put("1", kMilk);
  until_quiet({&a, &b});
  pass({&a, &b}, 20'000);
  b.database->corrupt("todos", "1", std::nullopt);
  a.update("1", {{"done", "1"}});
  until_quiet({&a});
  pass({&a, &b}, 40'000);
  CHECK(b.get("1") == Row{{"title", R"("Milk")"}, {"done", "1"}});
  const auto asks = [](const Sent& it) { return !it.full.records.empty(); };
  CHECK(std::any_of(b.network.sent.begin(), b.network.sent.end(), asks));
}

TEST_CASE("a client without a port is refused") {
  CHECK(Client::open({}).error().code == Errc::bad_input);
}
