// One exchange as data: what its answers mean for the engine and the store.
#include "client/exchange.h"

#include <catch2/catch_test_macros.hpp>

using namespace tidemark;
using client::Exchange;
using client::Place;

namespace {

using Settled = Acknowledgement::Result;
using Answer = PushResult::Outcome;

Stamp at(WallMs ms) { return {static_cast<std::uint64_t>(ms) << 16, Node{1}}; }

Change change(const std::string& id, WallMs ms, bool patch = false) {
  Change made;
  made.table = "todos";
  made.id = id;
  made.stamp = at(ms);
  made.patch = patch;
  made.row = {{"title", "1"}};
  return made;
}

LogWrite write(const std::string& id, std::int64_t entry) {
  LogWrite made;
  made.table = "todos";
  made.id = id;
  made.entry = entry;
  return made;
}

PushResult answer(Answer outcome) {
  PushResult result;
  result.outcome = outcome;
  return result;
}

// Six changes, the third of two writes, and one that vanished; each with another answer.
Exchange six(Cursor cursor = "e:5") {
  Exchange exchange(Place{std::move(cursor), std::nullopt, std::nullopt});
  for (int i = 1; i <= 6; ++i) {
    exchange.batch.changes.push_back(change(std::to_string(i), 100 * i, i == 4));
    exchange.batch.writes.push_back({write(std::to_string(i), i)});
  }
  exchange.batch.writes[2].push_back(write("3", 30));
  exchange.batch.vanished.push_back(write("0", 90));
  return exchange;
}

PushReply six_answers() {
  PushReply reply;
  reply.results = {answer(Answer::applied),   answer(Answer::rejected), answer(Answer::merged),
                   answer(Answer::need_full), answer(Answer::clock),    answer(Answer::rejected)};
  reply.results[1].retryable = true;
  reply.results[5].code = "forbidden";
  reply.results[5].message = "not yours";
  reply.seq = 9;
  return reply;
}

PullReply page() {
  PullReply reply;
  reply.changes = {change("7", 50)};
  reply.cursor = "e:9";
  return reply;
}

}  // namespace

