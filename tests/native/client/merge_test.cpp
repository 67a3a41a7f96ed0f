// What stores decide: columns and their join, rows, losses, what is covered, what is offered.
#include "store/merge_rows.h"

#include <catch2/catch_test_macros.hpp>

#include "store/covered.h"
#include "store/journal.h"
#include "store/local_write.h"
#include "store/losses.h"
#include "store/pending.h"

using namespace tidemark;

namespace {

using Names = std::vector<std::string>;
using Kind = stores::Decision::Kind;

Stamp at(std::uint64_t ms, std::uint64_t node = 1) { return {ms << 16, Node{node}}; }

Change whole(std::uint64_t ms, Row row, FieldStamps fields = {}) {
  Change change;
  change.table = "t";
  change.id = "1";
  change.stamp = at(ms);
  change.row = std::move(row);
  change.fields = std::move(fields);
  return change;
}
Change patch(std::uint64_t ms, Row row, FieldStamps fields = {}) {
  Change change = whole(ms, std::move(row), std::move(fields));
  change.patch = true;
  return change;
}
Change removal(std::uint64_t ms) {
  Change change = whole(ms, {});
  change.deleted = true;
  return change;
}

stores::MergedRow merged(const Change& local, const Change& remote) {
  const auto joined = stores::join(stores::columns_of(local), stores::columns_of(remote));
  return stores::merge_rows(local.row, remote.row, joined);
}

LogWrite write(const Columns& columns) {
  LogWrite made;
  made.table = "t";
  made.id = "1";
  made.columns = columns;
  return made;
}

stores::Decision decided(const Columns& local, const std::optional<Row>& row,
                         const Change& change) {
  return stores::decide(local, row, change, stores::join(local, stores::columns_of(change)));
}

}  // namespace

TEST_CASE("the columns of a whole change, of a patch, and of a delete") {
  const Columns one = stores::columns_of(whole(10, {{"a", "1"}}, {{"b", at(20)}}));
  CHECK(one == Columns{at(10), {{"b", at(20)}}, at(20), false});
  const Columns two = stores::columns_of(patch(10, {{"a", "1"}, {"b", "2"}}, {{"b", at(20)}}));
  CHECK(two == Columns{std::nullopt, {{"a", at(10)}, {"b", at(20)}}, at(20), false});
  CHECK(stores::columns_of(patch(10, {})) == Columns{std::nullopt, {}, at(10), false});
  CHECK(stores::columns_of(removal(10)) == Columns{std::nullopt, {}, at(10), true});
}

TEST_CASE("joined columns are the greater stamps of both, and keep fields under a tombstone") {
  const Columns local{at(10), {{"a", at(20)}, {"b", at(40)}}, at(40), false};
  const Columns remote{at(30), {{"c", at(50)}}, at(50), false};
  CHECK(stores::merge_columns(local, remote, stores::join(local, remote)) ==
        Columns{at(30), {{"b", at(40)}, {"c", at(50)}}, at(50), false});
  const Columns gone = stores::delete_columns(at(60));
  CHECK(stores::merge_columns(local, gone, stores::join(local, gone)) ==
        Columns{at(10), local.fields, at(60), true});
  const Columns tie = stores::delete_columns(at(40));
  CHECK(stores::merge_columns(local, tie, stores::join(local, tie)).deleted);
  CHECK(stores::merge_columns(tie, local, stores::join(tie, local)).deleted);
}

TEST_CASE("a row takes each field from the side that wrote it last") {
  const auto taken = merged(whole(10, {{"a", "1"}, {"b", "2"}}), whole(20, {{"a", "3"}}));
  CHECK(taken.row == Row{{"a", "3"}});
  CHECK(taken.changed);
  const auto kept = merged(whole(20, {{"a", "1"}}), whole(10, {{"a", "3"}, {"b", "2"}}));
  CHECK(kept.row == Row{{"a", "1"}});
  CHECK_FALSE(kept.changed);
  CHECK(kept.lost == Names{"a", "b"});
  const auto both = merged(whole(10, {{"a", "1"}, {"b", "2"}}, {{"b", at(40)}}),
                           patch(30, {{"a", "3"}, {"b", "4"}, {"c", std::string(kAbsent)}}));
  CHECK(both.row == Row{{"a", "3"}, {"b", "2"}});
  CHECK(both.lost == Names{"b"});
}

