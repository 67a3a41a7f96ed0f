// Heads to offers.
#include "journal.h"

#include <algorithm>
#include <map>
#include <utility>

#include "pending.h"

namespace tidemark::stores {
namespace {

bool is_outlived(Stamp deleted, const std::vector<LogWrite>& pending) {
  if (pending.empty()) return false;
  const Columns local = fold_writes(pending);
  return !local.deleted && local.registered > deleted;
}

// None: the journal knew of nothing but the delete.
std::optional<Columns> offered_of(const Columns& columns, const std::vector<LogWrite>& pending) {
  if (!columns.deleted) return columns;
  if (!is_outlived(columns.registered, pending)) return delete_columns(columns.registered);
  Stamp last = columns.base.value_or(Stamp{});
  for (const auto& [name, at] : columns.fields) last = std::max(last, at);
  if (last == Stamp{}) return std::nullopt;
  return Columns{columns.base, columns.fields, last, false};
}

std::vector<const JournalHead*> undoubted(std::span<const JournalEntry> entries) {
  std::vector<const JournalHead*> heads;
  std::map<RecordKey, std::size_t> doubts;
  for (const JournalEntry& entry : entries)
    for (const JournalHead& head : entry.heads) {
      if (head.doubt) doubts[head] = heads.size();
      heads.push_back(&head);
    }
  std::vector<const JournalHead*> left;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const auto doubt = doubts.find(*heads[i]);
    if (doubt == doubts.end() || i > doubt->second) left.push_back(heads[i]);
  }
  return left;
}

}  // namespace

void move_cursor(SyncState& state, const Cursor& cursor, const Cursor& known) {
  const Cursor& now = known ? known : state.cursor;
  if (!cursor && now) state.known = now;
  state.cursor = cursor;
}

JournalHead doubt_of(const RecordKey& record) {
  JournalHead head;
  head.table = record.table;
  head.id = record.id;
  head.doubt = true;
  return head;
}

std::vector<Offer> fold_heads(std::span<const JournalEntry> entries) {
  std::vector<Offer> offers;
  std::map<RecordKey, std::size_t> places;
  for (const JournalHead* head : undoubted(entries)) {
    const Columns columns = columns_of(*head);
    const auto [place, is_new] = places.emplace(*head, offers.size());
    if (is_new) {
      offers.push_back({*head, columns, head->born});
      continue;
    }
    Offer& offer = offers[place->second];
    if (head->born) offer.born = head->born;
    Columns& known = offer.columns;
    known = merge_columns(known, columns, join(known, columns));
  }
  return offers;
}

std::vector<Offer> offers_of(std::vector<Offer> heads, const PendingOf& pending_of) {
  std::vector<Offer> offers;
  for (Offer& head : heads) {
    auto columns = offered_of(head.columns, pending_of(head));
    if (!columns) continue;
    head.columns = *std::move(columns);
    offers.push_back(std::move(head));
  }
  return offers;
}

}  // namespace tidemark::stores
