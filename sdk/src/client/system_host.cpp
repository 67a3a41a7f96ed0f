// The machine's clock and randomness.
#include <sys/random.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "tidemark/port/host.h"

namespace tidemark {
namespace {

class SystemHost final : public Host {
 public:
  WallMs now() override {
    using std::chrono::milliseconds;
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(since).count();
  }

  std::uint64_t random64() override {
    std::uint64_t word = 0;
    // So few bytes come whole or not at all.
    while (::getrandom(&word, sizeof word, 0) != static_cast<ssize_t>(sizeof word))
      // A kernel without randomness: nodes that are alike would lose writes.
      if (errno != EINTR) std::abort();
    return word;
  }
};

}  // namespace

Host& system_host() noexcept {
  // Never destroyed: threads may outlive main().
  static Host& host = *new SystemHost();
  return host;
}

}  // namespace tidemark
