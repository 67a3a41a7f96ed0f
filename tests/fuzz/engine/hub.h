// What the hosts of the engine's fuzz target share: the bytes that decide, nodes and turns that
// nobody had before, and of the hub what tells copies of one engine apart.
#ifndef TIDEMARK_TESTS_FUZZ_HUB_H
#define TIDEMARK_TESTS_FUZZ_HUB_H

#include <array>
#include <map>
#include <vector>

#include "fuzz.h"
#include "tidemark/output.h"

namespace fuzz {

using tidemark::Turn;

/// The consecutive stamps of one write call.
struct Entry {
  Stamp first;
  std::uint32_t count = 0;
  bool is_pending = false;
  /// The same in every copy of the log.
  std::uint32_t id = 0;

  [[nodiscard]] bool overlaps(const Entry& other) const {
    return first.node == other.first.node && first.time < other.first.time + other.count &&
           other.first.time < first.time + count;
  }
};

struct Push {
  Node node{0};
  Turn turn = 0;
  std::array<Turn, tidemark::kTurnsMax> before{};
  std::vector<Entry> entries;
};

class Hub {
 public:
  /// The rule of protocol.md, `turn`: whether a push continues what its node pushed last.
  [[nodiscard]] bool would_take(const Push& push) const;
  /// Takes it unless the rule forbids: no stamp of its node is taken for two writes.
  bool take(const Push& push);

 private:
  std::map<Node, Turn> last_;
  std::vector<Entry> taken_;
};

struct World {
  Input& in;
  Hub hub;
  std::uint64_t nodes = 0;
  std::uint32_t entries = 0;
  std::uint32_t turns = 0;
};

}  // namespace fuzz

#endif  // TIDEMARK_TESTS_FUZZ_HUB_H
