// From an outbox to the changes of a push, by the core's own plan.
#include "client/batch.h"

#include <catch2/catch_test_macros.hpp>

#include "outbox.h"
#include "store/carried.h"
#include "store/columns.h"

using namespace tidemark;
using client::Changes;
using client::NumberedOutbox;

namespace {

using Names = std::vector<std::string>;

Stamp at(std::uint64_t ms) { return {ms << 16, Node{1}}; }

struct Outboxes : Outbox {
  LogWrite& add(const std::string& id, const Columns& columns, const std::string& table = "t") {
    LogWrite write;
    write.table = table;
    write.id = id;
    write.entry = static_cast<std::int64_t>(writes.size()) + 1;
    write.transaction = std::to_string(write.entry);
    write.columns = columns;
    writes.push_back(write);
    return writes.back();
  }
  [[nodiscard]] Changes planned(std::uint32_t records = 500, std::uint32_t bytes = 1 << 20) const {
    const NumberedOutbox numbered(*this);
    const auto batch = plan_batch(numbered.view(), records, bytes);
    REQUIRE(batch.ok());
    return numbered.changes(*batch);
  }
};

}  // namespace

TEST_CASE("a change of a new record is its whole row, and says that it creates") {
  Outboxes outbox;
  outbox.add("1", stores::whole_columns(at(10))).create = true;
  outbox.rows[{"t", "1"}] = {{"a", "1"}};
  const Changes changes = outbox.planned();
  REQUIRE(changes.changes.size() == 1);
  const Change& change = changes.changes.front();
  CHECK(change.row == Row{{"a", "1"}});
  CHECK(change.stamp == at(10));
  CHECK(change.create);
  CHECK_FALSE(change.patch);
  CHECK(change.fields.empty());
}

TEST_CASE("a change of some fields is a patch of these, with the value of now, or absent") {
  Outboxes outbox;
  outbox.add("1", stores::patch_columns(Names{"a", "gone"}, at(10)));
  outbox.add("1", stores::patch_columns(Names{"b"}, at(20)));
  outbox.rows[{"t", "1"}] = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
  const Changes changes = outbox.planned();
  REQUIRE(changes.changes.size() == 1);
  const Change& change = changes.changes.front();
  CHECK(change.patch);
  CHECK(change.row == Row{{"a", "1"}, {"b", "2"}, {"gone", std::string(kAbsent)}});
  CHECK(change.stamp == at(10));
  CHECK(change.fields == FieldStamps{{"b", at(20)}});
  CHECK(changes.writes.front().size() == 2);
}

TEST_CASE("a new record that was then edited is whole, with the later fields apart") {
  Outboxes outbox;
  outbox.add("1", stores::whole_columns(at(10))).create = true;
  outbox.add("1", stores::patch_columns(Names{"b"}, at(20)));
  outbox.rows[{"t", "1"}] = {{"a", "1"}, {"b", "2"}};
  const Change change = outbox.planned().changes.front();
  CHECK_FALSE(change.patch);
  CHECK(change.create);
  CHECK(change.stamp == at(10));
  CHECK(change.fields == FieldStamps{{"b", at(20)}});
}

TEST_CASE("what was deleted at last is a delete, and what vanished is named") {
  Outboxes outbox;
  outbox.add("1", stores::whole_columns(at(10))).create = true;
  outbox.add("1", stores::delete_columns(at(20)));
  outbox.add("2", stores::whole_columns(at(30)));
  const Changes changes = outbox.planned();
  REQUIRE(changes.changes.size() == 1);
  CHECK(changes.changes.front().deleted);
  CHECK_FALSE(changes.changes.front().create);
  CHECK(changes.changes.front().stamp == at(20));
  REQUIRE(changes.vanished.size() == 1);
  CHECK(changes.vanished.front().id == "2");
}

TEST_CASE("one id in two tables is two records, and an offer says where it was known") {
  Outboxes outbox;
  outbox.add("1", stores::whole_columns(at(10)), "t");
  outbox.add("1", stores::whole_columns(at(20)), "u").offer = "e:7";
  outbox.rows[{"t", "1"}] = {{"a", "1"}};
  outbox.rows[{"u", "1"}] = {{"a", "2"}};
  const Changes changes = outbox.planned();
  REQUIRE(changes.changes.size() == 2);
  CHECK(changes.changes[0].row.at("a") == "1");
  CHECK_FALSE(changes.changes[0].offer.has_value());
  CHECK(changes.changes[1].row.at("a") == "2");
  CHECK(changes.changes[1].offer == "e:7");
}

TEST_CASE("a batch of too many records, or bytes, is the oldest of them") {
  Outboxes outbox;
  for (int i = 0; i < 5; ++i) {
    const std::string id = std::to_string(i);
    outbox.add(id, stores::whole_columns(at(10 + static_cast<std::uint64_t>(i))));
    outbox.rows[{"t", id}] = {{"text", std::string(100, 'x')}};
  }
  const Changes few = outbox.planned(2);
  REQUIRE(few.changes.size() == 2);
  CHECK(few.changes.back().id == "1");
  CHECK_FALSE(few.split);
  CHECK(outbox.planned(500, 350).changes.size() == 3);
  for (LogWrite& write : outbox.writes) write.transaction = "one";
  CHECK(outbox.planned(2).split);
  CHECK(Outboxes().planned().changes.empty());
}

TEST_CASE("the last write of a record carries what the limit leaves of it") {
  Outboxes outbox;
  outbox.add("1", stores::patch_columns(Names{"a"}, at(10)));
  outbox.add("2", stores::patch_columns(Names{"a"}, at(20)));
  outbox.add("1", stores::patch_columns(Names{"b"}, at(30)));
  const auto all = outbox.writes;
  const auto carried = stores::carrying({all[0], all[1]}, std::span(all).subspan(2));
  REQUIRE(carried.size() == 2);
  CHECK(carried[0].columns.fields == FieldStamps{{"a", at(10)}, {"b", at(30)}});
  REQUIRE(carried[0].carries.size() == 1);
  CHECK(carried[1].carries.empty());
  CHECK(stores::all_sent_with(carried).size() == 3);
}