TEST_CASE("of one stamp the greater text wins, and what is there over what is not") {
  CHECK(merged(whole(10, {{"a", "1"}}), whole(10, {{"a", "2"}})).row == Row{{"a", "2"}});
  CHECK(merged(whole(10, {{"a", "2"}}), whole(10, {{"a", "1"}})).row == Row{{"a", "2"}});
  CHECK(merged(whole(10, {}), whole(10, {{"a", "1"}})).row == Row{{"a", "1"}});
  CHECK(merged(whole(10, {{"a", "1"}}), whole(10, {})).row == Row{{"a", "1"}});
}

TEST_CASE("pending writes fold to their join, but a delete that comes last clears the rest") {
  const Columns base = stores::whole_columns(at(10));
  const Columns edit = stores::patch_columns(Names{"a"}, at(20));
  const Columns gone = stores::delete_columns(at(30));
  const std::vector edited{edit, base};
  CHECK(stores::fold_writes(edited) == Columns{at(10), {{"a", at(20)}}, at(20), false});
  const std::vector deleted{base, edit, gone};
  CHECK(stores::fold_writes(deleted) == gone);
  const std::vector again{gone, edit, stores::whole_columns(at(40))};
  CHECK(stores::fold_writes(again) == stores::whole_columns(at(40)));
}

TEST_CASE("need_full makes a patch whole at its stamp; of an offer, what it does not name is low") {
  LogWrite mine = write(stores::patch_columns(Names{"a"}, at(20)));
  CHECK(stores::whole_again(mine) == stores::whole_columns(at(20)));
  mine.offer = "e:1";
  const Columns offered = stores::whole_again(mine);
  CHECK(offered.base == stores::adoption_stamp(Node{1}));
  CHECK(offered.fields == mine.columns.fields);
  CHECK(stores::is_adoption(*offered.base));
  CHECK_FALSE(stores::is_adoption(at(1)));
}

TEST_CASE("a pulled change is taken, kept out, or joined with what is pending") {
  const Columns edit = stores::patch_columns(Names{"a"}, at(20));
  const Row row{{"a", "1"}};
  CHECK(decided(edit, row, patch(10, {{"a", "2"}})).kind == Kind::keep);
  const auto put = decided(edit, row, patch(30, {{"a", "2"}}));
  CHECK(put.kind == Kind::put);
  CHECK(put.row == Row{{"a", "2"}});
  CHECK(decided(edit, row, removal(30)).kind == Kind::remove);
  CHECK(decided(edit, row, removal(10)).kind == Kind::keep);
  const Columns gone = stores::delete_columns(at(20));
  // A pending delete stays against a patch, whatever the stamps.
  CHECK(decided(gone, std::nullopt, patch(30, {{"a", "2"}})).kind == Kind::keep);
  CHECK(decided(gone, std::nullopt, whole(30, {{"a", "2"}})).kind == Kind::put);
}

TEST_CASE("what loses on either side is a loss, each field once") {
  const Columns edit = stores::patch_columns(Names{"a", "b"}, at(20, 2));
  const Change change = patch(10, {{"a", "2"}, {"b", "4"}}, {{"b", at(30)}});
  const auto joined = stores::join(edit, stores::columns_of(change));
  const auto found = stores::losses_of(edit, {{"a", "1"}, {"b", "3"}}, change, joined, 99);
  REQUIRE(found.size() == 2);
  CHECK(found[0].row == Row{{"a", "2"}});
  CHECK(found[0].stamp == at(10));
  CHECK(found[0].winner == at(20, 2));
  CHECK(found[1].row == Row{{"b", "3"}});
  CHECK(found[1].winner == at(30));
  CHECK(found[0].at == 99);
  CHECK(stores::new_losses(found, found).empty());
  CHECK(stores::is_same_loss(found[0], stores::dropped(found[0], 100)));
  CHECK_FALSE(stores::is_same_loss(found[0], found[1]));
  const auto gone = stores::losses_of(edit, {{"a", "1"}}, removal(30),
                                      stores::join(edit, stores::columns_of(removal(30))), 99);
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].deleted);
  // What a device writes over its own earlier write it knew.
  const Columns own = stores::patch_columns(Names{"a", "b"}, at(20));
  const auto known = stores::join(own, stores::columns_of(change));
  CHECK(stores::losses_of(own, {{"a", "1"}, {"b", "3"}}, change, known, 99).empty());
}

