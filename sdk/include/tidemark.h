// Tidemark for C, and for every language that can call it: the tables of a SQLite file, kept in
// sync with an endpoint. C++ has tidemark/client.h. Link tidemark::c, or `pkg-config tidemark`.
//
//   tidemark_options options = {.size = sizeof options, .path = "app.db", .url = url,
//                               .tables = tables, .table_count = 1};
//   tidemark_client* client = NULL;
//   if (tidemark_open(&options, &client) != tidemark_errc_ok) return fail(tidemark_error_detail());
//   tidemark_sync(client, 0);  // or tidemark_start(client)
//   tidemark_close(client);
//
// Texts are UTF-8 and end with a zero. Those that are given to the library are copied; those that
// it gives are the caller's, who ends them by tidemark_free, unless they are `const`. Any thread
// may call anything, also from a callback. A callback must neither throw nor jump out; a machine
// without memory ends the program. No function throws.
#ifndef TIDEMARK_H
#define TIDEMARK_H

#include "tidemark/c/types.h"

#if defined(__GNUC__)
#define TIDEMARK_API __attribute__((visibility("default")))
#else
#define TIDEMARK_API
#endif

#ifdef __cplusplus
#define TIDEMARK_NOEXCEPT noexcept
extern "C" {
#else
#define TIDEMARK_NOEXCEPT
#endif

/// Of the library, for example `0.1.0`.
TIDEMARK_API const char* tidemark_version(void) TIDEMARK_NOEXCEPT;
/// Of a tidemark_errc, as on the wire: for example `bad_stamp`. Another number is `internal`.
TIDEMARK_API const char* tidemark_error_name(int code) TIDEMARK_NOEXCEPT;
/// One English sentence.
TIDEMARK_API const char* tidemark_error_message(int code) TIDEMARK_NOEXCEPT;
/// What only the place that failed knows of this thread's last call that gave an error; may be
/// empty. Valid until this thread's next call.
TIDEMARK_API const char* tidemark_error_detail(void) TIDEMARK_NOEXCEPT;
/// Ends a text. Takes null.
TIDEMARK_API void tidemark_free(char* text) TIDEMARK_NOEXCEPT;

/// Gives the token that was asked for.
TIDEMARK_API void tidemark_token_set(tidemark_token* token, const char* text) TIDEMARK_NOEXCEPT;

/// Opens the database; sends nothing yet. Errors as sqlite_store, http_transport and Client::open.
TIDEMARK_API tidemark_errc tidemark_open(const tidemark_options* options,
                                         tidemark_client** client) TIDEMARK_NOEXCEPT;
/// Ends what is under way; what is pending stays. When it returns no listener is called any more:
/// it waits for one that is, on another thread. Takes null. No other call may use the client.
TIDEMARK_API void tidemark_close(tidemark_client* client) TIDEMARK_NOEXCEPT;

/// Client::sync: blocks until all is sent and read, or says why not. `timeout_ms` 0: no limit.
TIDEMARK_API tidemark_errc tidemark_sync(tidemark_client* client,
                                         int64_t timeout_ms) TIDEMARK_NOEXCEPT;
/// Syncs from now on by a thread of its own.
TIDEMARK_API tidemark_errc tidemark_start(tidemark_client* client) TIDEMARK_NOEXCEPT;
TIDEMARK_API tidemark_errc tidemark_stop(tidemark_client* client) TIDEMARK_NOEXCEPT;
TIDEMARK_API tidemark_errc tidemark_get_status(tidemark_client* client,
                                               tidemark_status* status) TIDEMARK_NOEXCEPT;
/// Calls back at once with the status, and after every change, until tidemark_unsubscribe(`id`).
TIDEMARK_API tidemark_errc tidemark_subscribe(tidemark_client* client, tidemark_listener listener,
                                              void* user, int64_t* id) TIDEMARK_NOEXCEPT;
/// Waits for a call of the listener that is under way on another thread.
TIDEMARK_API tidemark_errc tidemark_unsubscribe(tidemark_client* client,
                                                int64_t id) TIDEMARK_NOEXCEPT;
/// The app has written, or the endpoint may have news: sooner than it would show by itself.
TIDEMARK_API tidemark_errc tidemark_poke(tidemark_client* client) TIDEMARK_NOEXCEPT;

/// A new record's key: `{device}-{timestamp}-{random}`.
TIDEMARK_API tidemark_errc tidemark_new_id(tidemark_client* client, char** id) TIDEMARK_NOEXCEPT;

// What follows gives JSON: lists and objects in the forms of js/src/stores/reports.ts, rows in the
// tagged form of the protocol.

/// The records that wait to be sent: `[{table, id, operations, fields, since, row?}]`.
TIDEMARK_API tidemark_errc tidemark_pending(tidemark_client* client, char** json) TIDEMARK_NOEXCEPT;
/// All that was not sent, for support: `{version, exportedAt, device, changes, deadLetters}`.
TIDEMARK_API tidemark_errc tidemark_export(tidemark_client* client, char** json) TIDEMARK_NOEXCEPT;
/// Values that lost to a concurrent write: `[{table, id, stamp, winner, row, deleted?, at}]`.
/// Blocks while the endpoint is asked for those that it knows of.
TIDEMARK_API tidemark_errc tidemark_losses(tidemark_client* client, char** json) TIDEMARK_NOEXCEPT;
/// Writes the lost values again, as a write of now. `loss`: one of that list, as JSON.
TIDEMARK_API tidemark_errc tidemark_undo(tidemark_client* client,
                                         const char* loss) TIDEMARK_NOEXCEPT;
/// Changes refused for good: `[{id, change, code, message, at, row?}]`.
TIDEMARK_API tidemark_errc tidemark_dead_letters(tidemark_client* client,
                                                 char** json) TIDEMARK_NOEXCEPT;
/// Client::retry: sends the refused change again. `id`: the letter's.
TIDEMARK_API tidemark_errc tidemark_retry(tidemark_client* client, int64_t id) TIDEMARK_NOEXCEPT;
/// Gives the change up: the record is shown as the endpoint has it.
TIDEMARK_API tidemark_errc tidemark_discard(tidemark_client* client, int64_t id) TIDEMARK_NOEXCEPT;
/// Client::verify: compares all tables with the endpoint's, and repairs what differs:
/// `{tables: {NAME: {equal, differing, repaired}}, at}`. Blocks.
TIDEMARK_API tidemark_errc tidemark_verify(tidemark_client* client, char** json) TIDEMARK_NOEXCEPT;
/// Client::switch_account: another user signs in, and all synced rows here are removed. Unless
/// `discard`, tidemark_errc_account_pending where something was not sent.
TIDEMARK_API tidemark_errc tidemark_switch_account(tidemark_client* client,
                                                   int discard) TIDEMARK_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif  // TIDEMARK_H
