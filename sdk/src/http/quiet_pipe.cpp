// SIGPIPE, held back on one thread.
#include "http/quiet_pipe.h"

#ifndef _WIN32

#include <csignal>

namespace tidemark::http {
namespace {

sigset_t only_pipe() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

bool is_pending() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigpending(&set);
  return sigismember(&set, SIGPIPE) == 1;
}

}  // namespace

QuietPipe::QuietPipe() noexcept : was_pending_(is_pending()) {
  const sigset_t pipe = only_pipe();
  pthread_sigmask(SIG_BLOCK, &pipe, &before_);
}

QuietPipe::~QuietPipe() {
  // One that came meanwhile is for this thread: taken before it may be delivered.
  const sigset_t pipe = only_pipe();
  if (!was_pending_ && is_pending()) {
    int signal = 0;
    sigwait(&pipe, &signal);
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace tidemark::http

#endif
