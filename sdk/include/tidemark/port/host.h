// The Host port: what the engine is told of the machine. Replaceable, so that a test can own time
// and chance.
#ifndef TIDEMARK_PORT_HOST_H
#define TIDEMARK_PORT_HOST_H

#include <cstdint>

#include "tidemark/stamp.h"

namespace tidemark {

/// Where time and chance come from.
class Host {
 public:
  virtual ~Host() = default;
  /// By the device's clock.
  virtual WallMs now() = 0;
  /// 64 uniform random bits, unpredictable.
  virtual std::uint64_t random64() = 0;
};

/// The machine's own clock and randomness. Lives for ever; any thread may use it.
[[nodiscard]] Host& system_host() noexcept;

}  // namespace tidemark

#endif  // TIDEMARK_PORT_HOST_H
