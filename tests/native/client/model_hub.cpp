// The model hub: what it takes, and what it shows.
#include "model_hub.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "json/canonical.h"
#include "tidemark/digest.h"

namespace tests {

using namespace tidemark;

namespace {

constexpr WallMs kDriftMsMax = 60'000;
constexpr std::size_t kDigestRecordsMax = 64;

std::uint64_t hash_of(const std::string& text) {
  return hash64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

bool ModelHub::is_other(const std::optional<std::string>& hub) const { return hub && hub != name; }

std::string ModelHub::cursor_at(std::int64_t seq) const {
  return epoch_ + ':' + std::to_string(seq);
}

std::optional<std::int64_t> ModelHub::seq_of(const Cursor& cursor) const {
  if (!cursor) return 0;
  if (!cursor->starts_with(epoch_ + ':')) return std::nullopt;
  const char* digits = cursor->data() + epoch_.size() + 1;
  std::int64_t seq = 0;
  std::from_chars(digits, cursor->data() + cursor->size(), seq);
  return seq <= seq_ ? std::optional(seq) : std::nullopt;
}

Outcome<PullReply> ModelHub::pull(const PullRequest& request) {
  const std::scoped_lock lock(mutex_);
  if (is_other(request.hub)) return Error{Errc::account_mismatch, {}};
  return page(request);
}

Outcome<FullReply> ModelHub::full(const FullRequest& request) {
  const std::scoped_lock lock(mutex_);
  if (is_other(request.hub)) return Error{Errc::account_mismatch, {}};
  if (!seq_of(request.cursor)) return Error{Errc::reset_required, {}};
  FullReply reply;
  const std::int64_t next = seq_ + 1;
  for (const Change& change : request.changes)
    reply.push.results.push_back(take(change, request.node));
  for (const auto& [key, held] : records_)
    if (held.seq == next) seq_ = next;
  reply.push.seq = seq_;
  reply.push.cursor = cursor_at(seq_);
  reply.server_time = reply.push.server_time = now_();
  PullRequest pull;
  pull.cursor = request.cursor;
  pull.limit = request.limit;
  pull.tables = request.tables;
  if (!request.own) pull.node = request.node;
  reply.pull = page(pull);
  if (request.records.empty()) return reply;
  reply.records.emplace();
  for (const RecordKey& key : request.records) {
    const auto held = records_.find(key);
    Change absent;
    absent.table = key.table;
    absent.id = key.id;
    absent.absent = true;
    reply.records->push_back(held == records_.end() ? absent : change_of(key, held->second, 0));
  }
  return reply;
}

PullReply ModelHub::page(const PullRequest& request) {
  PullReply reply;
  reply.server_time = now_();
  reply.hub = name;
  const auto from = seq_of(request.cursor);
  if (!from) {
    reply.reset = reply.more = true;
    reply.offer = offer;
    reply.adopt = adopt;
    return reply;
  }
  std::vector<std::pair<RecordKey, const Held*>> news;
  for (const auto& [key, held] : records_)
    if (held.seq > *from) news.emplace_back(key, &held);
  std::stable_sort(news.begin(), news.end(),
                   [](const auto& a, const auto& b) { return a.second->seq < b.second->seq; });
  const bool is_cut = news.size() > request.limit;
  const std::int64_t end = is_cut ? news[request.limit - 1].second->seq : seq_;
  const auto& tables = request.tables;
  for (const auto& [key, held] : news) {
    if (held->seq > end) break;
    if (request.node == held->node && held->seq_before <= *from) continue;
    if (std::find(tables.begin(), tables.end(), key.table) == tables.end()) continue;
    reply.changes.push_back(change_of(key, *held, *from));
  }
  reply.cursor = cursor_at(end);
  reply.more = end < seq_;
  if (counts_seq) {
    reply.seq = end;
    reply.safe = 0;
  }
  return reply;
}

PushResult ModelHub::take(const Change& change, Node node) {
  std::vector<Stamp> stamps{change.stamp};
  for (const auto& [field, at] : change.fields) stamps.push_back(at);
  const WallMs latest = now_() + kDriftMsMax;
  PushResult result;
  for (const Stamp at : stamps) {
    const auto retired = retired_.find(at.node);
    const WallMs bound = retired == retired_.end() ? latest : retired->second;
    if (at.ms() <= bound) continue;
    retired_.emplace(at.node, bound);
    result.outcome = PushResult::Outcome::clock;
    result.until = std::min(result.until.value_or(bound), bound);
  }
  if (result.outcome == PushResult::Outcome::clock) return result;
  if (refuse)
    if (auto refusal = refuse(change)) return *refusal;
  const auto held = records_.find(change);
  if (change.patch && (held == records_.end() || !held->second.base)) {
    result.outcome = PushResult::Outcome::need_full;
    return result;
  }
  if (held != records_.end()) return merge(held->second, change, node);
  Held added;
  added.whole_seq = seq_ + 1;
  return merge(records_.emplace(change, added).first->second, change, node);
}

bool ModelHub::merge_fields(Held& held, const Change& change, std::vector<std::string>& lost) {
  std::set<std::string> names;
  for (const auto& [field, value] : change.row) names.insert(field);
  if (!change.patch)
    for (const auto& [field, known] : held.fields) names.insert(field);
  bool changed = false;
  for (const std::string& field : names) {
    const auto own = change.fields.find(field);
    const Stamp stamp = own == change.fields.end() ? change.stamp : own->second;
    const auto before = held.fields.find(field);
    const Stamp known =
        before == held.fields.end() ? held.base.value_or(Stamp{}) : before->second.stamp;
    const auto value = change.row.find(field);
    if (stamp > known) {
      const bool is_there = value != change.row.end() && value->second != kAbsent;
      held.fields[field] = {stamp, is_there ? std::optional(value->second) : std::nullopt,
                            seq_ + 1};
      changed = true;
    } else if (stamp < known && value != change.row.end()) {
      lost.push_back(field);
    }
  }
  return changed;
}

PushResult ModelHub::merge(Held& held, const Change& change, Node node) {
  PushResult result;
  const std::int64_t seq = seq_ + 1;
  bool changed = !change.deleted && merge_fields(held, change, result.lost);
  if (!change.patch && !change.deleted && (!held.base || change.stamp > *held.base)) {
    held.base = change.stamp;
    held.whole_seq = seq;
    changed = true;
  }
  Stamp registered = change.stamp;
  for (const auto& [field, at] : change.fields) registered = std::max(registered, at);
  if (registered > held.registered) {
    if (held.deleted != change.deleted) held.whole_seq = seq;
    held.registered = registered;
    held.deleted = change.deleted;
    changed = true;
  } else if (registered < held.registered && change.deleted && !held.deleted) {
    result.lost.push_back("deleted");
  }
  if (changed) {
    if (held.node != node) held.seq_before = held.seq;
    held.node = node;
    held.seq = seq;
  }
  if (!result.lost.empty()) result.outcome = PushResult::Outcome::merged;
  return result;
}

Row ModelHub::row_of(const Held& held) {
  Row row;
  for (const auto& [field, it] : held.fields)
    if (it.value) row.emplace(field, *it.value);
  return row;
}

Change ModelHub::change_of(const RecordKey& key, const Held& held, std::int64_t from) {
  Change change;
  change.table = key.table;
  change.id = key.id;
  change.stamp = held.registered;
  change.deleted = held.deleted;
  if (held.deleted) return change;
  const bool is_whole = held.whole_seq > from;
  change.patch = !is_whole;
  for (const auto& [field, it] : held.fields) {
    if (is_whole ? it.stamp <= *held.base : it.seq <= from) continue;
    change.fields.emplace(field, it.stamp);
    if (change.patch) {
      change.row.emplace(field, it.value.value_or(std::string(kAbsent)));
      change.stamp = std::min(change.stamp, it.stamp);
    }
  }
  if (is_whole) {
    change.stamp = *held.base;
    change.row = row_of(held);
  }
  return change;
}

Outcome<DigestReply> ModelHub::digest(const DigestRequest& request) {
  const std::scoped_lock lock(mutex_);
  if (is_other(request.hub)) return Error{Errc::account_mismatch, {}};
  DigestReply reply;
  reply.cursor = cursor_at(seq_);
  reply.children.resize(16);
  for (const auto& [key, held] : records_) {
    if (key.table != request.table || held.deleted) continue;
    const std::string text = json::quoted(key.table) + '\n' + key.id;
    const std::string digits = Stamp{0, Node{hash_of(text)}}.text().substr(18);
    if (!digits.starts_with(request.prefix)) continue;
    const std::uint64_t hash = hash_of(text + '\n' + json::canonical(row_of(held)));
    const char digit = digits[std::min<std::size_t>(request.prefix.size(), 15)];
    auto& child =
        reply.children[static_cast<std::size_t>(digit < 'a' ? digit - '0' : digit - 'a' + 10)];
    for (auto* sum : {&reply.sum, &child}) {
      ++sum->count;
      sum->hash += hash;
    }
    reply.records.push_back({key.id, hash});
  }
  if (reply.records.size() <= kDigestRecordsMax)
    reply.children.clear();
  else
    reply.records.clear();
  return reply;
}

MetaReply ModelHub::meta() {
  const std::scoped_lock lock(mutex_);
  MetaReply reply{name.value_or(""), seq_, {}};
  for (const auto& [key, held] : records_) {
    auto& counts = reply.counts[key.table];
    ++(held.deleted ? counts.tombstones : counts.records);
  }
  return reply;
}

LossesReply ModelHub::losses_after(std::int64_t number) {
  const std::scoped_lock lock(mutex_);
  LossesReply reply;
  for (const auto& each : losses) {
    if (each.number <= number) continue;
    reply.more = !reply.losses.empty();
    if (reply.more) break;
    reply.losses.push_back(each);
  }
  return reply;
}

std::map<std::string, Row> ModelHub::view(const std::string& table) {
  const std::scoped_lock lock(mutex_);
  std::map<std::string, Row> rows;
  for (const auto& [key, held] : records_)
    if (key.table == table && !held.deleted) rows.emplace(key.id, row_of(held));
  return rows;
}

std::int64_t ModelHub::seq() {
  const std::scoped_lock lock(mutex_);
  return seq_;
}

void ModelHub::restore_to(std::int64_t seq, const std::string& epoch) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(records_, [&](const auto& each) { return each.second.seq > seq; });
  seq_ = seq;
  epoch_ = epoch;
}

}  // namespace tests
