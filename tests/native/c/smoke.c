// The C API from C11: opens the file that is named, and prints what is pending and the phase.
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <tidemark.h>

static int fail(const char* what, tidemark_errc code) {
  fprintf(stderr, "%s: %s, %s: %s\n", what, tidemark_error_name(code), tidemark_error_message(code),
          tidemark_error_detail());
  return 1;
}

static void count(void* user, const tidemark_status* status) {
  (void)status;
  ++*(int*)user;
}

static void no_token(void* user, int refresh, tidemark_token* token) {
  (void)refresh;
  (void)token;
  ++*(int*)user;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const tidemark_table tables[] = {{"todos", tidemark_merge_field}};
  int asked = 0;
  int told = 0;
  int64_t id = 0;
  tidemark_client* client = NULL;
  tidemark_status status;
  char* json = NULL;
  tidemark_options options = {.size = sizeof options,
                              .path = argv[1],
                              .tables = tables,
                              .table_count = 1,
                              .url = argv[2],
                              .token = no_token,
                              .user = &asked};

  tidemark_errc code = tidemark_open(&options, &client);
  if (code != tidemark_errc_ok) return fail("open", code);
  code = tidemark_subscribe(client, count, &told, &id);
  if (code != tidemark_errc_ok) return fail("subscribe", code);
  code = tidemark_sync(client, 0);
  if (code != tidemark_errc_unauthorized) return fail("sync without a token", code);
  if (asked == 0 || told == 0) return fail("callbacks", code);
  code = tidemark_unsubscribe(client, id);
  if (code != tidemark_errc_ok) return fail("unsubscribe", code);
  code = tidemark_pending(client, &json);
  if (code != tidemark_errc_ok) return fail("pending", code);
  code = tidemark_get_status(client, &status);
  if (code != tidemark_errc_ok) return fail("status", code);
  printf("%s pending %u phase %d\n", json, (unsigned)status.pending, (int)status.phase);
  tidemark_free(json);
  tidemark_close(client);
  return 0;
}
