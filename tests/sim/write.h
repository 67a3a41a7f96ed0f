// What users did, as the oracles remember it.
#ifndef TIDEMARK_SIM_WRITE_H
#define TIDEMARK_SIM_WRITE_H

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model.h"

namespace sim {

enum class Fate : std::uint8_t {
  open,       // in somebody's outbox
  taken,      // acknowledged
  dead,       // a dead letter: shown to the user
  discarded,  // by the user
  destroyed,  // with the last copy of it
};

/// What a user did, once.
struct Write {
  int device = 0;
  Record record = 0;
  bool deletes = false;
  Fields fields = 0;
  Values before{};  // what its writer saw there
  std::vector<Stamp> stamps;
  /// Of these, those that were given up because the hub refused them.
  std::vector<Stamp> refused;
  Fate fate = Fate::open;
  int account = -1;
  bool poison = false;
  bool put_off = false;
  /// A hub took it, under a stamp of its own.
  bool reached = false;
  /// A backup or a copy holds it, and it may have been sent since.
  bool copied = false;
  std::uint32_t transaction = 0;

  [[nodiscard]] Stamp least() const { return *std::min_element(stamps.begin(), stamps.end()); }
};

}  // namespace sim

#endif  // TIDEMARK_SIM_WRITE_H
