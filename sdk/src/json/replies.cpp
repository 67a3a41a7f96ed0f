// The replies of the protocol, one function for each kind of thing in them.
#include "json/replies.h"

#include <set>
#include <utility>

#include "json/reader.h"

namespace tidemark::json {
namespace {

/// What a digest has where it does not list records: one for each hexadecimal digit.
constexpr std::size_t kChildren = 16;

/// The members that name a record and a write of it.
void read_written(Reader& in, const Place& place, RecordKey& key, Stamp& stamp) {
  if (!in.object(place)) return;
  key.table = in.text(place["table"]);
  key.id = in.id(place["id"]);
  stamp = in.stamp(place["stamp"]);
}

void read_fields(Reader& in, const Place& place, FieldStamps& out) {
  if (!place) return;
  if (const Object* fields = in.object(place))
    for (const Member& each : *fields) out.emplace(each.name, in.stamp(place.member(each)));
}

/// What a creation drew: digits as of a hash, kept as they are.
std::optional<std::string> read_born(Reader& in, const Place& place) {
  if (!place) return {};
  in.hash(place);
  return in.text(place);
}

void read_rest(Reader& in, const Place& place, Change& out) {
  out.patch = in.flag(place["patch"]);
  out.deleted = in.flag(place["deleted"]);
  if (!out.deleted) out.row = in.row(place["row"], out.patch);
  read_fields(in, place["fields"], out.fields);
  out.born = read_born(in, place["born"]);
}

Change read_change(Reader& in, const Place& place) {
  Change out;
  read_written(in, place, out, out.stamp);
  if (in.ok()) read_rest(in, place, out);
  return out;
}

/// A record as it was asked for: whole, deleted or absent.
Change read_answer(Reader& in, const Place& place) {
  Change out;
  read_written(in, place, out, out.stamp);
  if (in.ok()) out.absent = in.flag(place["absent"]);
  if (!in.ok() || out.absent) return out;
  if (in.flag(place["patch"])) in.fail(place, "whole");
  read_rest(in, place, out);
  return out;
}

/// Changes of which no two are of one record.
template <typename Read>
std::vector<Change> read_distinct(Reader& in, const Place& place, Read read) {
  std::set<RecordKey> seen;
  return in.list(place, [&](const Place& each) {
    Change change = read(in, each);
    if (!seen.insert(change).second) in.fail(each, "the only one of its record");
    return change;
  });
}

PushResult read_rejected(Reader& in, const Place& place) {
  PushResult out;
  out.outcome = PushResult::Outcome::rejected;
  const Place code = place["code"], retryable = place["retryable"];
  const auto* name = code ? code.value()->as<std::string>() : nullptr;
  // A later version, or another endpoint, may have codes of its own.
  out.code = name && code_named(*name) ? *name : name_of(Errc::bad_request);
  out.message = in.text(place["message"]);
  const auto* again = retryable ? retryable.value()->as<bool>() : nullptr;
  out.retryable = again && *again;
  return out;
}

PushResult read_result(Reader& in, const Place& place) {
  using enum PushResult::Outcome;
  if (!in.object(place)) return {};
  const Place outcome = place["outcome"];
  const auto* said = outcome ? outcome.value()->as<std::string>() : nullptr;
  const std::string_view name = said ? std::string_view(*said) : std::string_view();
  PushResult out;
  if (name == "applied") return out;
  if (name == "rejected") return read_rejected(in, place);
  if (name == "needFull") {
    out.outcome = need_full;
  } else if (name == "clone") {
    out.outcome = clone;
  } else if (name == "deferred") {
    out.outcome = deferred;
  } else if (name == "collision") {
    out.outcome = collision;
    if (const Place past = place["past"]; past && !past.value()->is_null())
      out.past = in.number(past);
  } else if (name == "clock") {
    out.outcome = clock;
    if (const Place until = place["until"]; until && !until.value()->is_null())
      out.until = in.count(until);
  } else if (name == "merged") {
    out.outcome = merged;
    out.lost = in.list(place["lost"], [&in](const Place& each) { return in.text(each); });
  } else {
    in.fail(outcome, "one of protocol 1");
  }
  return out;
}

PushReply read_push(Reader& in, const Place& place, std::size_t changes) {
  PushReply out;
  if (!in.object(place)) return out;
  const Place results = place["results"];
  out.results = in.list(results, [&in](const Place& each) { return read_result(in, each); });
  if (out.results.size() != changes)
    in.fail(results, "one per change (" + std::to_string(changes) + ")");
  out.seq = in.count(place["seq"]);
  out.cursor = in.text(place["cursor"]);
  out.server_time = in.count(place["serverTime"]);
  return out;
}

/// What only a reset says.
void read_reset(Reader& in, const Place& place, PullReply& out) {
  if (const Place offer = place["offer"]; offer && !offer.value()->is_null())
    out.offer = in.count(offer);
  out.adopt = in.flag(place["adopt"]);
  out.known = in.maybe_text(place["known"]);
}

PullReply read_pull(Reader& in, const Place& place) {
  PullReply out;
  if (!in.object(place)) return out;
  out.reset = in.flag(place["reset"]);
  out.changes = read_distinct(in, place["changes"], read_change);
  // Without a cursor the next pull would begin at the beginning, and so on for ever.
  if (!out.reset) out.cursor = in.text(place["cursor"]);
  out.more = in.flag(place["more"]);
  in.maybe_count(place["fence"]);
  out.server_time = in.count(place["serverTime"]);
  out.hub = in.maybe_text(place["hub"]);
  out.seq = in.maybe_count(place["seq"]);
  out.safe = in.maybe_count(place["safe"]);
  if (out.reset) read_reset(in, place, out);
  return out;
}

FullReply read_full(Reader& in, const Place& place, std::size_t changes) {
  FullReply out;
  if (!in.object(place)) return out;
  out.push = read_push(in, place["push"], changes);
  out.pull = read_pull(in, place["pull"]);
  out.server_time = in.count(place["serverTime"]);
  if (const Place records = place["records"]) out.records = read_distinct(in, records, read_answer);
  return out;
}

LossesReply::Numbered read_numbered_loss(Reader& in, const Place& place) {
  LossesReply::Numbered out;
  read_written(in, place, out.loss, out.loss.stamp);
  if (!in.ok()) return out;
  out.number = in.count(place["n"]);
  out.loss.row = in.row(place["row"], false);
  out.loss.winner = in.stamp(place["winner"]);
  out.loss.deleted = in.flag(place["deleted"]);
  out.loss.at = in.count(place["at"]);
  return out;
}

LossesReply read_losses(Reader& in, const Place& place) {
  LossesReply out;
  if (!in.object(place)) return out;
  out.losses =
      in.list(place["losses"], [&in](const Place& each) { return read_numbered_loss(in, each); });
  out.more = in.flag(place["more"]);
  return out;
}

DigestReply::Branch read_branch(Reader& in, const Place& place) {
  DigestReply::Branch out;
  if (!in.object(place)) return out;
  out.count = static_cast<std::uint64_t>(in.count(place["count"]));
  out.hash = in.hash(place["hash"]);
  return out;
}

DigestReply::Leaf read_leaf(Reader& in, const Place& place) {
  DigestReply::Leaf out;
  if (!in.object(place)) return out;
  out.id = in.id(place["id"]);
  out.hash = in.hash(place["hash"]);
  return out;
}

DigestReply read_digest(Reader& in, const Place& place) {
  DigestReply out;
  out.sum = read_branch(in, place);
  out.cursor = in.text(place["cursor"]);
  in.count(place["serverTime"]);
  if (const Place children = place["children"]) {
    out.children = in.list(children, [&in](const Place& each) { return read_branch(in, each); });
    if (out.children.size() != kChildren) in.fail(children, "one per digit");
  } else {
    out.records =
        in.list(place["records"], [&in](const Place& each) { return read_leaf(in, each); });
  }
  return out;
}

MetaReply read_meta(Reader& in, const Place& place) {
  MetaReply out;
  if (!in.object(place)) return out;
  out.hub = in.maybe_text(place["hub"]).value_or("");
  out.seq = in.maybe_count(place["seq"]).value_or(0);
  const Place counts = place["counts"];
  const Object* tables = in.object(counts);
  if (!tables) return out;
  for (const Member& each : *tables) {
    const Place table = counts.member(each);
    if (!in.object(table)) break;
    const std::int64_t records = in.count(table["records"]);
    const std::int64_t tombstones = in.maybe_count(table["tombstones"]).value_or(0);
    out.counts[each.name] = {static_cast<std::uint64_t>(records),
                             static_cast<std::uint64_t>(tombstones)};
  }
  return out;
}

template <typename Read, typename... Args>
auto read_text(std::string_view text, Read read, Args... args)
    -> Outcome<decltype(read(std::declval<Reader&>(), std::declval<Place>(), args...))> {
  const auto value = parse(text);
  if (!value) return Error{Errc::bad_reply, "not JSON, or not all of it"};
  Reader in;
  auto reply = read(in, Place(*value), args...);
  if (!in.ok()) return in.error();
  return reply;
}

}  // namespace

Outcome<PullReply> read_pull(std::string_view text) {
  return read_text(text, [](Reader& in, const Place& at) { return read_pull(in, at); });
}

Outcome<PushReply> read_push(std::string_view text, std::size_t changes) {
  return read_text(text, [=](Reader& in, const Place& at) { return read_push(in, at, changes); });
}

Outcome<FullReply> read_full(std::string_view text, std::size_t changes) {
  return read_text(text, [=](Reader& in, const Place& at) { return read_full(in, at, changes); });
}

Outcome<LossesReply> read_losses(std::string_view text) {
  return read_text(text, [](Reader& in, const Place& at) { return read_losses(in, at); });
}

Outcome<DigestReply> read_digest(std::string_view text) {
  return read_text(text, [](Reader& in, const Place& at) { return read_digest(in, at); });
}

Outcome<MetaReply> read_meta(std::string_view text) {
  return read_text(text, [](Reader& in, const Place& at) { return read_meta(in, at); });
}

std::optional<Refusal> read_error(std::string_view text) {
  const auto value = parse(text);
  const Value* error = value ? value->find("error") : nullptr;
  const Value* code = error ? error->find("code") : nullptr;
  const auto* name = code ? code->as<std::string>() : nullptr;
  const auto known = name ? code_named(*name) : std::nullopt;
  if (!known) return {};
  const Value* message = error->find("message");
  const auto* words = message ? message->as<std::string>() : nullptr;
  return Refusal{*known, words ? *words : std::string()};
}

std::optional<Errc> code_named(std::string_view name) noexcept {
#define TIDEMARK_ERROR(known, number, retryable, message, hint) \
  if (name == #known) return Errc::known;
#include "tidemark/errors.def"
#undef TIDEMARK_ERROR
  return {};
}

}  // namespace tidemark::json