TEST_CASE("answers are counted by what they mean") {
  Exchange exchange = six();
  exchange.sent_at = 10;
  REQUIRE(exchange.receive(six_answers(), page(), std::nullopt).ok());
  const Reply reply = exchange.summary(20, 1'000);
  CHECK(reply.settled == 4);
  CHECK(reply.kept == 1);
  CHECK(reply.clock_refused == 1);
  CHECK(reply.cloned == 0);
  CHECK_FALSE(reply.more);
  // The third was merged; what was refused shows nothing.
  CHECK(reply.accepted == at(300));
  CHECK(reply.sent_at == 10);
  CHECK(reply.received_at == 20);
  CHECK(reply.server_at == 1'000);
}

TEST_CASE("stamps are fine as far as is told, or as the hub's time, and before the refused") {
  const auto fine = [](std::optional<WallMs> until, WallMs server_at) {
    Exchange exchange = six();
    PushReply push = six_answers();
    push.results[4].until = until;
    REQUIRE(exchange.receive(push, page(), std::nullopt).ok());
    return exchange.summary(20, server_at).fine_until;
  };
  CHECK(fine(300, 1'000) == 300);
  CHECK(fine(800, 1'000) == 499);
  CHECK(fine(std::nullopt, 1'000) == 499);
  CHECK(fine(std::nullopt, 200) == 200);
}

TEST_CASE("what is settled is acknowledged, write by write, and the rest is left") {
  Exchange exchange = six();
  REQUIRE(exchange.receive(six_answers(), page(), std::nullopt).ok());
  const StoreCommit commit = exchange.commit(Errc::ok, false);
  REQUIRE(commit.acknowledged.size() == 7);
  const auto& done = commit.acknowledged;
  CHECK(done[0].write.entry == 90);
  CHECK_FALSE(done[0].change.has_value());
  CHECK(done[1].result == Settled::sent);
  CHECK(done[1].change == 0u);
  CHECK(done[2].result == Settled::later);
  CHECK(done[3].write.entry == 3);
  CHECK(done[4].write.entry == 30);
  CHECK(done[4].change == 2u);
  CHECK(done[5].result == Settled::need_full);
  CHECK(done[6].result == Settled::dead);
  CHECK(done[6].code == "forbidden");
  CHECK(done[6].message == "not yours");
  CHECK(commit.pushed[*done[6].change].id == "6");
  REQUIRE(commit.page.has_value());
  CHECK(commit.page->cursor == Cursor("e:9"));
  CHECK(commit.page->after == Cursor("e:5"));
  CHECK(commit.complete);
  CHECK(commit.changes.size() == 1);
}

TEST_CASE("a batch that the endpoint refuses as a whole is given up, or put off") {
  const Exchange exchange = six();
  const StoreCommit given_up = exchange.commit(Errc::too_large, true);
  CHECK(given_up.acknowledged.back().result == Settled::dead);
  CHECK(given_up.acknowledged.back().code == "too_large");
  CHECK_FALSE(given_up.page.has_value());
  CHECK(exchange.commit(Errc::too_large, false).acknowledged.back().result == Settled::later);
}

TEST_CASE("a reply that would never end is refused, as one to something else") {
  Exchange exchange = six("e:9");
  PullReply still = page();
  still.more = true;
  CHECK(exchange.receive(std::nullopt, still, std::nullopt).error().code == Errc::bad_reply);
  Exchange beginning = six(std::nullopt);
  PullReply reset = page();
  reset.reset = true;
  CHECK(beginning.receive(std::nullopt, reset, std::nullopt).error().code == Errc::bad_reply);
  PushReply again = six_answers();
  again.results[0].outcome = Answer::need_full;
  CHECK(six().receive(again, page(), std::nullopt).error().code == Errc::bad_reply);
  PushReply fewer = six_answers();
  fewer.results.pop_back();
  CHECK(six().receive(fewer, page(), std::nullopt).error().code == Errc::bad_reply);
}

TEST_CASE("a reset of what was known is none, if less is known then") {
  Exchange exchange(Place{std::nullopt, std::nullopt, "d:4"});
  PullReply reset = page();
  reset.reset = true;
  reset.known = "d:2";
  CHECK(exchange.receive(std::nullopt, reset, std::nullopt).ok());
  reset.known = "d:4";
  CHECK(exchange.receive(std::nullopt, reset, std::nullopt).error().code == Errc::bad_reply);
}

TEST_CASE("a reset gives the cursor up, and says what to offer") {
  Exchange exchange = six();
  PullReply reset = page();
  reset.reset = true;
  reset.offer = 3;
  reset.safe = 2;
  REQUIRE(exchange.receive(std::nullopt, reset, std::nullopt).ok());
  const StoreCommit commit = exchange.commit(Errc::ok, false);
  CHECK_FALSE(commit.page->cursor.has_value());
  REQUIRE(commit.reset.has_value());
  CHECK(commit.reset->offer == 3);
  CHECK(commit.reset->cursor == Cursor("e:5"));
  CHECK_FALSE(commit.safe.has_value());
  CHECK(commit.changes.empty());
  CHECK(exchange.summary(0, 0).reset);
  CHECK(exchange.summary(0, 0).more);
}

TEST_CASE("the journal has heads of what the hub holds, where it counts") {
  Exchange exchange = six();
  PullReply pull = page();
  pull.seq = 12;
  Change absent = change("8", 0);
  absent.absent = true;
  REQUIRE(exchange.receive(six_answers(), pull, std::vector{absent, change("9", 60, true)}).ok());
  const StoreCommit commit = exchange.commit(Errc::ok, false);
  CHECK(commit.seq == 12);
  REQUIRE(commit.journal.size() == 4);
  CHECK(commit.journal[0].id == "1");
  CHECK(commit.journal[1].id == "3");
  CHECK(commit.journal[2].id == "9");
  CHECK(commit.journal[2].names == std::vector<std::string>{"title"});
  CHECK(commit.journal[3].id == "7");
  CHECK(commit.journal[3].names.empty());
  Exchange without = six();
  REQUIRE(without.receive(six_answers(), page(), std::nullopt).ok());
  CHECK(without.commit(Errc::ok, false).journal.empty());
}

TEST_CASE("records that were asked for and not answered have everything read again") {
  Exchange exchange = six();
  exchange.rereads = {{"todos", "1"}};
  REQUIRE(exchange.receive(six_answers(), page(), std::nullopt).ok());
  CHECK(exchange.summary(0, 0).reset);
  REQUIRE(exchange.receive(six_answers(), page(), std::vector<Change>{}).ok());
  CHECK_FALSE(exchange.summary(0, 0).reset);
}

TEST_CASE("a clone's changes are counted, and nothing of them is acknowledged") {
  Exchange exchange = six();
  PushReply push;
  push.results.assign(6, answer(Answer::clone));
  REQUIRE(exchange.receive(push, page(), std::nullopt).ok());
  CHECK(exchange.summary(0, 0).cloned == 6);
  CHECK(exchange.moved().cloned == 6);
  CHECK(exchange.commit(Errc::ok, false).acknowledged.size() == 1);
}

TEST_CASE("the hub of the data is the only one that is believed") {
  Exchange exchange(Place{"e:1", "h1", std::nullopt});
  PullReply pull = page();
  pull.hub = "h2";
  CHECK(exchange.receive(std::nullopt, pull, std::nullopt).error().code == Errc::account_mismatch);
  pull.hub = "h1";
  REQUIRE(exchange.receive(std::nullopt, pull, std::nullopt).ok());
  CHECK(exchange.commit(Errc::ok, false).hub == "h1");
}