TEST_CASE("a change covers the pending writes that it holds, or something later") {
  const Columns edit = stores::patch_columns(Names{"a"}, at(20));
  const std::vector writes{write(edit)};
  const auto covers = [&](const Change& change, const Row& row) {
    return !stores::covered_by(change, writes, edit, row).empty();
  };
  CHECK(covers(patch(20, {{"a", "1"}}), {{"a", "1"}}));
  CHECK(covers(patch(30, {{"a", "2"}}), {{"a", "1"}}));
  CHECK_FALSE(covers(patch(10, {{"a", "1"}}), {{"a", "1"}}));
  CHECK_FALSE(covers(patch(30, {{"b", "2"}}), {{"a", "1"}}));
  // A copy's doing: the same stamp, and another value.
  CHECK_FALSE(covers(patch(20, {{"a", "2"}}), {{"a", "1"}}));
  CHECK_FALSE(covers(removal(10), {{"a", "1"}}));
}

TEST_CASE("the journal's heads are folded, a doubt drops what was before it") {
  stores::JournalHead one;
  one.table = "t";
  one.id = "1";
  one.stamp = at(10);
  stores::JournalHead two = one;
  two.patch = true;
  two.names = {"a"};
  two.stamp = at(20);
  const std::vector<stores::JournalEntry> entries{{1, {one}, false}, {2, {two}, false}};
  const auto folded = stores::fold_heads(entries);
  REQUIRE(folded.size() == 1);
  CHECK(folded[0].columns == Columns{at(10), {{"a", at(20)}}, at(20), false});
  const std::vector<stores::JournalEntry> doubted{
      {1, {one}, false}, {1, {stores::doubt_of(one)}, false}, {2, {two}, false}};
  REQUIRE(stores::fold_heads(doubted).size() == 1);
  CHECK(stores::fold_heads(doubted)[0].columns == stores::patch_columns(Names{"a"}, at(20)));
}

TEST_CASE("a delete that lost to what is pending is not offered: the row is") {
  stores::Offer offer;
  offer.columns = {at(10), {{"a", at(15)}}, at(20), true};
  const auto offered = [&](std::vector<LogWrite> pending) {
    return stores::offers_of({offer}, [&](const RecordKey&) { return pending; });
  };
  CHECK(offered({}).front().columns == stores::delete_columns(at(20)));
  const LogWrite later = write(stores::patch_columns(Names{"a"}, at(30)));
  CHECK(offered({later}).front().columns == Columns{at(10), {{"a", at(15)}}, at(15), false});
  offer.columns = stores::delete_columns(at(20));
  CHECK(offered({later}).empty());
}

TEST_CASE("a write for the app records what differs; a retried letter all that it said") {
  LocalWrite change;
  change.patch = true;
  change.row = Row{{"a", "1"}};
  const Row before{{"a", "1"}, {"b", "2"}};
  CHECK_FALSE(stores::written_by(change, before, MergeMode::field).has_value());
  DeadLetter letter;
  letter.row = Row{{"b", "9"}};
  const auto retried = stores::written_by(change, before, MergeMode::field, &letter);
  CHECK(retried->fields == Names{"a"});
  CHECK(stores::written_by(change, std::nullopt, MergeMode::field, &letter)->row ==
        Row{{"a", "1"}, {"b", "9"}});
  change.row = Row{{"a", "3"}};
  CHECK(stores::written_by(change, before, MergeMode::field)->fields == Names{"a"});
  CHECK_FALSE(stores::written_by(change, before, MergeMode::record)->fields.has_value());
  CHECK(stores::written_by(change, std::nullopt, MergeMode::field)->create);
}
