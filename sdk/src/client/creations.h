// Creations: which of the writes that were sent may still say that they create their record. A
// write says so once, because the answer may be lost; a hub that answers with a refusal changed
// nothing. js/src/creations.ts has the same for TypeScript.
#ifndef TIDEMARK_CLIENT_CREATIONS_H
#define TIDEMARK_CLIENT_CREATIONS_H

#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "tidemark/port/outbox.h"

namespace tidemark::client {

class Creations {
 public:
  /// Lets those say it again that no hub took.
  void restore(std::vector<LogWrite>& writes) const;
  /// They are under way: nothing is known of them.
  void sending(std::span<const LogWrite> writes);
  void failed(std::span<const LogWrite> writes, Errc code);

 private:
  using Name = std::pair<std::int64_t, std::int64_t>;
  std::set<Name> untaken_;
};

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_CREATIONS_H
