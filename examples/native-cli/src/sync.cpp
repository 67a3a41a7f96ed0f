// `sync`: everything is sent and read, once.
#include "commands.h"
#include "device.h"
#include "output.h"
#include "status.h"

namespace cli {
namespace {

void print_result(const Arguments& given, tidemark::Client& client) {
  const auto status = client.status();
  const auto metrics = client.metrics();
  if (given.json) {
    JsonObject result;
    result.text("file", given.file)
        .number("sent", static_cast<std::int64_t>(metrics.sent))
        .number("received", static_cast<std::int64_t>(metrics.received));
    add_status(result, status);
    print_line(result.end());
    return;
  }
  print_line(plain(given.file) + ": " + counted(metrics.sent, "change") + " sent, " +
             std::to_string(metrics.received) + " received; " + counts_of(status));
}

}  // namespace

Try<Exit> sync(const Arguments& given) {
  const bool shows = has_terminal() && !given.json;
  const auto client = client_of(given, shows ? OnProgress(show_progress) : OnProgress());
  if (!client) return client.error();
  const auto done = (*client)->sync(static_cast<std::int64_t>(given.timeout_s * 1'000));
  if (shows) hide_progress();
  if (!done) return failure_of(done.error());
  print_result(given, **client);
  const std::uint32_t refused = (*client)->status().dead_letters;
  if (refused > 0)
    print_note(counted(refused, "change") + " refused: tidemark letters FILE tells which",
               given.json);
  return refused > 0 ? Exit::refused : Exit::done;
}

}  // namespace cli
