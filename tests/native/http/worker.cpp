// The transport against the hub itself: worker.mjs starts one and runs this, which CTest does not.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdlib>

#include "json/canonical.h"
#include "server.h"
#include "tidemark/digest.h"

using namespace tidemark;

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  REQUIRE(value != nullptr);
  return value;
}

Stamp stamp_of_now(std::uint16_t counter, Node node) {
  using namespace std::chrono;
  const auto ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  return {static_cast<std::uint64_t>(ms) << 16 | counter, node};
}

Change change_of(const std::string& id, std::uint16_t counter, Node node, Row row) {
  Change out;
  out.table = "todos";
  out.id = id;
  out.stamp = stamp_of_now(counter, node);
  out.row = std::move(row);
  out.create = true;
  return out;
}

/// Values of every kind, as they are stored.
const Row kRow = {
    {"title", "\"Milk \xf0\x9f\x98\x80 \\ud800\""},
    {"__proto__", R"({"$tm:bytes":"AQI="})"},
    {"10", "1e-7"},
    {"9", R"({"$tm:date":-1})"},
    {"list", R"([{"$tm:bigint":"-18446744073709551617"},null,{"2":1,"10":2,"!":3}])"}};

FullRequest request_of(Node node, std::vector<Change> changes) {
  FullRequest out;
  out.device = "native";
  out.node = node;
  out.changes = std::move(changes);
  return out;
}

std::uint64_t hash_of(const std::string& text) {
  return hash64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

TEST_CASE("http: the hub itself answers every call", "[.worker]") {
  bool refused = false;
  HttpOptions options;
  options.gzip = true;
  options.token = [&refused](bool refresh) -> std::optional<std::string> {
    refused = refused || refresh;
    return refresh ? variable("TIDEMARK_TEST_TOKEN") : "old";
  };
  const auto transport = open(variable("TIDEMARK_TEST_URL"), options);
  const CallOptions call = {.refresh_token = true};
  CHECK(transport->meta({}).error().code == Errc::unauthorized);

  const Node node{0xa1}, other{0xb2};
  FullRequest first = request_of(node, {change_of(R"("k")", 0, node, kRow)});
  first.own = true;
  const auto full = transport->full(first, call);
  CAPTURE(full.error().detail);
  REQUIRE(full.ok());
  CHECK(refused);
  CHECK(full->push.results[0].outcome == PushResult::Outcome::applied);
  REQUIRE(full->pull.changes.size() == 1);
  CHECK(full->pull.changes[0].row == kRow);

  // Large enough to be compressed, and too early: the older title loses.
  Change late = change_of(R"("k")", 0, other, {{"title", '"' + std::string(5'000, 'x') + '"'}});
  late.stamp.time -= std::uint64_t{60'000} << 16;
  late.patch = true;
  late.create = false;
  const auto lost = transport->full(request_of(other, {late}), call);
  CAPTURE(lost.error().detail);
  REQUIRE(lost.ok());
  CHECK(lost->push.results[0].lost == std::vector<std::string>{"title"});

  const auto losses = transport->losses({}, call);
  REQUIRE((losses.ok() && losses->losses.size() == 1));
  CHECK(losses->losses[0].loss.row == late.row);

  PullRequest pull;
  pull.tables = {"todos"};
  const auto page = transport->pull(pull, call);
  REQUIRE((page.ok() && page->changes.size() == 1 && !page->more));
  CHECK(page->changes[0].row == kRow);

  // Both languages hash the same text.
  DigestRequest about;
  about.table = "todos";
  const auto digest = transport->digest(about, call);
  REQUIRE((digest.ok() && digest->records.size() == 1));
  CHECK(digest->records[0].hash == hash_of("\"todos\"\n\"k\"\n" + json::canonical(kRow)));

  const auto meta = transport->meta(call);
  REQUIRE(meta.ok());
  CHECK((meta->hub == page->hub && meta->counts.at("todos").records == 1));

  pull.hub = "another";
  CHECK(transport->pull(pull, call).error().code == Errc::account_mismatch);
}
