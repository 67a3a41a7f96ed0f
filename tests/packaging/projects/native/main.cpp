// An app with a SQLite file, a client, and an endpoint that cannot be reached: what it writes by
// plain SQL waits to be sent. usage: consumer FILE URL
#include <sqlite3.h>
#include <tidemark/client.h>
#include <tidemark/http_transport.h>
#include <tidemark/sqlite_store.h>

#include <cstdio>
#include <string>

namespace {

bool run(sqlite3* database, const char* sql) {
  return sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

// What an app may derive from; the library's own types are behind it.
class Clock final : public tidemark::Host {
 public:
  tidemark::WallMs now() override { return tidemark::system_host().now(); }
  std::uint64_t random64() override { return tidemark::system_host().random64(); }
};

const char* name_of(tidemark::Phase phase) {
  if (phase == tidemark::Phase::offline) return "offline";
  return phase == tidemark::Phase::waiting ? "waiting" : "something else";
}

int fail(const tidemark::Error& error) {
  std::fprintf(stderr, "%s: %s\n", tidemark::name_of(error.code).data(), error.detail.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  sqlite3* database = nullptr;
  if (sqlite3_open(argv[1], &database) != SQLITE_OK) return 3;
  if (!run(database, "CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT)")) return 4;

  Clock clock;
  auto transport = tidemark::http_transport(argv[2]);
  if (!transport) return fail(transport.error());
  tidemark::ClientOptions options;
  options.store = tidemark::sqlite_store(argv[1], {"todos"});
  options.transport = *std::move(transport);
  options.host = &clock;
  auto client = tidemark::Client::open(std::move(options));
  if (!client) return fail(client.error());

  if (!run(database, "INSERT INTO todos VALUES ('k', 'Milk')")) return 5;
  const auto synced = (*client)->sync();
  if (synced.error().code != tidemark::Errc::network) return fail(synced.error());
  const tidemark::ClientStatus status = (*client)->status();
  std::printf("pending %u %s\n", status.pending, name_of(status.phase));
  return sqlite3_close(database) == SQLITE_OK ? 0 : 6;
}
