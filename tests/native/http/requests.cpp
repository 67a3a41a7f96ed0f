// What a request looks like, for any endpoint's paths, headers and tokens, and what comes back from
// one that works. tests/js/fetch.test.ts has the same of the other transport.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <thread>

#include "server.h"

using namespace tidemark;

TEST_CASE("http: a pull names what it asks for") {
  Server server;
  const auto transport = open(server.url("hub/"));
  PullRequest request;
  request.cursor = "e:1&x=\xc3\xa9";
  request.limit = 50;
  request.tables = {"a", "b,c"};
  request.node = Node{0xa1};
  const auto reply = transport->pull(request, {});
  REQUIRE(reply.ok());
  CHECK((reply->cursor == "e:7" && reply->hub == "h" && reply->server_time == 5));
  REQUIRE(reply->changes.size() == 1);
  CHECK(reply->changes[0].id == R"("k1")");
  const Json asked = server.asked();
  CHECK((asked["method"] == "GET" && asked["call"] == "/pull" && asked["bytes"] == 0));
  CHECK(asked["query"] ==
        "?cursor=e%3A1%26x%3D%C3%A9&limit=50&node=00000000000000a1&schema=1&tables=a%2Cb%252Cc");
  const Json& headers = asked["headers"];
  CHECK(headers["tidemark-protocol"] == "1");
  for (const char* name : {"authorization", "tidemark-scope", "content-type", "expect", "cookie"})
    CHECK(!headers.contains(name));
}

TEST_CASE("http: a full is one request with push and pull") {
  Server server;
  const auto transport = open(server.url("hub"));
  const auto reply = transport->full(push_of(2), {});
  REQUIRE(reply.ok());
  CHECK((reply->push.results.size() == 2 && reply->pull.cursor == "e:7"));
  CHECK(reply->server_time == 6);
  const Json asked = server.asked();
  CHECK((asked["method"] == "POST" && asked["call"] == "/full"));
  CHECK(asked["headers"]["content-type"] == "application/json");
  const Json body = Json::parse(asked["body"].get<std::string>());
  CHECK((body["changes"].size() == 2 && body["pull"]["limit"] == 10 && body["cursor"] == "e:1"));
  CHECK(!server.was_asked());
}

TEST_CASE("http: a full is push, then pull, where the endpoint has no such call") {
  Server server;
  HttpOptions options;
  options.paths.full.reset();
  const auto transport = open(server.url("hub"), options);
  const auto reply = transport->full(push_of(1), {});
  REQUIRE(reply.ok());
  CHECK((reply->push.results.size() == 1 && reply->pull.cursor == "e:7" && !reply->records));
  CHECK(reply->server_time == 5);
  const Json push = server.asked(), pull = server.asked();
  CHECK((push["call"] == "/push" && pull["call"] == "/pull"));
  CHECK(!Json::parse(push["body"].get<std::string>()).contains("pull"));
  CHECK(pull["query"] == "?cursor=e%3A1&limit=10&node=00000000000000b2&schema=3&tables=todos");

  // Of nothing, only the pull is sent.
  CHECK(transport->full(push_of(0), {})->push.results.empty());
  CHECK(server.asked()["call"] == "/pull");
  CHECK(open(server.url("status/503"), options)->full(push_of(1), {}).error().code ==
        Errc::unavailable);
  CHECK(server.asked()["call"] == "/push");
  CHECK(!server.was_asked());
}

TEST_CASE("http: losses, digest and meta are asked for as the protocol says") {
  Server server;
  const auto transport = open(server.url("hub"));
  LossesRequest losses;
  losses.after = 3;
  const auto lost = transport->losses(losses, {});
  REQUIRE(lost.ok());
  CHECK((lost->losses[0].number == 4 && lost->more));
  DigestRequest digest;
  digest.table = "todos";
  digest.prefix = "a0";
  CHECK(transport->digest(digest, {})->records[0].hash == 255);
  CHECK(transport->meta({})->counts.at("todos").tombstones == 2);
  Json asked = server.asked();
  CHECK((asked["method"] == "GET" && asked["query"] == "?after=3&schema=1"));
  asked = server.asked();
  CHECK((asked["call"] == "/digest" && asked["method"] == "POST"));
  CHECK(asked["body"] == R"({"table":"todos","prefix":"a0","schema":1})");
  asked = server.asked();
  CHECK((asked["call"] == "/meta" && asked["method"] == "GET" && asked["query"] == ""));
  // Checked before they are believed.
  const auto other = open(server.url("other"));
  CHECK(other->losses({}, {}).error().code == Errc::bad_reply);
  CHECK(other->digest({}, {}).error().code == Errc::bad_reply);
  CHECK(other->meta({}).error().code == Errc::bad_reply);
}

TEST_CASE("http: calls that the endpoint lacks are not found, and nothing is sent") {
  Server server;
  HttpOptions options;
  options.paths.losses.reset();
  options.paths.digest.reset();
  options.paths.meta.reset();
  const auto transport = open(server.url("hub"), options);
  CHECK(transport->losses({}, {}).error().code == Errc::not_found);
  CHECK(transport->digest({}, {}).error().code == Errc::not_found);
  CHECK(transport->meta({}).error().code == Errc::not_found);
  CHECK(!server.was_asked());
}

