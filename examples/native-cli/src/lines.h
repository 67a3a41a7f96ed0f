// Records, pending writes and letters as JSON: the lines of an export, and what --json lists.
#ifndef TIDEMARK_CLI_LINES_H
#define TIDEMARK_CLI_LINES_H

#include <optional>
#include <string>
#include <string_view>

#include "failure.h"
#include "json_text.h"
#include "tidemark/ledger.h"

namespace cli {

/// What a line of an export is of: its member `line`.
enum class LineKind { file, record, pending, letter };

[[nodiscard]] std::string_view name_of(LineKind kind) noexcept;
[[nodiscard]] std::string_view name_of(tidemark::PendingRecord::Operation operation) noexcept;

[[nodiscard]] JsonObject members_of(const tidemark::PendingRecord& record, JsonObject begin = {});
[[nodiscard]] JsonObject members_of(const tidemark::DeadLetter& letter, JsonObject begin = {});

/// What is imported from a line.
struct Line {
  LineKind kind = LineKind::record;
  tidemark::RecordKey record;
  /// None: it is deleted.
  std::optional<tidemark::Row> row;
};
/// The failure names what is wrong, and not where.
[[nodiscard]] tidemark::Outcome<Line> line_of(std::string_view text);

}  // namespace cli

#endif  // TIDEMARK_CLI_LINES_H
