// What sync is doing, in words and as JSON.
#ifndef TIDEMARK_CLI_STATUS_H
#define TIDEMARK_CLI_STATUS_H

#include <string_view>

#include "json_text.h"
#include "tidemark/report.h"

namespace cli {

[[nodiscard]] std::string_view name_of(tidemark::Phase phase) noexcept;
/// Adds the members that `sync` and `watch` share.
void add_status(JsonObject& into, const tidemark::ClientStatus& status);
/// `3 pending, 1 refused, 2 losses`.
[[nodiscard]] std::string counts_of(const tidemark::ClientStatus& status);

}  // namespace cli

#endif  // TIDEMARK_CLI_STATUS_H
