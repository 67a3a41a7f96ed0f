// The comparison of one table with the hub's, by digests.
#ifndef TIDEMARK_CLIENT_COMPARE_H
#define TIDEMARK_CLIENT_COMPARE_H

#include <optional>
#include <string>
#include <vector>

#include "exchange.h"
#include "ports.h"

namespace tidemark::client {

/// Rows that are hashed at a time.
inline constexpr std::size_t kPageRows = 500;

struct Comparison {
  std::uint64_t equal = 0;
  std::vector<RecordKey> differing;
};

struct Compared {
  Ports& ports;
  const Aborted& aborted;
  std::int64_t schema = 1;
  const std::string& table;
  /// How far this device has read.
  const Place& place;
};

/// None: the hub is not where the device is. With no lock held.
[[nodiscard]] Outcome<std::optional<Comparison>> compare(const Compared& what);

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_COMPARE_H
