// Whose data it is: first logins, other users, other hubs, restored hubs, and two programs over one
// database.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "device.h"

using namespace tidemark;
using namespace tests;

namespace {

// Rows of `device` that were there before any hub was: adopted, as a store does it that is given
// tables with rows.
void adopt_rows(Device& device) {
  auto store = testing::memory_store(device.database);
  device.database->corrupt("todos", "\"local\"", kMilk);
  const auto term = store->lead({Node{99}, 0, {}});
  REQUIRE(term.ok());
  StoreCommit commit;
  commit.reset = {std::nullopt, true, std::nullopt, std::nullopt};
  REQUIRE(store->commit(commit, *term).ok());
  device.restart();
}

DeviceOptions with(FirstLogin first_login) {
  DeviceOptions options;
  options.first_login = first_login;
  return options;
}

}  // namespace

TEST_CASE("rows from before the first login are merged, removed, or the app is asked") {
  World world;
  Device other(world);
  other.put("1", kMilk);
  REQUIRE(other.client().sync().ok());

  Device merging(world);
  adopt_rows(merging);
  REQUIRE(merging.client().sync().ok());
  CHECK(merging.database->rows("todos").size() == 2);
  CHECK(world.hub.view().contains("\"local\""));

  Device keeping(world, with(FirstLogin::keep_remote));
  adopt_rows(keeping);
  keeping.database->corrupt("todos", "\"gone\"", kMilk);
  REQUIRE(keeping.client().sync().ok());
  CHECK(keeping.database->rows("todos") == world.hub.view());

  Device asking(world, with(FirstLogin::ask));
  adopt_rows(asking);
  CHECK(asking.client().sync().error().code == Errc::paused);
  REQUIRE(asking.status().first_login.has_value());
  CHECK(asking.status().first_login->local == 1);
  CHECK(asking.status().first_login->remote == 2);
  asking.client().resume();
  CHECK(asking.client().sync().error().code == Errc::paused);
  CHECK(asking.client().adopt(FirstLogin::ask).error().code == Errc::bad_input);
  REQUIRE(asking.client().adopt(FirstLogin::keep_remote).ok());
  CHECK_FALSE(asking.status().first_login.has_value());
  REQUIRE(asking.client().sync().ok());
  CHECK(asking.database->rows("todos") == world.hub.view());
}

TEST_CASE("adopt(merge) sends what was here") {
  World world;
  Device other(world);
  other.put("1", kMilk);
  REQUIRE(other.client().sync().ok());
  Device asking(world, with(FirstLogin::ask));
  asking.network.bare = true;
  adopt_rows(asking);
  (void)asking.client().run();
  REQUIRE(asking.status().first_login.has_value());
  REQUIRE(asking.client().adopt(FirstLogin::merge).ok());
  until_quiet({&asking});
  CHECK(world.hub.view().size() == 2);
}

TEST_CASE("switch_account() refuses while something was not sent, and then starts anew") {
  World world;
  World another;
  Device a(world);
  world.hub.name = "h1";
  a.put("1", kMilk);
  REQUIRE(a.client().sync().ok());
  a.put("2", kMilk);
  CHECK(a.client().switch_account().error().code == Errc::account_pending);
  REQUIRE(a.client().sync().ok());
  CHECK(world.hub.view().size() == 2);
  REQUIRE(a.client().switch_account().ok());
  CHECK(a.database->rows("todos").empty());
  CHECK_FALSE(a.state().hub.has_value());
  // The token is another's now.
  world.hub.name = "h2";
  world.hub.restore_to(0, "f");
  REQUIRE(a.client().sync().ok());
  CHECK(a.state().hub == "h2");
  a.put("3", kMilk);
  REQUIRE(a.client().switch_account(true).ok());
  REQUIRE(a.client().sync().ok());
  CHECK(world.hub.view().empty());
}

TEST_CASE("another account's hub: nothing is pushed, and the app is told") {
  World world;
  world.hub.name = "h1";
  Device a(world);
  REQUIRE(a.client().sync().ok());
  CHECK(a.network.sent.front().pull.hub == std::nullopt);
  world.hub.name = "h2";
  a.put("1", kMilk);
  CHECK(a.client().sync().error().code == Errc::account_mismatch);
  CHECK(a.network.sent.back().full.hub == "h1");
  CHECK(a.status().phase == Phase::wrong_account);
  CHECK(a.status().pending == 1);
  CHECK(std::holds_alternative<event::WrongAccount>(a.events.back()));
  CHECK(world.hub.view().empty());
  world.hub.name = "h1";
  REQUIRE(a.client().sync().ok());
  CHECK(world.hub.view().size() == 1);
}

