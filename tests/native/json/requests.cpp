// What is sent: bodies and queries, as the TypeScript sends them.
#include "json/requests.h"

#include <catch2/catch_test_macros.hpp>

#include "vectors.h"

using namespace tidemark;
using Json = nlohmann::json;

namespace {

const Stamp kStamp{0x0192f1c3a4b50003, Node{0xa1b2c3d4e5f60708}};
constexpr const char* kStampText = "0192f1c3a4b5-0003-a1b2c3d4e5f60708";

FullRequest request() {
  FullRequest out;
  out.device = "my \"phone\"";
  out.node = Node{0xb2};
  out.cursor = "e:1";
  return out;
}

Change change(const std::string& id) {
  Change out;
  out.table = "todos";
  out.id = id;
  out.stamp = kStamp;
  return out;
}

}  // namespace

TEST_CASE("request: a full of nothing says who asks, and from where") {
  FullRequest bare = request();
  CHECK(*json::full_body(bare) ==
        R"({"device":"my \"phone\"","node":"00000000000000b2","schema":1,"cursor":"e:1",)"
        R"("changes":[],"pull":{}})");
  bare.cursor.reset();
  CHECK(Json::parse(*json::full_body(bare))["cursor"].is_null());
}

TEST_CASE("request: a full says all there is to say") {
  FullRequest full = request();
  full.schema = 3;
  full.hub = "h";
  full.turn = "00000000000000a1";
  full.after = {"00000000000000a0", "00000000000000a2"};
  full.limit = 10;
  full.tables = {"todos", "a,b"};
  full.own = true;
  full.known = "e:0";
  full.records = {{"todos", R"("k\"2")"}, {"t", "7"}};
  Change whole = change(R"("k1")"), patch = change("7"), gone = change(R"(["h",3])");
  whole.row = {{"title", R"("M\nilk")"}, {"\xed\xa0\x80", "1e+21"}};
  whole.fields = {{"title", kStamp}};
  whole.create = true;
  whole.offer = "e:0";
  patch.patch = true;
  patch.row = {{"done", "1"}, {"gone", std::string(kAbsent)}};
  gone.deleted = true;
  whole.born = "a1b2c3d4e5f60708";
  gone.born = "0000000000000001";
  full.changes = {whole, patch, gone};
  const std::string body = *json::full_body(full);
  CHECK(body.find(R"("\ud800":1e+21)") != body.npos);
  // The reader of the tests takes no lone surrogate.
  whole.row.erase("\xed\xa0\x80");
  full.changes[0] = whole;
  const Json wanted = Json::parse(R"({"device":"my \"phone\"","node":"00000000000000b2","schema":3,
    "cursor":"e:1","hub":"h","turn":"00000000000000a1",
    "after":["00000000000000a0","00000000000000a2"],"changes":[
    {"table":"todos","id":"\"k1\"","stamp":"S","create":true,"row":{"title":"M\nilk"},
     "fields":{"title":"S"},"born":"a1b2c3d4e5f60708","offer":"e:0"},
    {"table":"todos","id":"7","stamp":"S","patch":true,"row":{"done":1,"gone":{"$tm:absent":0}}},
    {"table":"todos","id":"[\"h\",3]","stamp":"S","deleted":true,"born":"0000000000000001"}],
    "pull":{"limit":10,"tables":["todos","a,b"],"own":true,"known":"e:0"},
    "records":[{"table":"todos","id":"\"k\\\"2\""},{"table":"t","id":"7"}]})");
  std::string text = wanted.dump();
  for (std::size_t at; (at = text.find(R"("S")")) != text.npos;)
    text.replace(at + 1, 1, kStampText);
  CHECK(Json::parse(*json::full_body(full)) == Json::parse(text));

  Json push = Json::parse(text);
  push.erase("pull");
  push.erase("records");
  CHECK(Json::parse(*json::push_body(full)) == push);
}

TEST_CASE("request: the pull after a push asks for what the full would have") {
  FullRequest full = request();
  full.schema = 3;
  full.hub = "h";
  full.turn = "t";
  full.limit = 10;
  full.tables = {"todos"};
  CHECK(*json::pull_query(json::pull_of(full)) ==
        "cursor=e%3A1&limit=10&node=00000000000000b2&turn=t&hub=h&schema=3&tables=todos");
  full.own = true;
  full.known = "e:0";
  CHECK(*json::pull_query(json::pull_of(full)) ==
        "cursor=e%3A1&limit=10&known=e%3A0&hub=h&schema=3&tables=todos");
}

TEST_CASE("request: a query is encoded, and a comma in a name twice") {
  PullRequest pull;
  CHECK(*json::pull_query(pull) == "schema=1");
  pull.cursor = "e:1&x=\xc3\xa9 +";
  pull.tables = {"a", "b,c", "100%"};
  CHECK(*json::pull_query(pull) ==
        "cursor=e%3A1%26x%3D%C3%A9%20%2B&schema=1&tables=a%2Cb%252Cc%2C100%2525");
  LossesRequest losses;
  losses.after = 7;
  CHECK(*json::losses_query(losses) == "after=7&schema=1");
}

TEST_CASE("request: a digest names its branch") {
  DigestRequest digest;
  digest.table = "todos";
  digest.prefix = "a0";
  CHECK(*json::digest_body(digest) == R"({"table":"todos","prefix":"a0","schema":1})");
  digest.hub = "h";
  CHECK(Json::parse(*json::digest_body(digest))["hub"] == "h");
}

TEST_CASE("request: a name that is no text is refused") {
  FullRequest full = request();
  full.changes = {change("1")};
  full.changes[0].row = {{"\xff", "1"}};
  CHECK(json::full_body(full).error().code == Errc::bad_input);
  PullRequest pull;
  pull.tables = {"\xed\xa0\x80"};
  CHECK(json::pull_query(pull).error().code == Errc::bad_input);
}
