// The calls of the C API, each of which Client has as well.
#include "handle.h"
#include "json/reports.h"

namespace {

using tidemark::Client;
using tidemark::Outcome;
using namespace tidemark::c;

/// What `ask` gives of a client, as a text for the app.
template <typename Ask>
tidemark_errc report(tidemark_client* client, char** out, Ask ask) {
  if (!given(client, out)) return tidemark_errc_bad_input;
  *out = nullptr;
  const auto outcome = ask(*client->client);
  if (!outcome) return failed(outcome.error());
  const Outcome<std::string> text = tidemark::json::text_of(*outcome);
  return text ? give(*text, out) : failed(text.error());
}

}  // namespace

extern "C" {

tidemark_errc tidemark_sync(tidemark_client* client, int64_t timeout_ms) noexcept {
  if (timeout_ms < 0) return failed({tidemark::Errc::bad_input, "timeout_ms is below zero"});
  return done(client, [&](Client& of) { return of.sync(timeout_ms); });
}

tidemark_errc tidemark_start(tidemark_client* client) noexcept {
  return done(client, [](Client& of) { of.start(); });
}

tidemark_errc tidemark_stop(tidemark_client* client) noexcept {
  return done(client, [](Client& of) { of.stop(); });
}

tidemark_errc tidemark_poke(tidemark_client* client) noexcept {
  return done(client, [](Client& of) { of.poke(); });
}

tidemark_errc tidemark_new_id(tidemark_client* client, char** id) noexcept {
  if (!given(client, id)) return tidemark_errc_bad_input;
  *id = nullptr;
  const auto made = client->client->new_id();
  return made ? give(*made, id) : failed(made.error());
}

tidemark_errc tidemark_pending(tidemark_client* client, char** json) noexcept {
  return report(client, json, [](Client& of) { return of.pending(); });
}

tidemark_errc tidemark_export(tidemark_client* client, char** json) noexcept {
  return report(client, json, [](Client& of) { return of.export_pending(); });
}

tidemark_errc tidemark_losses(tidemark_client* client, char** json) noexcept {
  return report(client, json, [](Client& of) { return of.losses(); });
}

tidemark_errc tidemark_undo(tidemark_client* client, const char* loss) noexcept {
  if (!given(loss)) return tidemark_errc_bad_input;
  const auto read = tidemark::json::loss_of(loss);
  if (!read) return failed(read.error());
  return done(client, [&](Client& of) { return of.undo(*read); });
}

tidemark_errc tidemark_dead_letters(tidemark_client* client, char** json) noexcept {
  return report(client, json, [](Client& of) { return of.dead_letters(); });
}

tidemark_errc tidemark_retry(tidemark_client* client, int64_t id) noexcept {
  return done(client, [&](Client& of) { return of.retry(id); });
}

tidemark_errc tidemark_discard(tidemark_client* client, int64_t id) noexcept {
  return done(client, [&](Client& of) { return of.discard(id); });
}

tidemark_errc tidemark_verify(tidemark_client* client, char** json) noexcept {
  return report(client, json, [](Client& of) { return of.verify(); });
}

tidemark_errc tidemark_switch_account(tidemark_client* client, int discard) noexcept {
  return done(client, [&](Client& of) { return of.switch_account(discard != 0); });
}

}  // extern "C"
