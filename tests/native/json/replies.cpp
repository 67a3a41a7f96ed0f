// What an endpoint may answer: every reply of the protocol is read, everything else is bad_reply
// with its place, and nothing worse. The cases are those of tests/js/replies.test.ts.
#include "json/replies.h"

#include "spoiled.h"

using namespace tidemark;

namespace {

Json push_reply() {
  return Json::parse(R"({"results":[{"outcome":"applied"},{"outcome":"merged","lost":["title"]},
    {"outcome":"rejected","code":"forbidden","message":"not yours","retryable":false},
    {"outcome":"needFull"},{"outcome":"clock","until":1700000000000}],
    "seq":7,"cursor":"e:7","serverTime":1700000000000})");
}

Json pull_reply() {
  Json reply = Json::parse(R"({"changes":[
    {"table":"todos","id":"\"k1\"","row":{"title":"Milk"},"fields":{}},
    {"table":"todos","id":"7","patch":true,"row":{"done":1,"gone":{"$tm:absent":0}}},
    {"table":"todos","id":"[\"h\",3]","deleted":true}],
    "cursor":"e:7","more":false,"fence":0,"serverTime":1700000000000})");
  for (auto& each : reply["changes"]) each["stamp"] = kStampA;
  reply["changes"][0]["fields"]["done"] = kStampB;
  return reply;
}

Json full_reply() {
  return {{"push", push_reply()}, {"pull", pull_reply()}, {"serverTime", 1700000000000}};
}

Json reset_with(const std::string& pointer, const Json& value) {
  Json reply = pull_reply();
  reply.update({{"changes", Json::array()}, {"reset", true}, {"cursor", nullptr}});
  return with(reply, pointer, value);
}

}  // namespace

TEST_CASE("reply: a full reply is read whole") {
  const auto full = json::read_full(full_reply().dump(), 5);
  REQUIRE(full.ok());
  CHECK(full->server_time == 1700000000000);
  CHECK(!full->records);
  using enum PushResult::Outcome;
  const auto& results = full->push.results;
  REQUIRE(results.size() == 5);
  CHECK(results[0].outcome == applied);
  CHECK((results[1].outcome == merged && results[1].lost == std::vector<std::string>{"title"}));
  CHECK((results[2].outcome == rejected && results[2].code == "forbidden"));
  CHECK((results[2].message == "not yours" && !results[2].retryable));
  CHECK(results[3].outcome == need_full);
  CHECK((results[4].outcome == clock && results[4].until == 1700000000000));
  CHECK((full->push.seq == 7 && full->push.cursor == "e:7"));
  CHECK(full->push.server_time == 1700000000000);
  const auto& pull = full->pull;
  CHECK((pull.cursor == "e:7" && !pull.more && !pull.reset && !pull.hub && !pull.seq));
  REQUIRE(pull.changes.size() == 3);
  CHECK(pull.changes[0].id == R"("k1")");
  CHECK(pull.changes[0].stamp.text() == kStampA);
  CHECK(pull.changes[0].row == Row{{"title", R"("Milk")"}});
  CHECK(pull.changes[0].fields.at("done").text() == kStampB);
  CHECK((pull.changes[1].patch && pull.changes[1].row.at("done") == "1"));
  CHECK(pull.changes[1].row.at("gone") == kAbsent);
  CHECK((pull.changes[2].deleted && pull.changes[2].row.empty()));
}

TEST_CASE("reply: a pull may lack what is optional, and say more than we know") {
  const auto bare = json::read_pull(with(without(pull_reply(), "fence"), "/motd", "hi").dump());
  REQUIRE(bare.ok());
  Json said = pull_reply();
  said.update({{"hub", "h"}, {"seq", 9}, {"safe", 4}, {"known", "e:3"}, {"more", true}});
  const auto pull = json::read_pull(said.dump());
  REQUIRE(pull.ok());
  CHECK((pull->hub == "h" && pull->seq == 9 && pull->safe == 4 && pull->more));
  // Only a reset says what was known.
  CHECK(!pull->known);
}

TEST_CASE("reply: a pull may be a reset without a cursor") {
  const auto plain = json::read_pull(reset_with("/offer", nullptr).dump());
  REQUIRE(plain.ok());
  CHECK((plain->reset && !plain->cursor && !plain->offer && !plain->adopt));
  Json said = reset_with("/offer", 3);
  said.update({{"adopt", true}, {"known", "e:3"}});
  const auto offered = json::read_pull(said.dump());
  REQUIRE(offered.ok());
  CHECK((offered->offer == 3 && offered->adopt && offered->known == "e:3"));
}

