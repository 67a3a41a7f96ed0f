// The types of the C API (tidemark.h): errors, options, the status, and what calls back.
#ifndef TIDEMARK_C_TYPES_H
#define TIDEMARK_C_TYPES_H

#include <stddef.h>
#include <stdint.h>

/// Every error there is, from tidemark_errc_ok (0) on: `tidemark_errc_` and the name of errors.def.
typedef enum tidemark_errc {
#define TIDEMARK_ERROR(name, number, retryable, message, hint) tidemark_errc_##name = number,
#include "tidemark/errors.def"
#undef TIDEMARK_ERROR
} tidemark_errc;

/// What sync is doing: tidemark::Phase.
typedef enum tidemark_phase {
  tidemark_phase_idle,
  tidemark_phase_syncing,
  tidemark_phase_waiting,
  tidemark_phase_offline,
  tidemark_phase_needs_auth,
  tidemark_phase_paused,
  tidemark_phase_closed,
  tidemark_phase_outdated,
  tidemark_phase_wrong_account,
  tidemark_phase_stalled
} tidemark_phase;

/// Whether two writes to different fields of a row both stay, or the later row wins as a whole.
typedef enum tidemark_merge { tidemark_merge_field, tidemark_merge_record } tidemark_merge;

/// A table that is synced. It has a primary key.
typedef struct tidemark_table {
  const char* name;
  /// A tidemark_merge. (A number, as what C and other languages put here may be none of these.)
  int merge;
} tidemark_table;

/// An open database and its connection.
typedef struct tidemark_client tidemark_client;
/// The answer to tidemark_token_source.
typedef struct tidemark_token tidemark_token;
/// Asked for a bearer token before each request, on the thread of the call: answers by
/// tidemark_token_set, or not at all where nobody is signed in. `refresh`: the last one was
/// refused.
typedef void (*tidemark_token_source)(void* user, int refresh, tidemark_token* token);

/// Zero or null stands for the default where nothing else is said.
typedef struct tidemark_options {
  /// sizeof(tidemark_options): tells which version of this struct it is.
  size_t size;
  /// The SQLite file, which exists and has the tables.
  const char* path;
  const tidemark_table* tables;
  size_t table_count;
  /// Of the endpoint, for example `https://api.example.com/sync`.
  const char* url;
  /// Null: requests have no Authorization.
  tidemark_token_source token;
  /// Handed to `token`.
  void* user;
  /// The scope, if it is not the user's own.
  const char* scope;
  /// A label of this device, for lists and logs.
  const char* device;
  /// Certificates to trust instead of the system's: a PEM file.
  const char* ca_file;
  /// The version of the app's schema, told to the endpoint. 0: 1.
  int64_t schema;
} tidemark_options;

/// `pending` counts the writes that are not acknowledged: "synced" is only true at 0.
typedef struct tidemark_status {
  /// Unix time in milliseconds; 0: never.
  int64_t last_synced_at;
  uint32_t pending;
  /// Changes refused for good that the app has not dealt with, and values that lost to a concurrent
  /// write, as far as this device saw it happen.
  uint32_t dead_letters;
  uint32_t losses;
  tidemark_phase phase;
  /// Why the last exchange failed, or ok.
  tidemark_errc error;
  int32_t online;
} tidemark_status;

/// Called with each status, on the thread that has the news.
typedef void (*tidemark_listener)(void* user, const tidemark_status* status);

#endif  // TIDEMARK_C_TYPES_H