TEST_CASE("http: paths, headers and the scope are the app's, the protocol is ours") {
  Server server;
  HttpOptions options;
  options.paths.pull = "/x/pull?app=7";
  options.scope = "household-1";
  options.headers = {{"X-App", "todo"},
                     {"X-Empty", ""},
                     {"tidemark-PROTOCOL", "9"},
                     {"Authorization", "Basic abc"}};
  REQUIRE(open(server.url("hub"), options)->pull({}, {}).ok());
  Json asked = server.asked();
  CHECK(asked["query"] == "?app=7&schema=1");
  const Json headers = asked["headers"];
  CHECK((headers["x-app"] == "todo" && headers["x-empty"] == ""));
  CHECK((headers["tidemark-protocol"] == "1" && headers["tidemark-scope"] == "household-1"));
  CHECK(headers["authorization"] == "Basic abc");
  options.token = [](bool) { return std::string("t1"); };
  REQUIRE(open(server.url("hub"), options)->pull({}, {}).ok());
  CHECK(server.asked()["headers"]["authorization"] == "Bearer t1");
}

TEST_CASE("http: a large body is compressed if the endpoint understands that") {
  Server server;
  HttpOptions options;
  options.gzip = true;
  Traffic traffic;
  REQUIRE(open(server.url("hub"), options)->full(push_of(200), {.traffic = &traffic}).ok());
  const Json large = server.asked();
  CHECK(large["headers"]["content-encoding"] == "gzip");
  CHECK(Json::parse(large["body"].get<std::string>())["changes"].size() == 200);
  CHECK(large["bytes"].get<std::size_t>() * 10 < large["body"].get<std::string>().size());
  CHECK(traffic.sent == large["bytes"]);
  REQUIRE(open(server.url("hub"), options)->full(push_of(1), {}).ok());
  CHECK(!server.asked()["headers"].contains("content-encoding"));
  REQUIRE(open(server.url("hub"))->full(push_of(200), {}).ok());
  const Json plain = server.asked();
  CHECK(!plain["headers"].contains("content-encoding"));
  CHECK(plain["body"] == large["body"]);
}

TEST_CASE("http: a compressed reply is read, and bytes are counted as transferred") {
  Server server;
  Traffic traffic;
  const auto zipped = open(server.url("gzip"))->pull({}, {.traffic = &traffic});
  REQUIRE(zipped.ok());
  const Json asked = server.asked();
  CHECK(asked["headers"]["accept-encoding"] == "gzip");
  CHECK((traffic.sent == 0 && traffic.received == asked["replyBytes"]));
  const auto transport = open(server.url("hub"));
  REQUIRE(transport->full(push_of(1), {.traffic = &traffic}).ok());
  const Json plain = server.asked();
  CHECK(traffic.sent == plain["bytes"]);
  CHECK(traffic.received ==
        asked["replyBytes"].get<std::size_t>() + plain["replyBytes"].get<std::size_t>());
  CHECK(asked["replyBytes"].get<std::size_t>() < plain["replyBytes"].get<std::size_t>());
}

TEST_CASE("http: a connection is used again, also after a refusal") {
  Server server;
  HttpOptions options;
  options.paths.meta = "/../error/400/bad_request/no/meta";
  const auto transport = open(server.url("hub"), options);
  REQUIRE(transport->pull({}, {}).ok());
  REQUIRE(transport->full(push_of(1), {}).ok());
  CHECK(transport->meta({}).error().detail == "400 no");
  REQUIRE(transport->pull({}, {}).ok());
  const Json first = server.asked();
  for (int i = 0; i < 3; ++i) CHECK(server.asked()["socket"] == first["socket"]);
}

TEST_CASE("http: a token is asked for before each request, and anew after a refusal") {
  Server server;
  std::vector<bool> refreshes;
  HttpOptions options;
  options.token = [&refreshes](bool refresh) {
    refreshes.push_back(refresh);
    return std::string(refresh ? "new" : "old");
  };
  const auto transport = open(server.url("auth/new"), options);
  CHECK(transport->pull({}, {}).error().code == Errc::unauthorized);
  CHECK(transport->pull({}, {.refresh_token = true}).ok());
  CHECK(refreshes == std::vector<bool>{false, true});
  CHECK(server.asked()["headers"]["authorization"] == "Bearer old");
  CHECK(server.asked()["headers"]["authorization"] == "Bearer new");
}

TEST_CASE("http: a token that is missing, or no header can carry, is a refusal before a request") {
  Server server;
  HttpOptions options;
  options.token = [](bool) { return std::nullopt; };
  CHECK(open(server.url("hub"), options)->pull({}, {}).error() ==
        Error{Errc::unauthorized, "the app has no token"});
  for (const std::string& tail : std::vector<std::string>{"\nX: y", "\r", "\x01", "\xc3\xa9"}) {
    options.token = [tail](bool) { return kSecret + tail; };
    CHECK(fault_of(server.url("hub"), options).code == Errc::unauthorized);
  }
  CHECK(!server.was_asked());
}

TEST_CASE("http: transports on several threads do not know of each other") {
  Server server;
  std::vector<std::thread> threads;
  std::array<bool, 4> done{};
  for (std::size_t i = 0; i < done.size(); ++i)
    threads.emplace_back([&, i] {
      auto transport = http_transport(server.url("hub"));
      done[i] = transport && (*transport)->pull({}, {}).ok() &&
                (*transport)->full(push_of(1), {})->push.results.size() == 1;
    });
  for (auto& thread : threads) thread.join();
  CHECK(done == std::array{true, true, true, true});
}