TEST_CASE("reply: records are whole, deleted or absent") {
  Json reply = full_reply();
  const Json key = {{"table", "t"}, {"id", "1"}, {"stamp", kStampA}};
  Json whole = key, deleted = key, absent = key;
  whole["row"] = {{"a", 1}};
  deleted.update({{"id", "2"}, {"deleted", true}});
  absent.update({{"id", "3"}, {"absent", true}});
  reply["records"] = {whole, deleted, absent};
  const auto full = json::read_full(reply.dump(), 5);
  REQUIRE((full.ok() && full->records && full->records->size() == 3));
  CHECK((*full->records)[0].row == Row{{"a", "1"}});
  CHECK((*full->records)[1].deleted);
  CHECK((*full->records)[2].absent);

  const auto refused = [&](const Json& records, const std::string& place) {
    check_refused(json::read_full(with(full_reply(), "/records", records).dump(), 5), place);
  };
  Json patch = whole, odd = key;
  patch["patch"] = true;
  odd["absent"] = 1;
  refused(Json::object(), "records is not an array");
  refused(Json::array({patch}), "records[0] is not whole");
  refused(Json::array({odd}), "records[0].absent is not");
  refused(Json::array({key}), "records[0].row is not");
  deleted["id"] = "3";
  refused(Json::array({deleted, absent}), "records[1] is not the only one");
}

TEST_CASE("reply: a code that only a later version has is bad_request") {
  Json reply = push_reply();
  reply["results"] = Json::parse(
      R"([{"outcome":"rejected","code":"quota_1","message":"full","retryable":true},
          {"outcome":"clone"},{"outcome":"clock"},{"outcome":"clock","until":null}])");
  const auto push = json::read_push(reply.dump(), 4);
  REQUIRE(push.ok());
  CHECK((push->results[0].code == "bad_request" && push->results[0].retryable));
  CHECK(push->results[1].outcome == PushResult::Outcome::clone);
  CHECK((!push->results[2].until && !push->results[3].until));
}

TEST_CASE("reply: a key may be another record's, and the answer say past which number is room") {
  const auto push = [](const Json& results) {
    return json::read_push(with(push_reply(), "/results", results).dump(), results.size());
  };
  const Json collision = {{"outcome", "collision"}};
  const auto past = [&](const Json& is) { return with(collision, "/past", is); };
  const auto reply =
      push({past(9007199254740991), {{"outcome", "deferred"}}, collision, past(nullptr), past(0)});
  REQUIRE(reply.ok());
  using Answer = PushResult::Outcome;
  const auto& results = reply->results;
  CHECK((results[0].outcome == Answer::collision && results[0].past == 9007199254740991));
  CHECK(results[1].outcome == Answer::deferred);
  for (const std::size_t i : {2u, 3u})
    CHECK((results[i].outcome == Answer::collision && !results[i].past));
  CHECK(results[4].past == 0);
  for (const Json& is : {Json("7"), Json(1.5), Json(-1), Json(9007199254740992), Json(true)})
    check_refused(push(Json::array({past(is)})), "results[0].past is not a whole number");
}

TEST_CASE("reply: a change may say how its record was born, in that form") {
  Json reply = pull_reply();
  for (auto& each : reply["changes"]) each["born"] = "a1b2c3d4e5f60708";
  const auto pull = json::read_pull(reply.dump());
  REQUIRE(pull.ok());
  for (const Change& each : pull->changes) CHECK(each.born == "a1b2c3d4e5f60708");
  CHECK(!json::read_pull(pull_reply().dump())->changes[0].born);
  const Json records = Json::array({reply["changes"][2]});
  const auto full = json::read_full(with(full_reply(), "/records", records).dump(), 5);
  REQUIRE((full.ok() && full->records));
  CHECK((*full->records)[0].born == "a1b2c3d4e5f60708");
  for (const Json& born : {Json(1), Json(nullptr), Json("A1B2C3D4E5F60708"), Json("a1")})
    check_refused(json::read_pull(with(reply, "/changes/0/born", born).dump()),
                  "changes[0].born is not");
}

TEST_CASE("reply: fields and tables may have any name") {
  const std::string text = R"({"changes":[{"table":"\ud800","id":"\"\\udfff\"","stamp":")" +
                           std::string(kStampA) +
                           R"(","row":{"__proto__":1,"\ud83d":"\ud83d","a\u0000":0}}],)"
                           R"("cursor":"e:1","more":false,"serverTime":1.75})";
  const auto pull = json::read_pull(text);
  REQUIRE(pull.ok());
  CHECK(pull->server_time == 1);
  const Change& change = pull->changes[0];
  CHECK(change.table == "\xed\xa0\x80");
  CHECK(change.id == R"("\udfff")");
  const Row row = {{"__proto__", "1"}, {"\xed\xa0\xbd", R"("\ud83d")"}, {{"a\0", 2}, "0"}};
  CHECK(change.row == row);
}

