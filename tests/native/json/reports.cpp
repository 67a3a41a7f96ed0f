// Reports as text: in the forms of the TypeScript package, and a loss read back as it was.
#include "json/reports.h"

#include <catch2/catch_test_macros.hpp>

using namespace tidemark;

namespace {

const Stamp kFirst{std::uint64_t{7} << 16 | 1, Node{0xa1}};
const Stamp kSecond{std::uint64_t{8} << 16, Node{0xb2}};

Loss loss_of_row(Row row) {
  Loss loss;
  loss.table = "todos";
  loss.id = R"(["a",1])";
  loss.stamp = kFirst;
  loss.winner = kSecond;
  loss.row = std::move(row);
  loss.at = 9;
  return loss;
}

template <typename T>
std::string text(const T& report) {
  const auto out = json::text_of(report);
  CAPTURE(out.error().detail);
  REQUIRE(out.ok());
  return *out;
}

}  // namespace

TEST_CASE("reports: what is pending") {
  using enum PendingRecord::Operation;
  PendingRecord changed{{"todos", "\"k\""}, {create, update}, {{"done", "title"}}, 5, {}};
  changed.row = Row{{"title", "\"Milk\""}, {"when", R"({"$tm:date":0})"}};
  const PendingRecord removed{{"todos", "2"}, {remove}, {}, 0, {}};
  CHECK(text(std::vector{changed, removed}) ==
        R"([{"table":"todos","id":"\"k\"","operations":["create","update"],)"
        R"("fields":["done","title"],"since":5,)"
        R"("row":{"title":"Milk","when":{"$tm:date":0}}},)"
        R"({"table":"todos","id":"2","operations":["delete"],"fields":null,"since":0}])");
  CHECK(text(std::vector<PendingRecord>()) == "[]");
}

TEST_CASE("reports: all that was not sent") {
  DeadLetter letter;
  letter.id = 3;
  letter.change.table = "todos";
  letter.change.id = "1";
  letter.change.stamp = kFirst;
  letter.change.deleted = true;
  letter.code = "forbidden";
  letter.message = "say \"please\"";
  letter.at = 4;
  PendingExport all{6, "desk", {}, {letter}};
  CHECK(text(all) == R"({"version":1,"exportedAt":6,"device":"desk","changes":[],)"
                     R"("deadLetters":[{"id":3,"change":{"table":"todos","id":"1","stamp":")" +
                         kFirst.text() +
                         R"(","deleted":true},"code":"forbidden",)"
                         R"("message":"say \"please\"","at":4}]})");
}

TEST_CASE("reports: a comparison") {
  VerifyReport report;
  report.tables["todos"] = {.equal = 5, .differing = 2, .repaired = 1};
  report.at = 7;
  CHECK(text(report) == R"({"tables":{"todos":{"equal":5,"differing":2,"repaired":1}},"at":7})");
}

TEST_CASE("reports: a loss is read back as it was") {
  Loss loss = loss_of_row({{"", "null"}, {"\xf0\x9f\x98\x80", R"("\ud800")"}, {"n", "1e-7"}});
  loss.deleted = true;
  const std::string list = text(std::vector{loss});
  const auto back = json::loss_of(list.substr(1, list.size() - 2));
  CAPTURE(back.error().detail);
  REQUIRE(back.ok());
  CHECK((back->table == loss.table && back->id == loss.id && back->row == loss.row));
  CHECK((back->stamp == loss.stamp && back->winner == loss.winner));
  CHECK((back->deleted && back->at == loss.at));
}

TEST_CASE("reports: what is no loss") {
  const std::string whole = text(std::vector{loss_of_row({{"title", "1"}})});
  const std::string good = whole.substr(1, whole.size() - 2);
  REQUIRE(json::loss_of(good).ok());
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes)
    CHECK(json::loss_of(good.substr(0, bytes)).error().code == Errc::bad_input);
  for (const std::string member : {"table", "id", "stamp", "winner", "row", "at"}) {
    std::string without = good;
    without[without.find('"' + member + '"') + 1] = '_';
    CHECK(json::loss_of(without).error().code == Errc::bad_input);
  }
}

TEST_CASE("reports: a name that is no text") {
  Loss loss = loss_of_row({{"title", "1"}});
  loss.table = "\xff";
  CHECK(json::text_of(std::vector{loss}).error().code == Errc::bad_input);
}
