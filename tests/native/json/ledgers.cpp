// Losses, digests and counts: what the calls beside push and pull answer.
#include "json/replies.h"
#include "spoiled.h"

using namespace tidemark;

TEST_CASE("reply: losses and digests") {
  const Json loss = {{"n", 1},           {"table", "t"},      {"id", "1"},
                     {"stamp", kStampA}, {"row", {{"a", 1}}}, {"winner", kStampB},
                     {"at", 5}};
  const Json losses = {{"losses", {loss, with(loss, "/deleted", true)}}, {"more", true}};
  const auto read = json::read_losses(losses.dump());
  REQUIRE((read.ok() && read->losses.size() == 2 && read->more));
  CHECK((read->losses[0].number == 1 && read->losses[0].loss.winner.text() == kStampB));
  CHECK((read->losses[0].loss.at == 5 && !read->losses[0].loss.deleted));
  CHECK((read->losses[1].loss.deleted && read->losses[1].loss.row == Row{{"a", "1"}}));

  const std::string hash = "00000000000000ff";
  const Json branch = {{"count", 1}, {"hash", hash}};
  const Json digest = {{"cursor", "e:7"}, {"count", 2}, {"hash", hash}, {"serverTime", 1}};
  const Json leaves = with(digest, "/records", Json::array({{{"id", "1"}, {"hash", hash}}}));
  const Json branches = with(digest, "/children", Json(16, branch));
  const auto few = json::read_digest(leaves.dump());
  REQUIRE((few.ok() && few->records.size() == 1 && few->children.empty()));
  CHECK((few->sum.count == 2 && few->sum.hash == 255 && few->records[0].hash == 255));
  const auto many = json::read_digest(branches.dump());
  REQUIRE((many.ok() && many->children.size() == 16 && many->children[15].count == 1));

  const auto spoiled = [&](const std::string& name, const Json& value) {
    return json::read_losses(Json{{"losses", {with(loss, '/' + name, value)}}}.dump());
  };
  check_refused(json::read_losses("{}"), "losses");
  check_refused(spoiled("n", nullptr), "losses[0].n");
  check_refused(spoiled("row", 1), "losses[0].row");
  check_refused(spoiled("winner", "x"), "losses[0].winner");
  check_refused(spoiled("at", "5"), "losses[0].at");
  check_refused(json::read_digest(digest.dump()), "records");
  check_refused(json::read_digest(with(leaves, "/hash", "00000000000000FF").dump()), "hash");
  check_refused(json::read_digest(with(branches, "/children", Json(15, branch)).dump()),
                "children is not one per digit");
  check_refused(json::read_digest(with(leaves, "/records/0/id", "x").dump()), "records[0].id");
  check_refused(json::read_digest(with(leaves, "/cursor", nullptr).dump()), "cursor");
}

TEST_CASE("reply: a meta names what it counts") {
  const auto meta = json::read_meta(
      R"({"hub":"h","seq":3,"counts":{"todos":{"records":2,"tombstones":1},"x":{"records":4}}})");
  REQUIRE(meta.ok());
  CHECK((meta->hub == "h" && meta->seq == 3 && meta->counts.size() == 2));
  CHECK((meta->counts.at("todos").records == 2 && meta->counts.at("todos").tombstones == 1));
  CHECK((meta->counts.at("x").records == 4 && meta->counts.at("x").tombstones == 0));
  CHECK(json::read_meta(R"({"counts":{}})").ok());
  check_refused(json::read_meta(R"({"portal":true})"), "counts is not an object");
  check_refused(json::read_meta(R"({"counts":{"a":1}})"), "counts.a is not an object");
  check_refused(json::read_meta(R"({"counts":{"a":{"records":"1"}}})"), "counts.a.records");
}