TEST_CASE("reply: a pull that is none is refused, and the place named") {
  const Json whole = pull_reply();
  const auto changed = [&](const std::string& name, const Json& value) {
    return with(whole, "/changes/0/" + name, value);
  };
  Json twice = whole, no_row = whole;
  twice["changes"] = {whole["changes"][0], whole["changes"][0]};
  no_row["changes"][0].erase("row");
  const std::string upper = "0192F1C3A4B5-0003-A1B2C3D4E5F60708";
  const std::vector<std::pair<Json, std::string>> cases = {
      {nullptr, "the reply is not an object"},
      {Json::array(), "the reply is not an object"},
      {"ok", "the reply is not an object"},
      {without(whole, "changes"), "changes is not an array"},
      {with(whole, "/cursor", nullptr), "cursor is not a string"},
      {with(whole, "/cursor", 7), "cursor is not a string"},
      {with(whole, "/serverTime", nullptr), "serverTime is not a number"},
      {with(whole, "/serverTime", -1), "serverTime is not a number"},
      {with(whole, "/serverTime", 281474976710656), "serverTime is not a number from 0 to 2^48"},
      {with(whole, "/fence", "0"), "fence is not"},
      {with(whole, "/more", "true"), "more is not a boolean"},
      {with(whole, "/reset", 1), "reset is not a boolean"},
      {with(whole, "/changes/0", nullptr), "changes[0] is not an object"},
      {changed("table", 1), "changes[0].table is not a string"},
      {changed("id", "k1"), "changes[0].id is not an id: k1"},
      {changed("stamp", upper), "changes[0].stamp is not a stamp"},
      {changed("stamp", std::string(kStampA) + "\n"), "changes[0].stamp is not a stamp"},
      {no_row, "changes[0].row is not an object"},
      {changed("row", Json::array()), "changes[0].row is not an object"},
      {changed("deleted", 1), "changes[0].deleted is not"},
      {changed("patch", "yes"), "changes[0].patch is not"},
      {changed("fields", Json::array()), "changes[0].fields is not an object"},
      {changed("fields", {{"done", 1}}), "changes[0].fields.done is not a stamp"},
      {changed("row/at", {{"$tm:date", "x"}}), "changes[0].row.at is none: a value is tagged"},
      {changed("row/at", {{"$tm:absent", 0}}), "changes[0].row.at is none"},
      {with(whole, "/changes/1/row/at", {1, {{"$tm:absent", 0}}}), "changes[1].row.at is none"},
      {twice, "changes[1] is not the only one of its record"},
      {with(whole, "/hub", 1), "hub is not a string"},
      {with(whole, "/seq", "7"), "seq is not"},
      {with(whole, "/safe", -1), "safe is not"},
      {reset_with("/offer", "1"), "offer is not"},
      {reset_with("/adopt", 1), "adopt is not"},
      {reset_with("/known", 1), "known is not"},
  };
  for (const auto& [reply, place] : cases) check_refused(json::read_pull(reply.dump()), place);
}

TEST_CASE("reply: a push that is none is refused, and the place named") {
  const auto one = [](const Json& result) {
    return with(push_reply(), "/results", Json::array({result}));
  };
  const std::vector<std::pair<Json, std::string>> cases = {
      {one({{"outcome", "ok"}}), "results[0].outcome is not one of protocol 1"},
      {one(Json::object()), "results[0].outcome"},
      {one({{"outcome", "merged"}}), "results[0].lost is not an array"},
      {one({{"outcome", "merged"}, {"lost", {1}}}), "results[0].lost[0] is not a string"},
      {one({{"outcome", "rejected"}}), "results[0].message"},
      {one({{"outcome", "clock"}, {"until", "x"}}), "results[0].until"},
      {one(nullptr), "results[0] is not an object"},
      {with(push_reply(), "/results", nullptr), "results is not an array"},
      {with(push_reply(), "/results", Json::array()), "results is not one per change (1)"},
      {with(one({{"outcome", "applied"}}), "/cursor", nullptr), "cursor"},
      {with(one({{"outcome", "applied"}}), "/seq", "7"), "seq"},
  };
  for (const auto& [reply, place] : cases) check_refused(json::read_push(reply.dump(), 1), place);
  for (const char* half : {"push", "pull", "serverTime"})
    check_refused(json::read_full(with(full_reply(), '/' + std::string(half), nullptr).dump(), 5),
                  half);
  check_refused(json::read_full(with(full_reply(), "/pull/changes/0/id", 1).dump(), 5),
                "pull.changes[0].id");
}

TEST_CASE("reply: what is not JSON, or half of it, is a bad reply") {
  const std::string whole = full_reply().dump();
  for (std::size_t size = 0; size < whole.size(); ++size)
    REQUIRE(json::read_full(whole.substr(0, size), 5).error().code == Errc::bad_reply);
  for (const std::string text : {"", "<!doctype html><title>Free Wi-Fi</title>", "\xff\xfe"})
    CHECK(json::read_pull(text).error() == Error{Errc::bad_reply, "not JSON, or not all of it"});
  CHECK(json::read_full(whole + '\0', 5).error().code == Errc::bad_reply);
}

TEST_CASE("reply: an error says why, if it is one of ours") {
  const auto refusal =
      json::read_error(R"({"error":{"code":"reset_required","message":"because"}})");
  REQUIRE(refusal);
  CHECK((refusal->code == Errc::reset_required && refusal->message == "because"));
  for (const char* text : {"", "null", "[]", "<html>", R"({"error":"x"})", R"({"error":{}})",
                           R"({"error":{"code":"x","message":"m"}})", R"({"error":{"code":7}})"})
    CHECK(!json::read_error(text));
  CHECK(json::code_named("too_large") == Errc::too_large);
  CHECK(!json::code_named("too_larg"));
}
