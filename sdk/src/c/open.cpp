// A client of the C API, from its options to its end.
#include <cstddef>
#include <utility>

#include "handle.h"
#include "tidemark/http_transport.h"
#include "tidemark/sqlite_store.h"

namespace tidemark::c {
namespace {

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

/// What a caller of any version gave, in the struct of this one.
Outcome<tidemark_options> options_of(const tidemark_options* options) {
  // The first version's are all there; members of a later one are zero.
  constexpr std::size_t least = sizeof(tidemark_options);
  if (options->size < least) return Error{Errc::bad_input, "options.size is not set"};
  if (options->path == nullptr) return Error{Errc::bad_input, "options.path is null"};
  if (options->url == nullptr) return Error{Errc::bad_input, "options.url is null"};
  if (options->tables == nullptr || options->table_count == 0)
    return Error{Errc::bad_input, "options.tables has none"};
  if (options->schema < 0) return Error{Errc::bad_input, "options.schema is below zero"};
  return *options;
}

Outcome<SyncedTables> tables_of(const tidemark_options& options) {
  SyncedTables tables;
  for (std::size_t i = 0; i < options.table_count; ++i) {
    const tidemark_table& table = options.tables[i];
    if (table.name == nullptr) return Error{Errc::bad_input, "a table has no name"};
    if (table.merge != tidemark_merge_field && table.merge != tidemark_merge_record)
      return Error{Errc::bad_input, std::string("no such merge: table ") + table.name};
    const bool whole = table.merge == tidemark_merge_record;
    tables.emplace_back(table.name, whole ? MergeMode::record : MergeMode::field);
  }
  return tables;
}

TokenSource source_of(const tidemark_options& options) {
  if (options.token == nullptr) return {};
  return [ask = options.token, user = options.user](bool refresh) {
    tidemark_token token;
    ask(user, refresh ? 1 : 0, &token);
    return std::move(token.text);
  };
}

Outcome<std::unique_ptr<Transport>> transport_of(const tidemark_options& options) {
  HttpOptions http;
  http.token = source_of(options);
  http.scope = text_or_empty(options.scope);
  http.ca_file = text_or_empty(options.ca_file);
  return http_transport(options.url, std::move(http));
}

Outcome<std::unique_ptr<Client>> client_of(const tidemark_options& options) {
  auto tables = tables_of(options);
  if (!tables) return tables.error();
  auto transport = transport_of(options);
  if (!transport) return transport.error();
  ClientOptions client;
  client.store =
      sqlite_store(options.path, *std::move(tables), {.device = text_or_empty(options.device)});
  client.transport = *std::move(transport);
  if (options.schema > 0) client.schema = options.schema;
  return Client::open(std::move(client));
}

}  // namespace
}  // namespace tidemark::c

extern "C" {

void tidemark_token_set(tidemark_token* token, const char* text) noexcept {
  if (token != nullptr && text != nullptr) token->text = text;
}

tidemark_errc tidemark_open(const tidemark_options* options, tidemark_client** client) noexcept {
  using namespace tidemark::c;
  if (!given(options, client)) return tidemark_errc_bad_input;
  *client = nullptr;
  const auto known = options_of(options);
  if (!known) return failed(known.error());
  auto opened = client_of(*known);
  if (!opened) return failed(opened.error());
  *client = new tidemark_client;
  (*client)->client = *std::move(opened);
  return tidemark_errc_ok;
}

void tidemark_close(tidemark_client* client) noexcept {
  if (client == nullptr) return;
  const auto listeners = [client] {
    const std::scoped_lock lock(client->mutex);
    return std::move(client->listeners);
  }();
  for (const auto& each : listeners) each.second->end();
  delete client;
}

}  // extern "C"
