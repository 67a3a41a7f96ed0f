// Losses, letters, the first meeting, and new keys.
#include "ledger.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "json/canonical.h"
#include "store/local_write.h"

namespace tidemark::client {
namespace {

// What of `losses` is not in `known`, field by field.
std::vector<Loss> without_known(std::vector<Loss> losses, const std::vector<Loss>& known) {
  std::map<std::pair<RecordKey, Stamp>, std::set<std::string>> fields;
  for (const Loss& loss : known)
    for (const auto& [name, value] : loss.row) fields[{loss, loss.stamp}].insert(name);
  std::erase_if(losses, [&](const Loss& loss) {
    const auto of = fields.find({loss, loss.stamp});
    return of != fields.end() &&
           std::all_of(loss.row.begin(), loss.row.end(),
                       [&](const auto& field) { return of->second.contains(field.first); });
  });
  return losses;
}

// As far as they can be had.
std::vector<Loss> hub_losses(Ports& ports, std::int64_t schema) {
  std::vector<Loss> found;
  const auto state = ports.with_store([](Store& store) { return store.load(); });
  if (!state) return found;
  LossesRequest request{0, state->hub, schema};
  for (;;) {
    auto page = ports.call({}, not_aborted(), [&](Transport& transport, const CallOptions& how) {
      return transport.losses(request, how);
    });
    // All or nothing: what is missing would seem to be no loss.
    if (!page) return {};
    for (auto& [number, loss] : page->losses) {
      request.after = number;
      found.push_back(std::move(loss));
    }
    if (!page->more || page->losses.empty()) return found;
  }
}

std::uint64_t shown_in(const PullReply& page) {
  const auto shown = std::count_if(page.changes.begin(), page.changes.end(),
                                   [](const Change& each) { return !each.deleted; });
  return shown > 0 ? static_cast<std::uint64_t>(shown) : std::uint64_t{page.more};
}

Outcome<std::uint64_t> remote_records(Ports& ports, const LoadedState& state,
                                      const Aborted& aborted) {
  const auto meta = ports.call({}, aborted, [](Transport& transport, const CallOptions& how) {
    return transport.meta(how);
  });
  if (!meta && meta.error().code != Errc::not_found) return meta.error();
  PullRequest request;
  request.limit = 1;
  std::uint64_t remote = 0;
  for (const auto& [table, mode] : state.tables) {
    request.tables.push_back(table);
    if (!meta) continue;
    const auto counts = meta->counts.find(table);
    if (counts != meta->counts.end()) remote += counts->second.records;
  }
  if (meta) return remote;
  // An endpoint that does not count: whether there is something is all there is to know.
  const auto page = ports.call({}, aborted, [&](Transport& transport, const CallOptions& how) {
    return transport.pull(request, how);
  });
  if (!page) return page.error();
  return shown_in(*page);
}

std::string random_text(std::size_t length, Host& host) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  // The largest multiple of 36 in a byte's range: bytes from there on are drawn again, so that
  // every digit is as likely.
  constexpr std::uint64_t kFairBytes = 252;
  std::string text;
  while (text.length() < length)
    for (std::uint64_t word = host.random64(), i = 0; i < 8; ++i, word >>= 8)
      if ((word & 255) < kFairBytes && text.length() < length)
        text += kDigits[(word & 255) % kDigits.size()];
  return text;
}

std::string base36(std::uint64_t number) {
  std::string text;
  do text.insert(text.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36]);
  while ((number /= 36) > 0);
  return text;
}

}  // namespace

Outcome<Counts> counts_of(Ports& ports) {
  return ports.with_store([](Store& store) -> Outcome<Counts> {
    const auto letters = store.dead_letters();
    if (!letters) return letters.error();
    const auto losses = store.losses();
    if (!losses) return losses.error();
    return Counts{static_cast<std::uint32_t>(letters->size()),
                  static_cast<std::uint32_t>(losses->size())};
  });
}

Outcome<std::vector<Loss>> losses_of(Ports& ports, std::int64_t schema, bool everywhere) {
  auto there = everywhere ? hub_losses(ports, schema) : std::vector<Loss>{};
  auto known = std::vector<Loss>{};
  auto here = ports.with_store([&](Store& store) -> Outcome<std::vector<Loss>> {
    auto dropped = store.dropped_losses();
    if (!dropped) return dropped;
    known = *std::move(dropped);
    return store.losses();
  });
  if (!here) return here;
  known.insert(known.end(), here->begin(), here->end());
  for (Loss& loss : without_known(std::move(there), known)) here->push_back(std::move(loss));
  std::stable_sort(here->begin(), here->end(),
                   [](const Loss& a, const Loss& b) { return a.at > b.at; });
  return here;
}

Outcome<Done> undo(Ports& ports, const Loss& loss) {
  LocalWrite write;
  write.table = loss.table;
  write.id = loss.id;
  write.row = loss.row;
  write.patch = true;
  return ports.with_store([&](Store& store) {
    auto written = store.write(write);
    return written ? store.drop_loss(loss) : written;
  });
}

// All that was refused is sent again, with the new values: both writes leave in one push, since
// nobody reads the outbox in between.
Outcome<Done> edit(Ports& ports, std::int64_t id, const Row& given) {
  Row row;
  for (const auto& [name, value] : given) {
    auto text = json::canonical(value);
    if (!text) return Error{text.error().code, name + ": " + text.error().detail};
    row.emplace(name, *std::move(text));
  }
  return ports.with_store([&](Store& store) -> Outcome<Done> {
    const auto letters = store.dead_letters();
    if (!letters) return letters.error();
    const auto letter = std::find_if(letters->begin(), letters->end(),
                                     [&](const DeadLetter& each) { return each.id == id; });
    if (letter == letters->end()) return stores::no_letter(id);
    // A delete may have to wait, and then nothing is written.
    if (auto retried = store.retry_dead_letter(id); !retried) return retried;
    LocalWrite write;
    write.table = letter->change.table;
    write.id = letter->change.id;
    write.row = row;
    return store.write(write);
  });
}

Outcome<PendingExport> export_of(Ports& ports, WallMs now) {
  return ports.with_store([&](Store& store) -> Outcome<PendingExport> {
    auto state = store.load();
    if (!state) return state.error();
    auto changes = store.pending_records();
    if (!changes) return changes.error();
    auto letters = store.dead_letters();
    if (!letters) return letters.error();
    return PendingExport{now, state->device, *std::move(changes), *std::move(letters)};
  });
}

Outcome<std::optional<ClientStatus::Meeting>> meeting_of(Ports& ports, const Aborted& aborted) {
  using Meeting = std::optional<ClientStatus::Meeting>;
  const auto state = ports.with_store([](Store& store) { return store.load(); });
  if (!state) return state.error();
  if (state->adopted == 0 || state->hub) return Meeting{};
  const auto remote = remote_records(ports, *state, aborted);
  if (!remote) return remote.error();
  return *remote == 0 ? Meeting{} : Meeting({state->adopted, *remote});
}

std::string new_id(const std::string& device, Host& host) {
  const auto now = static_cast<std::uint64_t>(std::max<WallMs>(0, host.now()));
  return device + '-' + base36(now) + '-' + random_text(10, host);
}

}  // namespace tidemark::client
