// Collisions: what a device says of the records whose keys it counted, and what it makes of the
// answer that another device's record has a key. The cases are those of tests/js.
#include <catch2/catch_test_macros.hpp>

#include "client/batch.h"
#include "client/exchange.h"
#include "outbox.h"
#include "store/columns.h"

using namespace tidemark;
using client::Exchange;
using client::NumberedOutbox;
using client::Place;

namespace {

using Settled = Acknowledgement::Result;
using Answer = PushResult::Outcome;

constexpr const char* kBorn = "a1b2c3d4e5f60708";
constexpr const char* kLater = "b1b2c3d4e5f60708";

Stamp at(std::uint64_t ms) { return {ms << 16, Node{1}}; }

LogWrite& add(Outbox& outbox, const Columns& columns) {
  LogWrite write;
  write.table = "t";
  write.id = "1";
  write.entry = static_cast<std::int64_t>(outbox.writes.size()) + 1;
  write.transaction = std::to_string(write.entry);
  write.columns = columns;
  outbox.writes.push_back(write);
  return outbox.writes.back();
}

Change change_of(const Outbox& outbox) {
  const NumberedOutbox numbered(outbox);
  const auto batch = plan_batch(numbered.view(), 500, 1 << 20);
  REQUIRE(batch.ok());
  const client::Changes changes = numbered.changes(*batch);
  REQUIRE(changes.changes.size() == 1);
  return changes.changes.front();
}

PushResult answer(Answer outcome, std::optional<std::int64_t> past = {}) {
  PushResult result;
  result.outcome = outcome;
  result.past = past;
  return result;
}

// Two changes, of one write each; the first creates a record under a counted key.
Exchange two(const std::optional<std::string>& born) {
  Exchange exchange(Place{"e:5", std::nullopt, std::nullopt});
  for (int i = 1; i <= 2; ++i) {
    Change change;
    LogWrite write;
    change.table = write.table = "t";
    change.id = write.id = std::to_string(i);
    change.stamp = at(static_cast<std::uint64_t>(100 * i));
    write.entry = i;
    exchange.batch.changes.push_back(change);
    exchange.batch.writes.push_back({write});
  }
  exchange.batch.changes.front().born = born;
  return exchange;
}

Outcome<Done> answered(Exchange& exchange, std::vector<PushResult> results) {
  PushReply push;
  push.results = std::move(results);
  push.seq = 9;
  PullReply pull;
  pull.cursor = "e:9";
  pull.seq = 9;
  return exchange.receive(std::move(push), std::move(pull), std::nullopt);
}

}  // namespace

TEST_CASE("a change of a record says how that was born, as long as its creation waits") {
  Outbox outbox;
  outbox.rows[{"t", "1"}] = {{"a", "1"}};
  add(outbox, stores::whole_columns(at(10)));
  CHECK_FALSE(change_of(outbox).born.has_value());
  outbox.writes.front().born = kBorn;
  add(outbox, stores::patch_columns(std::vector<std::string>{"a"}, at(20)));
  const Change edited = change_of(outbox);
  CHECK(edited.born == kBorn);
  CHECK(edited.fields == FieldStamps{{"a", at(20)}});
  // The hub keeps what it was told first.
  outbox.writes.back().born = kLater;
  CHECK(change_of(outbox).born == kBorn);
}

TEST_CASE("a record that was deleted before it was sent says so, too") {
  Outbox outbox;
  add(outbox, stores::whole_columns(at(10))).born = kBorn;
  add(outbox, stores::delete_columns(at(20)));
  const Change change = change_of(outbox);
  CHECK(change.deleted);
  CHECK(change.born == kBorn);
}

TEST_CASE("collisions are acknowledged as what they are, and nothing of them is held") {
  Exchange exchange = two(kBorn);
  REQUIRE(answered(exchange, {answer(Answer::collision, 9), answer(Answer::deferred)}).ok());
  const StoreCommit commit = exchange.commit(Errc::ok, false);
  REQUIRE(commit.acknowledged.size() == 2);
  CHECK(commit.acknowledged[0].write.entry == 1);
  CHECK(commit.acknowledged[0].result == Settled::collision);
  CHECK(commit.acknowledged[0].past == 9);
  CHECK(commit.acknowledged[1].write.entry == 2);
  CHECK(commit.acknowledged[1].result == Settled::deferred);
  CHECK(commit.acknowledged[1].past == 0);
  CHECK(commit.journal.empty());
  // That one was answered is progress: both are sent again at once.
  const Reply reply = exchange.summary(1, 2);
  CHECK(reply.settled == 1);
  CHECK(reply.kept == 0);
  CHECK(reply.accepted == Stamp());

  Exchange silent = two(kBorn);
  REQUIRE(answered(silent, {answer(Answer::collision), answer(Answer::deferred)}).ok());
  CHECK(silent.commit(Errc::ok, false).acknowledged[0].past == 0);
}

TEST_CASE("what creates nothing cannot collide, nor does any change wait for none") {
  Exchange known = two(std::nullopt);
  const auto collided = answered(known, {answer(Answer::collision), answer(Answer::deferred)});
  CHECK(collided.error().code == Errc::bad_reply);
  CHECK(collided.error().detail == "results[0] collides and says not how it was born");
  Exchange waiting = two(kBorn);
  const auto deferred = answered(waiting, {answer(Answer::applied), answer(Answer::deferred)});
  CHECK(deferred.error().code == Errc::bad_reply);
  CHECK(deferred.error().detail == "results[1] waits for no other change");
}

TEST_CASE("the journal says how a record was born") {
  Exchange exchange = two(kBorn);
  REQUIRE(answered(exchange, {answer(Answer::applied), answer(Answer::applied)}).ok());
  const StoreCommit commit = exchange.commit(Errc::ok, false);
  REQUIRE(commit.journal.size() == 2);
  CHECK(commit.journal[0].born == kBorn);
  CHECK_FALSE(commit.journal[1].born.has_value());
}
