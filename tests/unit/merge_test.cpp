// The join against the golden vectors, over several records at once, and against input that breaks
// its contract.
#include "tidemark/merge.h"

#include <catch2/catch_test_macros.hpp>

#include "states.h"
#include "vectors.h"

using tidemark::Cell;
using tidemark::Errc;
using tidemark::Joined;
using tidemark::Side;

namespace {

class Names {
 public:
  tidemark::Field number(const std::string& name) {
    const auto next = static_cast<tidemark::Field>(tidemark::kFirstField + numbers_.size());
    return numbers_.try_emplace(name, next).first->second;
  }

 private:
  std::map<std::string, tidemark::Field> numbers_;
};

states::State read_state(const nlohmann::json& json, Names& names) {
  states::State state;
  if (json.is_null()) return state;
  if (json.contains("base")) state.base = json["base"];
  state.deleted = json.contains("deleted");
  state.reg = json[state.deleted ? "deleted" : "alive"];
  if (json.contains("fields"))
    for (const auto& [name, at] : json["fields"].items()) state.fields[names.number(name)] = at;
  return state;
}

std::string text_of(Side side) {
  return side == Side::local ? "local" : side == Side::remote ? "remote" : "tie";
}

}  // namespace

TEST_CASE("merge: vectors") {
  const auto vectors = read_vectors("merge.json");
  for (const auto& each : vectors["cases"]) {
    CAPTURE(each["name"].get<std::string>());
    Names names;
    const auto local = read_state(each["local"], names);
    const auto remote = read_state(each["remote"], names);
    std::vector<Joined> out;
    REQUIRE(tidemark::join(local.cells(), remote.cells(), out).ok());
    const auto& expected = each["joined"];
    std::size_t cells = expected["fields"].size();
    for (const auto& [cell, side] : out) {
      if (cell.field == tidemark::kEveryField) CHECK(expected["base"] == text_of(side));
      if (cell.field == tidemark::kAlive || cell.field == tidemark::kDeleted)
        CHECK(expected["register"] == text_of(side));
    }
    for (const auto& [name, side] : expected["fields"].items()) {
      const auto field = names.number(name);
      const auto found = std::find_if(out.begin(), out.end(), [field](const Joined& joined) {
        return joined.cell.field == field;
      });
      REQUIRE(found != out.end());
      CHECK(text_of(found->side) == side.get<std::string>());
    }
    if (!expected["base"].is_null()) ++cells;
    CHECK(out.size() == cells + 1);
  }
}

TEST_CASE("merge: records of one side only pass through, in order") {
  const states::State state{10, 10, false, {{5, 20}}};
  std::vector<Cell> local;
  std::vector<Cell> remote;
  for (const std::uint32_t record : {0u, 3u, 4u})
    for (const Cell& cell : state.cells(record)) local.push_back(cell);
  for (const std::uint32_t record : {1u, 3u, 9u})
    for (const Cell& cell : state.cells(record)) remote.push_back(cell);
  std::vector<Joined> out;
  const auto count = tidemark::join(local, remote, out);
  REQUIRE(count.ok());
  CHECK(*count == out.size());
  std::vector<std::pair<std::uint32_t, Side>> seen;
  for (const Joined& joined : out)
    if (joined.cell.field == 5) seen.emplace_back(joined.cell.record, joined.side);
  CHECK(seen == std::vector<std::pair<std::uint32_t, Side>>{{0, Side::local},
                                                            {1, Side::remote},
                                                            {3, Side::tie},
                                                            {4, Side::local},
                                                            {9, Side::remote}});
}

TEST_CASE("merge: input out of order or repeated is refused, and nothing is appended") {
  const auto cell = [](std::uint32_t record, tidemark::Field field) {
    return Cell::of(record, field, states::stamp(10));
  };
  const std::vector<std::vector<Cell>> bad{
      {cell(1, 0), cell(0, 0)},
      {cell(0, 4), cell(0, 3)},
      {cell(0, 3), cell(0, 3)},
      {cell(0, tidemark::kAlive), cell(0, tidemark::kDeleted)},
  };
  for (const auto& cells : bad) {
    std::vector<Joined> out;
    CHECK(tidemark::join(cells, {}, out).error() == Errc::bad_input);
    CHECK(tidemark::join({}, cells, out).error() == Errc::bad_input);
    CHECK(out.empty());
  }
}
