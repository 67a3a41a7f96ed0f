// The requests of an exchange: what each tells the hub of this device, and what it asks for.
// js/src/requests.ts has the same for TypeScript.
#ifndef TIDEMARK_CLIENT_REQUESTS_H
#define TIDEMARK_CLIENT_REQUESTS_H

#include <string>
#include <vector>

#include "exchange.h"
#include "tidemark/output.h"

namespace tidemark::client {

/// Who asks.
struct Asker {
  std::string device;
  Node node{0};
  std::int64_t schema = 1;
  std::vector<std::string> tables;
};

/// Sends one call and gives its reply to `exchange`; the hub's time.
[[nodiscard]] Outcome<WallMs> call_hub(Transport& transport, Exchange& exchange, const Send& step,
                                       const Asker& asker, const CallOptions& options);

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_REQUESTS_H
