// Hashes of what is here, and the way down to what differs.
#include "compare.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "json/canonical.h"
#include "tidemark/digest.h"

namespace tidemark::client {
namespace {

/// A hash's digits in a digest's prefix.
constexpr std::size_t kDigitsMax = 16;

struct Hashed {
  std::string id;
  std::uint64_t key = 0;
  std::uint64_t hash = 0;
};

// What differs: of the records here, and those that only the hub has.
struct Found {
  std::vector<std::string> here;
  std::vector<std::string> missing;
};

std::uint64_t hash_of(const std::string& text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  return hash64({bytes, text.size()});
}

Outcome<std::vector<Hashed>> hashed(const Compared& what) {
  std::vector<Hashed> found;
  const std::string name = json::quoted(what.table) + '\n';
  std::optional<std::string> after;
  do {
    auto page = what.ports.with_store(
        [&](Store& store) { return store.scan(what.table, kPageRows, after); });
    if (!page) return page.error();
    for (auto& [id, row] : page->rows) {
      const std::string key = name + id;
      const std::uint64_t hash = hash_of(key + '\n' + json::canonical(row));
      found.push_back({std::move(id), hash_of(key), hash});
    }
    after = std::move(page->next);
  } while (after);
  // So that what shares a prefix is together.
  std::sort(found.begin(), found.end(),
            [](const Hashed& a, const Hashed& b) { return a.key < b.key; });
  return found;
}

bool is_same(std::span<const Hashed> local, const DigestReply::Branch& there) {
  std::uint64_t sum = 0;
  for (const Hashed& each : local) sum += each.hash;
  return local.size() == there.count && sum == there.hash;
}

void list(std::span<const Hashed> local, const DigestReply& reply, Found& found) {
  std::map<std::string, std::uint64_t> there;
  for (const auto& [id, hash] : reply.records) there.emplace(id, hash);
  for (const Hashed& each : local) {
    const auto theirs = there.find(each.id);
    if (theirs == there.end() || theirs->second != each.hash) found.here.push_back(each.id);
    if (theirs != there.end()) there.erase(theirs);
  }
  for (const auto& [id, hash] : there) found.missing.push_back(id);
}

// Of what is sorted: those whose next digit is `digit`.
std::span<const Hashed> part_of(std::span<const Hashed> local, std::size_t length,
                                std::uint64_t digit) {
  const auto shift = 60 - 4 * length;
  const auto digit_of = [&](const Hashed& each) { return each.key >> shift & 15; };
  const auto first = std::partition_point(
      local.begin(), local.end(), [&](const Hashed& each) { return digit_of(each) < digit; });
  const auto end = std::partition_point(
      first, local.end(), [&](const Hashed& each) { return digit_of(each) == digit; });
  return {first, end};
}

// Adds what differs under `prefix` to `found`. False: the hub is not where we are.
Outcome<bool> descend(const Compared& what, const std::string& prefix,
                      std::span<const Hashed> local, Found& found) {
  const DigestRequest request{what.table, prefix, what.place.hub, what.schema};
  const auto reply = what.ports.call(
      {}, what.aborted,
      [&](Transport& transport, const CallOptions& how) { return transport.digest(request, how); });
  if (!reply) return reply.error();
  if (Cursor(reply->cursor) != what.place.cursor) return false;
  if (is_same(local, reply->sum)) return true;
  if (reply->children.empty()) {
    list(local, *reply, found);
    return true;
  }
  if (reply->children.size() != kDigitsMax || prefix.size() >= kDigitsMax)
    return Error{Errc::bad_reply, "a digest has no end"};
  for (std::size_t digit = 0; digit < kDigitsMax; ++digit) {
    const auto part = part_of(local, prefix.size(), digit);
    if (is_same(part, reply->children[digit])) continue;
    const auto went = descend(what, prefix + "0123456789abcdef"[digit], part, found);
    if (!went || !*went) return went;
  }
  return true;
}

// What is on its way, or was refused, is meant to differ.
Outcome<std::vector<RecordKey>> without_unsettled(const Compared& what, const Found& found) {
  std::vector<RecordKey> differing;
  for (const auto* ids : {&found.here, &found.missing})
    for (const std::string& id : *ids) differing.push_back({what.table, id});
  if (differing.empty()) return differing;
  return what.ports.with_store([&](Store& store) -> Outcome<std::vector<RecordKey>> {
    const auto letters = store.dead_letters();
    if (!letters) return letters.error();
    const auto pending = store.pending_records();
    if (!pending) return pending.error();
    std::set<RecordKey> unsettled(pending->begin(), pending->end());
    for (const DeadLetter& letter : *letters) unsettled.insert(letter.change);
    std::erase_if(differing, [&](const RecordKey& each) { return unsettled.contains(each); });
    return differing;
  });
}

}  // namespace

Outcome<std::optional<Comparison>> compare(const Compared& what) {
  const auto local = hashed(what);
  if (!local) return local.error();
  Found found;
  const auto went = descend(what, "", *local, found);
  if (!went) return went.error();
  if (!*went) return std::optional<Comparison>();
  auto differing = without_unsettled(what, found);
  if (!differing) return differing.error();
  return std::optional(Comparison{local->size() - found.here.size(), *std::move(differing)});
}

}  // namespace tidemark::client
