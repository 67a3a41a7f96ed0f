// `watch`: syncs until it is interrupted. The client has a thread of its own; this one waits for a
// signal, or for a state in which nobody can go on.
#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "commands.h"
#include "device.h"
#include "output.h"
#include "status.h"

namespace cli {
namespace {

using tidemark::ClientStatus;
using tidemark::Phase;

/// SIGINT and SIGTERM, for whoever waits: blocked in this thread and all that it starts.
class Interrupts {
 public:
  Interrupts() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  /// Blocks until one comes.
  void wait() const {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) continue;
  }
  /// As if one had come.
  static void raise() { kill(getpid(), SIGTERM); }

 private:
  sigset_t set_{};
};

// Waiting does not help: a person has to do something.
bool is_over(const ClientStatus& status) {
  switch (status.phase) {
    case Phase::needs_auth:
    case Phase::outdated:
    case Phase::wrong_account:
      return true;
    default:
      return status.error == tidemark::Errc::storage_damaged;
  }
}

class Reporter {
 public:
  explicit Reporter(bool json) : json_(json) {}

  void tell(const ClientStatus& status) {
    const std::scoped_lock lock(mutex_);
    last_ = status;
    const std::string line = json_ ? json_of(status) : words_of(status);
    if (line == line_) return;
    line_ = line;
    if (!json_ && has_terminal()) hide_progress();
    // Nobody reads it any more.
    if (!print_line(line)) Interrupts::raise();
    if (is_over(status)) Interrupts::raise();
  }
  [[nodiscard]] ClientStatus last() {
    const std::scoped_lock lock(mutex_);
    return last_;
  }

 private:
  static std::string json_of(const ClientStatus& status) {
    JsonObject line;
    add_status(line, status);
    const bool failed = status.error != tidemark::Errc::ok;
    return line
        .maybe_text("error", failed ? std::optional(std::string(tidemark::name_of(status.error)))
                                    : std::nullopt)
        .end();
  }
  // Without the time of the last exchange: it would be a line each time.
  static std::string words_of(const ClientStatus& status) {
    std::string line(name_of(status.phase));
    line += "; " + counts_of(status);
    if (status.error == tidemark::Errc::ok) return line;
    line += "; " + std::string(tidemark::message_of(status.error));
    return status.detail.empty() ? line : line + " (" + plain(status.detail) + ')';
  }

  bool json_;
  std::mutex mutex_;
  ClientStatus last_;
  std::string line_;
};

}  // namespace

Try<Exit> watch(const Arguments& given) {
  // Before there are threads.
  const Interrupts interrupts;
  const bool shows = has_terminal() && !given.json;
  const auto client = client_of(given, shows ? OnProgress(show_progress) : OnProgress());
  if (!client) return client.error();
  Reporter reporter(given.json);
  const auto told =
      (*client)->on_status([&](const ClientStatus& status) { reporter.tell(status); });
  (*client)->start();
  interrupts.wait();
  (*client)->stop();
  const ClientStatus last = reporter.last();
  if (is_over(last)) return failure_of({last.error, last.detail});
  return Exit::done;
}

}  // namespace cli