TEST_CASE("a restored hub is offered what it lacks, under the old stamps, and keeps the rest") {
  World world;
  world.hub.counts_seq = true;
  world.hub.offer = 1;
  Device a(world);
  Device b(world);
  a.put("1", kMilk);
  REQUIRE(a.client().sync().ok());
  a.put("2", kMilk);
  REQUIRE(a.client().sync().ok());
  const Stamp before = a.pushed().front().stamp;
  REQUIRE(b.client().sync().ok());
  world.hub.restore_to(1, "f");
  a.put("3", kMilk);
  until_quiet({&a});
  pass({&a, &b}, 60'000);
  CHECK(world.hub.view().size() == 3);
  bool offered = false;
  for (const Sent& sent : a.network.sent)
    for (const Change& change : sent.full.changes)
      if (change.offer) {
        offered = true;
        CHECK(change.id == "2");
        CHECK(change.stamp == before);
      }
  CHECK(offered);
  CHECK(a.database->rows("todos") == world.hub.view());
  CHECK(b.database->rows("todos") == world.hub.view());
}

TEST_CASE("after a reset without an offer, what the hub no longer shows is swept") {
  World world;
  Device a(world);
  a.put("1", kMilk);
  REQUIRE(a.client().sync().ok());
  a.put("2", kMilk);
  REQUIRE(a.client().sync().ok());
  world.hub.restore_to(1, "f");
  a.put("3", kMilk);
  until_quiet({&a});
  CHECK(a.database->rows("todos") == world.hub.view());
  CHECK(world.hub.view().size() == 2);
}

TEST_CASE("a hub that adopts is given all that is here") {
  World world;
  world.hub.adopt = true;
  Device a(world);
  a.put("1", kMilk);
  a.put("2", kMilk);
  REQUIRE(a.client().sync().ok());
  world.hub.restore_to(0, "f");
  until_quiet({&a});
  pass({&a}, 60'000);
  CHECK(world.hub.view().size() == 2);
  CHECK(a.database->rows("todos").size() == 2);
}

TEST_CASE("a copy that syncs under the same node is told of, and both go on") {
  World world;
  Device a(world);
  REQUIRE(a.client().sync().ok());
  world.hub.refuse = [failed = false](const Change&) mutable -> std::optional<PushResult> {
    if (std::exchange(failed, true)) return std::nullopt;
    PushResult result;
    result.outcome = PushResult::Outcome::clone;
    return result;
  };
  a.put("1", kMilk);
  until_quiet({&a});
  CHECK(world.hub.view().size() == 1);
  const auto is_cloned = [](const Event& it) { return std::holds_alternative<event::Cloned>(it); };
  CHECK(std::any_of(a.events.begin(), a.events.end(), is_cloned));
  std::vector<Node> nodes;
  for (const Sent& sent : a.network.sent)
    if (!sent.full.changes.empty()) nodes.push_back(sent.full.node);
  REQUIRE(nodes.size() == 2);
  CHECK(nodes.front() != nodes.back());
  // The store stamps under the new node, too.
  a.put("2", kMilk);
  until_quiet({&a});
  CHECK(a.pushed().front().stamp.node == nodes.back());
}

TEST_CASE("of two programs over one database the later leads, and the other takes its turn") {
  World world;
  Device a(world);
  Device b(world);
  b.database = a.database;
  b.restart();
  a.put("1", kMilk);
  until({&a, &b}, [&] { return a.state().pending == 0 && a.is_quiet() && b.is_quiet(); });
  CHECK(world.hub.view().size() == 1);
  a.put("2", kMilk);
  REQUIRE(b.client().sync().ok());
  CHECK(world.hub.view().size() == 2);
  a.put("3", kMilk);
  until({&a, &b}, [&] { return a.state().pending == 0 && a.is_quiet() && b.is_quiet(); });
  CHECK(world.hub.view().size() == 3);
  CHECK(a.client().dead_letters()->empty());
}
