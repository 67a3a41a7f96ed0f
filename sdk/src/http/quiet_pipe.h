// Writing to a connection that the peer has closed is an error of that call, not the end of the
// app: no SIGPIPE on this thread as long as this lives. libcurl does so itself only by changing the
// whole process, which is not ours.
#ifndef TIDEMARK_HTTP_QUIET_PIPE_H
#define TIDEMARK_HTTP_QUIET_PIPE_H

#ifdef _WIN32

namespace tidemark::http {
struct QuietPipe {
  QuietPipe() noexcept {}
};
}  // namespace tidemark::http

#else

#include <csignal>

namespace tidemark::http {

class QuietPipe {
 public:
  QuietPipe() noexcept;
  ~QuietPipe();
  QuietPipe(const QuietPipe&) = delete;
  QuietPipe& operator=(const QuietPipe&) = delete;

 private:
  sigset_t before_;
  /// One was there already: it is not ours to take away.
  bool was_pending_;
};

}  // namespace tidemark::http

#endif

#endif  // TIDEMARK_HTTP_QUIET_PIPE_H
