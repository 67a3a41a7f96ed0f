// Random words from a seed, the same on every machine: SplitMix64 (Steele, Lea, Flood, OOPSLA
// 2014).
#ifndef TIDEMARK_SIM_RANDOM_H
#define TIDEMARK_SIM_RANDOM_H

#include <cstdint>

namespace sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t word() noexcept {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::uint32_t word32() noexcept { return static_cast<std::uint32_t>(word() >> 32); }
  /// In [0, n), n >= 1.
  std::uint32_t below(std::uint32_t n) noexcept {
    return static_cast<std::uint32_t>((word() >> 32) * n >> 32);
  }
  bool chance(std::uint32_t in_thousand) noexcept { return below(1000) < in_thousand; }

 private:
  std::uint64_t state_;
};

}  // namespace sim

#endif  // TIDEMARK_SIM_RANDOM_H
