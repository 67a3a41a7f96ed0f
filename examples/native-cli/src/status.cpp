// `status`: what the file itself can tell, without the network.
#include "status.h"

#include <algorithm>

#include "commands.h"
#include "file.h"
#include "output.h"

namespace cli {
namespace {

using tidemark::Errc;
using tidemark::SyncLogEntry;

/// What is told of a synced file.
struct Facts {
  tidemark::LoadedState state;
  std::vector<SyncLogEntry> log;
  std::size_t letters = 0;
  std::size_t losses = 0;
};

Try<Facts> facts_of(tidemark::Store& store) {
  Facts facts;
  auto state = store.load();
  if (!state) return failure_of(state.error());
  facts.state = *std::move(state);
  auto log = store.sync_log();
  if (!log) return failure_of(log.error());
  facts.log = *std::move(log);
  const auto letters = store.dead_letters();
  if (!letters) return failure_of(letters.error());
  facts.letters = letters->size();
  const auto losses = store.losses();
  if (!losses) return failure_of(losses.error());
  facts.losses = losses->size();
  return facts;
}

// Exchanges that moved something, or failed.
const SyncLogEntry* last_of(const std::vector<SyncLogEntry>& log) {
  return log.empty() ? nullptr : &log.back();
}

std::string mode_text(tidemark::MergeMode mode) {
  return mode == tidemark::MergeMode::record ? "record" : "field";
}

std::string json_of(const SyncLogEntry& entry) {
  return JsonObject()
      .number("at", entry.at)
      .text("code", tidemark::name_of(entry.code))
      .number("sent", entry.sent)
      .number("received", entry.received)
      .end();
}

std::string json_of(const Arguments& given, const Facts& facts) {
  JsonArray tables;
  for (const auto& [name, mode] : facts.state.tables)
    tables.raw(JsonObject().text("name", name).text("merge", mode_text(mode)).end());
  const SyncLogEntry* last = last_of(facts.log);
  return JsonObject()
      .text("file", given.file)
      .flag("synced", true)
      .text("device", facts.state.device)
      .raw("tables", tables.end())
      .number("pending", facts.state.pending)
      .number("letters", static_cast<std::int64_t>(facts.letters))
      .number("losses", static_cast<std::int64_t>(facts.losses))
      .maybe_text("cursor", facts.state.cursor)
      .maybe_text("hub", facts.state.hub)
      .raw("lastExchange", last ? json_of(*last) : "null")
      .end();
}

void print_words(const Arguments& given, const Facts& facts) {
  std::string tables;
  for (const auto& [name, mode] : facts.state.tables)
    tables +=
        (tables.empty() ? "" : ", ") + name + (mode_text(mode) == "record" ? " (record)" : "");
  print_line(plain(given.file) + ": device " + plain(facts.state.device));
  print_line("tables:  " + plain(tables));
  print_line("pending: " + std::to_string(facts.state.pending));
  print_line("refused: " + std::to_string(facts.letters));
  print_line("losses:  " + std::to_string(facts.losses));
  const SyncLogEntry* last = last_of(facts.log);
  if (last == nullptr) {
    print_line("last exchange: none yet");
    return;
  }
  const std::string how = last->code == Errc::ok ? counted(last->sent, "change") + " sent, " +
                                                       std::to_string(last->received) + " received"
                                                 : std::string(tidemark::message_of(last->code));
  print_line("last exchange: " + time_text(last->at) + " UTC, " + how);
}

}  // namespace

std::string_view name_of(tidemark::Phase phase) noexcept {
  using tidemark::Phase;
  switch (phase) {
    case Phase::idle:
      return "idle";
    case Phase::syncing:
      return "syncing";
    case Phase::waiting:
      return "waiting";
    case Phase::offline:
      return "offline";
    case Phase::needs_auth:
      return "needs-auth";
    case Phase::paused:
      return "paused";
    case Phase::closed:
      return "closed";
    case Phase::outdated:
      return "outdated";
    case Phase::wrong_account:
      return "wrong-account";
    case Phase::stalled:
      return "stalled";
  }
  return "closed";
}

void add_status(JsonObject& into, const tidemark::ClientStatus& status) {
  into.text("phase", name_of(status.phase))
      .number("pending", status.pending)
      .number("letters", status.dead_letters)
      .number("losses", status.losses)
      .number("lastSyncedAt", status.last_synced_at);
}

std::string counts_of(const tidemark::ClientStatus& status) {
  std::string text = std::to_string(status.pending) + " pending";
  if (status.dead_letters > 0) text += ", " + std::to_string(status.dead_letters) + " refused";
  if (status.losses > 0) text += ", " + counted(status.losses, "loss");
  return text;
}

Try<Exit> status(const Arguments& given) {
  const auto file = look_into(given);
  if (!file) return file.error();
  if (!file->synced) {
    if (given.json)
      print_line(JsonObject().text("file", given.file).flag("synced", false).end());
    else
      print_line(plain(given.file) + ": not synced yet");
    return Exit::done;
  }
  auto store = store_of(given);
  if (!store) return store.error();
  const auto facts = facts_of(**store);
  if (!facts) return facts.error();
  if (given.json)
    print_line(json_of(given, *facts));
  else
    print_words(given, *facts);
  return Exit::done;
}

}  // namespace cli
