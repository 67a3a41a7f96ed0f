// The hub's part of the engine's fuzz target.
#include "engine/hub.h"

#include <algorithm>

namespace fuzz {

bool Hub::would_take(const Push& push) const {
  const auto known = last_.find(push.node);
  if (known == last_.end() || known->second == push.turn) return true;
  return std::ranges::find(push.before, known->second) != push.before.end();
}

bool Hub::take(const Push& push) {
  if (!would_take(push)) return false;
  last_[push.node] = push.turn;
  for (const Entry& entry : push.entries) {
    // Of a node that the pusher has left before, no turn tells copies apart.
    if (entry.first.node != push.node) continue;
    for (const Entry& other : taken_)
      require(entry.id == other.id || !entry.overlaps(other), "copies of an engine part");
    taken_.push_back(entry);
  }
  return true;
}

}  // namespace fuzz
